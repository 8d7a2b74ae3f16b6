"""What was published last, kept in memory and renewed in the background: a lookup never waits for it twice."""

import atexit
import os
import threading
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, Protocol

from recommender.embedding.embedder import Embedder, EmbeddingError
from recommender.embedding.local import embedder_named
from recommender.snapshot import Snapshot
from recommender.snapshot_file import SnapshotError, read_snapshot

# At spawn time a network embedder gets one attempt, and no longer than a person would watch a thread leak.
_LOOKUP_TIMEOUT_S = 5.0
_EXIT_WAIT_S = 1.0
# Of the deadline, what a database that hangs may use up before the file answers; however much time there is, no more
# than a live one on a busy machine needs.
_DATABASE_SHARE, _DATABASE_WAIT_S = 0.8, 2.0


class Source(Protocol):
    """A place that a snapshot can be read from."""

    def stamp(self) -> object:
        """Return what changes when there is something new to read; cheap, and called at every lookup."""
        ...

    def read(self) -> Snapshot:
        """Return the snapshot; may block; raises any error with a message for a person."""
        ...


class SnapshotFile:
    """The file that the nightly run replaces."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def stamp(self) -> object:
        """Return the identity of the file that stands there now."""
        try:
            status = os.stat(self._path)  # noqa: PTH116 (on every lookup; pathlib costs as much again)
        except OSError:
            return None
        return status.st_ino, status.st_mtime_ns, status.st_size

    def read(self) -> Snapshot:
        """Read the file."""
        return read_snapshot(self._path)


class ServingTables:
    """The serving schema of the database at `url`, read again every `refresh_s` seconds of use."""

    def __init__(self, url: str, refresh_s: float = 30.0) -> None:
        self._url = url
        self._refresh_s = refresh_s

    def stamp(self) -> object:
        """Return a number that is another one after `refresh_s`."""
        return int(time.monotonic() / self._refresh_s)

    def read(self) -> Snapshot:
        """Read all tables as of one moment; a server that hangs is given up after a few seconds."""
        try:
            from recommender.serving_tables import read_database
        except ImportError:
            raise SnapshotError("DATABASE_URL needs psycopg: run `pip install 'spawnwise[postgres]'`.") from None
        return read_database(self._url)


class Knowledge(NamedTuple):
    """A snapshot with the embedder that its centroids were made with, and what hinders one or the other."""

    snapshot: Snapshot | None = None
    embedder: Embedder | None = None
    problem: str | None = None


class Holder(Protocol):
    """Hands out what is known, in time."""

    def current(self, wait_s: float) -> Knowledge:
        """Return the last known good, after at most `wait_s` where nothing was ever known."""
        ...


class Published:
    """Hands out the newest knowledge without blocking; at most one thread reads at a time."""

    def __init__(self, source: Source, embedder_for: Callable[[str], Embedder] | None = None) -> None:
        self._source = source
        self._embedder_for = embedder_for or _spawn_time_embedder
        self._lock = threading.Lock()
        self._knowledge = Knowledge()
        self._seen: object = self  # no stamp is equal to this
        self._reading: threading.Event | None = None
        self._started_at = 0.0
        _all.add(self)

    def finish(self) -> None:
        """Let a reading end before the interpreter does: a library's own threads may crash in what is left of it."""
        if (reading := self._reading) is not None:
            reading.wait(_EXIT_WAIT_S)

    def current(self, wait_s: float) -> Knowledge:
        """Return the last known good; where nothing was ever read, wait for the first reading at most `wait_s`.

        The wait is counted from when that reading began, so that a source that hangs delays only the first calls.
        """
        if self._reading is None and self._source.stamp() != self._seen:
            self._start_reading()
        reading = self._reading
        if reading is not None and self._knowledge.snapshot is None:
            reading.wait(max(0.0, self._started_at + wait_s - time.monotonic()))
            if not reading.is_set():
                return Knowledge(problem="What was learned could not be read in time.")
        return self._knowledge

    def _start_reading(self) -> None:
        with self._lock:
            stamp = self._source.stamp()
            if self._reading is not None or stamp == self._seen:
                return
            self._reading, self._started_at = threading.Event(), time.monotonic()
            threading.Thread(target=self._read, args=(stamp, self._reading), daemon=True, name="spawnwise-read").start()

    def _read(self, stamp: object, reading: threading.Event) -> None:
        try:
            self._knowledge = self._with_embedder(self._source.read())
        except SnapshotError as error:
            self._knowledge = self._knowledge._replace(problem=str(error))
        except Exception as error:  # whatever a driver raises must not take the answers away
            problem = f"What was learned could not be read ({type(error).__name__})."
            self._knowledge = self._knowledge._replace(problem=problem)
        finally:
            self._seen = stamp
            self._reading = None
            reading.set()

    def _with_embedder(self, snapshot: Snapshot) -> Knowledge:
        last = self._knowledge.embedder
        if not snapshot.kinds:
            return Knowledge(snapshot, last)  # nothing to compare a task with
        if last is not None and last.name == snapshot.embedding_model:
            return Knowledge(snapshot, last)
        try:
            return Knowledge(snapshot, self._embedder_for(snapshot.embedding_model))
        except EmbeddingError as error:
            return Knowledge(snapshot, problem=str(error))


_all: "weakref.WeakSet[Published]" = weakref.WeakSet()


@atexit.register
def _finish_all() -> None:
    for published in list(_all):
        published.finish()


class LastKnownGood:
    """The database's answers where it gives them, else those of the snapshot file."""

    def __init__(self, database: Holder, file: Holder) -> None:
        self._database = database
        self._file = file

    def current(self, wait_s: float) -> Knowledge:
        """Return what the database told last; where it never has, the file's, and why.

        Where there is no file to answer, the database has the time that it can get.
        """
        self._file.current(0)  # is read meanwhile
        longest = wait_s * _DATABASE_SHARE
        live = self._database.current(min(longest, _DATABASE_WAIT_S))
        if live.snapshot is not None:
            return live
        kept = self._file.current(wait_s)
        if kept.snapshot is None and (live := self._database.current(longest)).snapshot is not None:
            return live
        problem = f"The database did not answer. {kept.problem}" if kept.problem else "The database did not answer."
        return kept._replace(problem=problem)


def _spawn_time_embedder(name: str) -> Embedder:
    return embedder_named(name, timeout_s=_LOOKUP_TIMEOUT_S, attempts=1)
