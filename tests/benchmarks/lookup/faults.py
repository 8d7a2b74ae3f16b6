"""What is answered when something is broken, and how soon."""

import contextlib
import os
import signal
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from pipelines.warehouse import Warehouse
from pipelines.warehouse.embedded import EmbeddedServer
from recommender.home import snapshot_file
from recommender.lookup import Recommender
from recommender.published import Holder, LastKnownGood, Published, ServingTables, SnapshotFile
from recommender.settings import LookupSettings
from recommender.snapshot_file import write_snapshot
from tests.benchmarks.lookup.material import AGENTS, snapshot, tasks
from tests.benchmarks.lookup.measures import Measure

CALLS, CALLS_OF_A_PROCESS = 1_000, 100  # every hundred calls begin as a new process does: with nothing read yet
SLACK_MS = 50
DEADLINE_MS = LookupSettings.deadline_ms


def measure(server: EmbeddedServer, warehouse: Warehouse) -> Iterator[Measure]:
    """Break the snapshot, then the database, in every way; the database that is stopped comes last."""
    yield from _snapshot_faults()
    write_snapshot(snapshot_file(), snapshot())
    for name, broken in (
        ("database locked", _locked(warehouse.dsn)),
        ("database frozen", _frozen(warehouse)),
        ("database blackholed", blackholed()),
    ):
        with broken as url:
            yield from _calls(f"{name}, snapshot there", lambda url=url: _on(url))  # type: ignore[misc]
            aside = snapshot_file().rename(snapshot_file().with_suffix(".aside"))
            yield from _calls(f"{name}, no snapshot", lambda url=url: _on(url))  # type: ignore[misc]
            aside.rename(snapshot_file())
    server.__exit__(None, None, None)
    yield from _calls("database stopped, snapshot there", lambda: _on(warehouse.dsn))
    snapshot_file().unlink()
    yield from _calls("database stopped, no snapshot", lambda: _on(warehouse.dsn))


def _snapshot_faults() -> Iterator[Measure]:
    path = snapshot_file()

    def published() -> Holder:
        return Published(SnapshotFile(path))

    path.unlink(missing_ok=True)
    yield from _calls("snapshot missing", published)
    write_snapshot(path, snapshot())
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    yield from _calls("snapshot truncated", published)
    path.write_bytes(content[:-100] + bytes(100))
    yield from _calls("snapshot corrupt", published)
    write_snapshot(path, replace(snapshot(), created_at=datetime.now(UTC) - timedelta(days=30)))
    yield from _calls("snapshot stale (30 days)", published)


def _calls(case: str, published: Callable[[], Holder]) -> Iterator[Measure]:
    source, slowest, raised, sources = tasks(seed=3), 0.0, 0, Counter[str]()
    for _ in range(CALLS // CALLS_OF_A_PROCESS):
        recommender = Recommender(published(), DEADLINE_MS)
        for _ in range(CALLS_OF_A_PROCESS):
            started = time.perf_counter()
            try:
                sources[recommender.recommend(next(source), AGENTS[0]).source] += 1
            except Exception:
                raised += 1
            slowest = max(slowest, (time.perf_counter() - started) * 1000)
    yield Measure(case, "spawnwise", "raised", raised)
    yield Measure(case, "spawnwise", "slowest_ms", round(slowest, 1))
    yield Measure(case, "spawnwise", "within_deadline", str(slowest <= DEADLINE_MS + SLACK_MS))
    yield Measure(case, "spawnwise", "sources", ", ".join(f"{name} {count}" for name, count in sources.items()))


def _on(url: str) -> Holder:
    return LastKnownGood(Published(ServingTables(url)), Published(SnapshotFile(snapshot_file())))


@contextlib.contextmanager
def _locked(url: str) -> Iterator[str]:
    with psycopg.connect(url) as connection:
        connection.execute("lock table serving.best_model_per_cluster in access exclusive mode")
        yield url


@contextlib.contextmanager
def _frozen(warehouse: Warehouse) -> Iterator[str]:
    """Freeze the server's main process and all that it has started."""
    with warehouse.connect() as connection:
        (folder,) = connection.execute("show data_directory").fetchone() or ("",)
    main = int((Path(folder) / "postmaster.pid").read_text().splitlines()[0])
    family = [main, *_children(main)]
    for process in family:
        os.kill(process, signal.SIGSTOP)
    try:
        yield warehouse.dsn
    finally:
        for process in family:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGCONT)


def _children(parent: int) -> list[int]:
    tasks_of = Path(f"/proc/{parent}/task/{parent}/children")
    return [int(process) for process in tasks_of.read_text().split()] if tasks_of.exists() else []


def blackholed() -> AbstractContextManager[str]:
    """A port whose queue of connections is full: what is sent there is dropped."""

    @contextlib.contextmanager
    def full() -> Iterator[str]:
        with contextlib.ExitStack() as sockets:
            listening = sockets.enter_context(socket.socket())
            listening.bind(("127.0.0.1", 0))
            listening.listen(0)
            for _ in range(8):
                waiting = sockets.enter_context(socket.socket())
                waiting.setblocking(False)
                waiting.connect_ex(listening.getsockname())
            yield f"postgresql://nobody@127.0.0.1:{listening.getsockname()[1]}/none"

    return full()
