"""Two runs, two readers, two servers, two embedding models: neither sees the other half done."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from recommender.lookup import Recommender
from recommender.published import LastKnownGood, Published, ServingTables, SnapshotFile
from recommender.serving_tables import read_database
from recommender.snapshot_file import read_snapshot
from tests.reliability.conftest import Undisturbed
from tests.reliability.house import HOME_MODE, IS_LONG
from tests.reliability.rounds import Round, one_round
from tests.support.embedding_server import EmbeddingServer, running_embedding_server

TASK = "Write unit tests for the parser"
AGENT = "test-writer"
COMMANDS_AT_ONCE = 4
HOLD_A_LEASE = """
import sys
from pathlib import Path
from pipelines.warehouse.embedded import EmbeddedServer
sys.stdin.readline()
with EmbeddedServer(Path(sys.argv[1])) as server:
    import psycopg
    psycopg.connect(server.dsn("postgres")).close()
    print((Path(sys.argv[1]) / "postmaster.pid").read_text().splitlines()[0], flush=True)
    sys.stdin.read()
"""
MODELS = """
select 'tasks', embedding_model from learning.task_embeddings
union select 'specs', embedding_model from learning.agent_embeddings
union select 'answers', embedding_model from serving.best_model_per_cluster
"""


class Reader(threading.Thread):
    """Asks again and again, and keeps every distinct answer."""

    def __init__(self, recommender: Recommender) -> None:
        super().__init__(daemon=True)
        self._recommender = recommender
        self.is_done = threading.Event()
        self.pause_s = 0.5
        self.answers: set[tuple[str, str, str, float | None]] = set()
        self.count = 0

    def run(self) -> None:
        """Ask until it is done."""
        while not self.is_done.wait(self.pause_s):
            self.ask()

    def ask(self) -> None:
        """Ask once."""
        answer = self._recommender.recommend(TASK, AGENT)
        reason = answer.reason.removesuffix(f" ({answer.problem})")  # a reading that did not come in time, say
        self.answers.add((answer.source, answer.model, reason, answer.success_rate))
        self.count += 1


@contextlib.contextmanager
def readers(house: Round) -> Iterator[list[Reader]]:
    """Read the file, and the tables behind it, as long as this is open; ask each once more at the end."""
    path = house.home / "snapshot.safetensors"
    url = house.server.dsn(house.database)
    file = Recommender(Published(SnapshotFile(path)), 1_000)
    tables = LastKnownGood(Published(ServingTables(url, refresh_s=0.02)), Published(SnapshotFile(path)))
    recommenders = [file, Recommender(tables, 1_000)]
    assert all(recommender.prepare() for recommender in recommenders)
    both = [Reader(recommender) for recommender in recommenders]
    for reader in both:
        reader.ask()
        reader.start()
    yield both
    for reader in both:
        reader.is_done.set()
        reader.join()
        reader.ask()


def test_a_second_run_leaves_and_lookups_see_no_half_of_an_answer(undisturbed: Undisturbed) -> None:
    second: list[subprocess.CompletedProcess[str]] = []
    with one_round(undisturbed) as house:
        house.proxy.at_words("insert into learning.clusterings", lambda: second.append(house.run("ingest")))
        with readers(house) as both:

            def publication_begins() -> None:
                for reader in both:
                    reader.pause_s = 0.01

            house.proxy.at_words('"node_id": "model.spawnwise.best_model_candidates"', publication_begins)
            run = house.run("learn", "--quiet")
        assert run.returncode == 0, run.stderr
        assert house.proxy.unheard == []
        assert [(one.returncode, "in progress" in one.stderr) for one in second] == [(2, True)]
        assert house.differences() == set()
        published = Recommender(Published(SnapshotFile(undisturbed.home / "snapshot.safetensors")), 1_000)
        complete = Reader(published)
        complete.ask()
    (whole,) = complete.answers
    for reader in both:
        # What was published before has no evidence any more: where another model would run, that one stays.
        earlier = {
            answer for answer in reader.answers if answer[0] == "baseline" or answer[2].endswith("published before")
        }
        assert reader.answers - earlier == {whole}
        assert reader.count > 100


def end_the_run(process: subprocess.Popen[str], _: EmbeddingServer) -> None:
    os.killpg(process.pid, signal.SIGKILL)


def end_the_quota(_: subprocess.Popen[str], provider: EmbeddingServer) -> None:
    provider.answers = [(403, {})] * 100


def test_commands_that_start_at_once_share_one_server(folder: Path) -> None:
    data = folder / "shared" / "postgres"
    data.parent.mkdir(mode=HOME_MODE)
    commands = [
        subprocess.Popen(
            [sys.executable, "-c", HOLD_A_LEASE, str(data)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        for _ in range(COMMANDS_AT_ONCE)
    ]
    for command in commands:
        assert command.stdin is not None
        command.stdin.write("\n")
        command.stdin.flush()
    pids = {command.stdout.readline() for command in commands if command.stdout is not None}
    assert len(pids) == 1
    for command in commands:
        command.communicate("")
    assert {command.returncode for command in commands} == {0}
    assert not (data / "postmaster.pid").exists()
    assert data.parent.stat().st_mode & 0o7777 == HOME_MODE


@pytest.mark.skipif(not IS_LONG, reason="of the long profile")
@pytest.mark.parametrize("end", [end_the_run, end_the_quota])
def test_old_answers_serve_until_those_of_a_new_embedding_model_are_complete(
    undisturbed: Undisturbed, end: Callable[[subprocess.Popen[str], EmbeddingServer], None]
) -> None:
    with one_round(undisturbed) as house, running_embedding_server() as provider:
        assert house.run("learn", "--quiet").returncode == 0
        snapshot = house.home / "snapshot.safetensors"
        old = read_snapshot(snapshot)
        new = {
            "SPAWNWISE_EMBEDDER": "openai",
            "OPENAI_BASE_URL": provider.url,
            "OPENAI_API_KEY": "none",
            "SPAWNWISE_EMBEDDING_BATCH_SIZE": "32",
        }
        with readers(house) as both:
            process = house.start("learn", "--quiet", **new)
            house.proxy.at_words("insert into learning.task_embeddings", lambda: end(process, provider))
            process.communicate()
            assert process.returncode != 0
        tables = read_database(house.server.dsn(house.database))
        assert house.half_published() == set()
        assert [len(reader.answers) for reader in both] == [1, 1]
        assert (tables.embedding_model, read_snapshot(snapshot).version) == (old.embedding_model, old.version)
        np.testing.assert_array_equal(tables.agent_vectors, old.agent_vectors)

        provider.answers.clear()
        run = house.run("learn", "--quiet", **new)
        assert run.returncode == 0, run.stderr
        with house.connect() as connection:
            models = connection.execute(MODELS).fetchall()
        published = read_snapshot(snapshot).embedding_model
        assert published != old.embedding_model
        assert sorted(models) == [(place, published) for place in ("answers", "specs", "tasks")]
