"""The workers of a Dask scheduler read shards of the logs: the same rows, whatever becomes of a worker or a file."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import dask
import numpy as np
import pytest
from distributed import Client, LocalCluster, wait

from pipelines.ingest import intake
from pipelines.ingest.assets import task_history
from pipelines.ingest.files.find import find_logs
from pipelines.ingest.intake import IngestReport, ingest_sources
from pipelines.ingest.shards import arrow_tables, cluster, reading_program, shard
from pipelines.progress import SilentProgress
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from recommender.embedding.local import LOCAL_MODEL, LocalEmbedder
from recommender.errors import SpawnwiseError
from tests.integration.ingest.conftest import FORGET_ALL
from tests.support.transcripts import Transcript

POISON = "90000000-6f2e-4b43-8a30-1f0b6d1f7a01.jsonl"
LOCAL = LocalEmbedder()


@pytest.fixture(scope="module")
def workers() -> Iterator[LocalCluster]:
    with LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
        silence_logs=50,
    ) as running:
        yield running


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    for number in range(8):
        log = Transcript(session=f"{number}d5f8a52-6f2e-4b43-8a30-1f0b6d1f7a01")
        for spawn in range(3):
            log.spawn(f"toolu_{number}_{spawn}", f"Look at shelf {spawn} of room {number % 4}.")
            log.result(f"toolu_{number}_{spawn}")
        log.write(tmp_path)
    return tmp_path


@pytest.fixture
def here(logs: Path, warehouse: Warehouse, digest: Any) -> list[Any]:
    """What one machine makes of the logs."""
    ingest_sources(warehouse, [logs], SilentProgress())
    read = list(digest())
    with warehouse.connect() as connection:
        connection.execute(FORGET_ALL)
    return read


def _ingest(warehouse: Warehouse, logs: Path, workers: LocalCluster) -> IngestReport:
    return ingest_sources(warehouse, [logs], SilentProgress(), workers.scheduler_address)


def _pid(workers: LocalCluster) -> int:
    return next(iter(workers.workers.values())).pid


def test_workers_read_and_embed_what_one_machine_reads(
    here: list[Any],
    logs: Path,
    warehouse: Warehouse,
    digest: Any,
    workers: LocalCluster,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shard, "SHARD_FILES", 3)
    report = _ingest(warehouse, logs, workers)
    assert digest() == here
    assert report.cluster == {"shards": 3, "workers": 2, "workers_lost": 0, "poisoned": 0}
    assert (report.files_read, report.spawns_new) == (8, 24)
    with warehouse.connect() as connection:
        embedded = connection.execute(
            "select task_description, task_embedding from learning.task_history_with_embeddings"
            " where embedding_model = %s",
            [LOCAL_MODEL],
        ).fetchall()
    assert len(embedded) == 24
    for text, vector in embedded:
        assert np.allclose(LOCAL.embed([text])[0], vector.to_numpy(), atol=1e-3)
    again = _ingest(warehouse, logs, workers)
    assert (again.files_read, again.cluster["shards"]) == (0, 0)


def test_no_worker_is_taken_for_lost_while_the_client_looks_at_totals(workers: LocalCluster) -> None:
    seen = cluster.Cluster(workers.scheduler_address)
    without_pause = dask.config.set({"distributed.client.scheduler-info-interval": "1ms"})
    with without_pause, Client(workers, set_as_default=False) as client:
        assert {len(seen._look(client)) for _ in range(300)} == {2}
    assert seen.workers_lost == 0


def test_dagster_shows_the_shards_and_how_far_they_are(
    logs: Path, warehouse: Warehouse, workers: LocalCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shard, "SHARD_FILES", 2)
    monkeypatch.setattr(intake, "BATCH_FILES", 2)
    settings = Settings(logs=(logs,), scheduler=workers.scheduler_address)
    resources = {"warehouse": warehouse, "settings": settings, "progress": SilentProgress()}
    with dg.DagsterInstance.ephemeral() as instance:
        done = dg.materialize([task_history], resources=resources, instance=instance)
    (made,) = done.get_asset_materialization_events()
    assert made.materialization.metadata["shards"].value == 4
    shares = [
        event.asset_observation_data.asset_observation.metadata["share_done"].value
        for event in done.get_asset_observation_events()
    ]
    assert len(shares) == 4
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_a_lost_worker_costs_a_retry(
    here: list[Any],
    logs: Path,
    warehouse: Warehouse,
    digest: Any,
    workers: LocalCluster,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shard, "SHARD_FILES", 1)
    taken = cluster.Cluster._taken
    killed: list[int] = []

    def kill_once(self: Any, *arguments: Any) -> Any:
        if not killed:
            killed.append(_pid(workers))
            os.kill(killed[0], signal.SIGKILL)
        return taken(self, *arguments)

    monkeypatch.setattr(cluster.Cluster, "_taken", kill_once)
    report = _ingest(warehouse, logs, workers)
    assert killed
    assert digest() == here
    assert report.cluster["shards"] == 8
    assert report.cluster["poisoned"] == 0


def test_what_a_lost_worker_had_read_is_read_again(
    here: list[Any],
    logs: Path,
    warehouse: Warehouse,
    digest: Any,
    workers: LocalCluster,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shard, "SHARD_FILES", 1)
    finished = cluster.Cluster._finished
    lost: list[str] = []

    def lose_once(self: Any, client: Client, running: Any) -> Any:
        if lost:
            return finished(self, client, running)
        with client.as_current():
            wait(list(running))
        for nanny in workers.workers.values():  # all: until they are back, what is lost stays lost
            os.kill(nanny.pid, signal.SIGKILL)
        while not lost:
            lost.extend(future.key for future in running if future.status == "lost")
        return list(running)

    monkeypatch.setattr(cluster.Cluster, "_finished", lose_once)
    report = _ingest(warehouse, logs, workers)
    assert digest() == here
    assert (report.cluster["shards"], report.cluster["poisoned"]) == (8, 0)


# The program beside a worker, with a reader that a file can kill.
DYING = f"""
import os, signal, sys
from pipelines.ingest.shards import reading_program, shard
parts = shard.parts
def dying(log, *rest):
    if log.path.name == "{POISON}":
        os.kill(os.getpid(), signal.SIGKILL)
    return parts(log, *rest)
shard.parts = dying
reading_program.serve(sys.stdin.buffer, sys.stdout.buffer)
"""


def test_a_file_that_kills_its_reader_is_quarantined_until_it_changes(
    logs: Path, warehouse: Warehouse, tasks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = Transcript(session=POISON.removesuffix(".jsonl")).write(logs)
    path.write_text("{}\n")
    monkeypatch.setattr(reading_program, "PROGRAM", [sys.executable, "-c", DYING])
    (given,) = shard.shards_of([(log, str(log.path)) for log in find_logs([logs]).files], {})
    reader = reading_program.ReadingProgram()
    read = arrow_tables.read_of(arrow_tables.columns_of(reader.read(given)), given.tasks)
    reader.close()
    monkeypatch.setattr(cluster.Cluster, "scans", lambda *_: ((given.tasks[n].path, scan) for n, scan in read.scans))
    report = ingest_sources(warehouse, [logs], SilentProgress(), "tcp://127.0.0.1:9")
    assert len(tasks()) == 24
    with warehouse.connect() as connection:
        rows = connection.execute("select path, reason from learning.ingest_quarantine").fetchall()
    assert [(Path(stored).name, reason) for stored, reason in rows] == [(POISON, shard.POISONED)]
    assert [warning for warning in report.warnings if POISON in warning]
    assert ingest_sources(warehouse, [logs], SilentProgress()).files_read == 0
    path.write_text("{}\n{}\n")
    assert ingest_sources(warehouse, [logs], SilentProgress()).files_read == 1


def test_a_file_that_a_reader_chokes_on_is_quarantined_alone(logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = shard.parts

    def choke(log: Any, *rest: Any) -> Any:
        if log.path.name.startswith("3"):
            raise RecursionError
        return parts(log, *rest)

    monkeypatch.setattr(shard, "parts", choke)
    changed = [(log, str(log.path)) for log in find_logs([logs]).files]
    (given,) = shard.shards_of(changed, {})
    read = shard.read_shard(given)
    assert [scan.broken[0].reason for _, scan in read.scans if scan.broken] == ["RecursionError"]
    assert sum(len(scan.facts) for _, scan in read.scans) == 28  # 7 files: two spawns and a conversation each


def test_the_key_of_a_shard_is_that_of_its_contents(logs: Path) -> None:
    def key() -> str:
        (given,) = shard.shards_of([(log, str(log.path)) for log in find_logs([logs]).files], {})
        return given.key

    first = key()
    assert key() == first
    with next(logs.rglob("*.jsonl")).open("ab") as file:
        file.write(b"\n")
    assert key() != first


def test_a_scheduler_that_does_not_answer_is_named(
    logs: Path, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "CONNECT_S", 1)
    with pytest.raises(SpawnwiseError, match=r"The scheduler tcp://127\.0\.0\.1:9 cannot be used: it does not answer"):
        ingest_sources(warehouse, [logs], SilentProgress(), "tcp://127.0.0.1:9")


def test_one_machine_imports_nothing_of_it() -> None:
    assert Settings().scheduler is None
    script = (
        "import pipelines.definitions, pipelines.ingest.intake, sys;"
        "print({'distributed', 'dask', 'obstore', 'boto3', 'adbc_driver_manager'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
