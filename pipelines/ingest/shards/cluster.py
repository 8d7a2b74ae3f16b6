"""Hand shards to the workers of a Dask scheduler: a lost worker costs a retry, a poisoned file a row in quarantine."""

import asyncio
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from pipelines.ingest.files.log_file import LogFile
from pipelines.ingest.files.mark import Mark
from pipelines.ingest.files.scan import Scan
from pipelines.ingest.shards.shard import UNREAD, Shard, Task, poisoned, shards_of
from recommender.commands.registry import imported
from recommender.errors import SpawnwiseError

if TYPE_CHECKING:
    from distributed import Client, Future

    from pipelines.ingest.shards.arrow_tables import Columns
    from pipelines.ingest.shards.reading_program import ReadingProgram

EXTRA = "workers"
CONNECT_S = 20
LONGEST_WAIT_S = 120.0  # without any worker
BETWEEN_LOOKS_S = 5.0
UNDER_WAY = ("pending", "lost")  # lost: its result went with a worker, and another one reads the shard again
AHEAD = 2  # shards a worker that are handed out: what comes back waits in the workers' memory


class SchedulerError(SpawnwiseError):
    """The scheduler, or all of its workers, are gone; what was written stays, and the next run goes on there."""


@dataclass
class Cluster:
    """The workers of a scheduler, in place of programs on this machine."""

    address: str
    shards: int = 0
    poisoned: int = 0
    workers: set[str] = field(default_factory=set)  # that were ever there
    workers_lost: int = 0
    _changed: Sequence[tuple[LogFile, str]] = ()

    def begin(self, changed: Sequence[tuple[LogFile, str]], known: Mapping[str, Mark]) -> None:
        """Take the files; they are read when their scans are asked for, from where they are known then."""
        self._changed = changed

    def scans(self, known: Mapping[str, Mark]) -> Iterator[tuple[str, Scan]]:
        """Yield the scans of the files as their shards come back; raises `SchedulerError`.

        A file of a disk that the workers do not share is left out.
        """
        if not self._changed:
            return
        waiting = shards_of(self._changed, known)
        running: dict[Future[Columns], Shard] = {}
        with _connected(self.address) as client:
            while True:
                room = AHEAD * max(1, len(self._look(client))) - len(running)
                running |= {_submitted(client, shard): shard for shard in islice(waiting, max(0, room))}
                if not running:
                    return
                for future in self._finished(client, running):
                    status = future.status  # once: it becomes another when the worker that holds the result is lost
                    if status in UNDER_WAY:
                        continue
                    shard = running.pop(future)
                    if _has_killed(future, status, self.address) and len(shard.tasks) > 1:  # which of them?
                        running |= {_submitted(client, alone): alone for alone in shard.singles()}
                    else:
                        yield from self._taken(future, status, shard)

    def _taken(self, future: "Future[Columns]", status: str, shard: Shard) -> Iterator[tuple[str, Scan]]:
        self.shards += 1
        if status == "finished":  # should it be lost now, `result` waits until it was read again
            scans = _scans_of(shard, future.result())
        else:
            scans = ((task.path, poisoned(task)) for task in shard.tasks)
        for path, scan in scans:
            self.poisoned += scan.source == UNREAD
            yield path, scan

    def tally(self) -> dict[str, int]:
        """Return how many shards were read, and by how many workers."""
        workers = {"workers": len(self.workers), "workers_lost": self.workers_lost}
        return {"shards": self.shards, **workers, "poisoned": self.poisoned}

    def _look(self, client: "Client") -> set[str]:
        """Return the workers that are there, and remember who ever was; raises `SchedulerError`."""
        try:
            # Not scheduler_info(): the client overwrites it, without workers, whenever it looks at the totals.
            present = set(client.nthreads())
        except OSError:
            raise SchedulerError(_gone(self.address, "it was lost")) from None
        self.workers |= present
        self.workers_lost = len(self.workers - present)
        return present

    def _finished(self, client: "Client", running: Iterable["Future[Columns]"]) -> list["Future[Columns]"]:
        from distributed import wait

        last_seen = time.monotonic()
        while True:
            try:
                with client.as_current():
                    return list(wait(list(running), timeout=BETWEEN_LOOKS_S, return_when="FIRST_COMPLETED").done)
            except TimeoutError:
                if self._look(client):
                    last_seen = time.monotonic()
                elif time.monotonic() - last_seen > LONGEST_WAIT_S:
                    raise SchedulerError(_gone(self.address, "it has no workers")) from None
            except (asyncio.CancelledError, CancelledError, OSError):
                raise SchedulerError(_gone(self.address, "it was lost")) from None


@contextmanager
def _connected(address: str) -> Iterator["Client"]:
    distributed = imported("distributed", f"The scheduler {address}", EXTRA)
    try:
        client = distributed.Client(address, timeout=CONNECT_S, set_as_default=False)
    except (OSError, ValueError):  # a time-out is an OSError
        raise SchedulerError(_gone(address, "it does not answer")) from None
    with client:
        try:
            client.wait_for_workers(1, timeout=LONGEST_WAIT_S)
        except TimeoutError:
            raise SchedulerError(_gone(address, "it has no workers")) from None
        yield client


def _gone(address: str, reason: str) -> str:
    return (
        f"The scheduler {address} cannot be used: {reason}. Check SPAWNWISE_SCHEDULER, the scheduler and its workers; "
        "what was read so far stays."
    )


def _submitted(client: "Client", shard: Shard) -> "Future[Columns]":
    return client.submit(work, shard, key=shard.key, pure=False)


@cache
def _program() -> "ReadingProgram":
    from pipelines.ingest.shards.reading_program import ReadingProgram

    return ReadingProgram()


def work(shard: Shard) -> "Columns":
    """Read a shard, on a worker."""
    from pipelines.ingest.shards.arrow_tables import columns_of

    return columns_of(_program().read(shard))


def _has_killed(future: "Future[Columns]", status: str, address: str) -> bool:
    """Tell whether several workers, one after another, ended while they worked at it; raises `SchedulerError`."""
    from distributed.scheduler import KilledWorker

    if status == "finished":
        return False
    if status == "error" and isinstance(future.exception(), KilledWorker):
        return True
    reason = type(future.exception()).__name__ if status == "error" else status
    raise SchedulerError(_gone(address, f"a worker could not do its work ({reason})"))


def _scans_of(shard: Shard, columns: Any) -> Iterator[tuple[str, Scan]]:
    from pipelines.ingest.shards.arrow_tables import read_of

    read = read_of(columns, shard.tasks)
    seen = [(shard.tasks[file], scan) for file, scan in read.scans if not _is_unseen(shard.tasks[file], scan)]
    for number, (task, scan) in enumerate(seen, 1):
        if number == len(seen):
            scan.vectors = read.vectors
        yield task.path, scan


def _is_unseen(task: Task, scan: Scan) -> bool:
    """Tell whether a file of this machine could not be opened by a worker: here it may be."""
    return not (task.log.version or scan.source or scan.is_unknown)
