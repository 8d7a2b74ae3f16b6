"""Scan many files, in more than one process where there is much to read.

The workers are plain programs that take files on standard input and give scans on standard output: a fork would not be
safe beside Dagster's threads, and multiprocessing's spawn imports the whole of the calling program again.
"""

import os
import pickle
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import IO, Protocol

from pipelines.ingest.files.log_file import LogFile
from pipelines.ingest.files.mark import Mark
from pipelines.ingest.files.scan import Scan, parts
from recommender.garbage import collect_rarely

Changed = tuple[LogFile, str]  # a file and its stored path

MIN_BYTES = 16 << 20  # less is read sooner than a worker has started
MAX_WORKERS = 2
MAX_WAITING_BYTES = 128 << 20  # of logs that are read but not taken yet, so that memory stays bounded
FACTS_BYTES = 4_096  # what is told of one spawn


class Readers(Protocol):
    """Anything that scans files for this program."""

    def begin(self, changed: Sequence[Changed], known: Mapping[str, Mark]) -> None:
        """Take the files; those that are read before they are asked for are read from where they are known now."""
        ...

    def scans(self, known: Mapping[str, Mark]) -> Iterator[tuple[str, Scan]]:
        """Yield the scans of the files, as far as they are read here, from where they are known."""
        ...

    def tally(self) -> dict[str, int]:
        """Return what a person should know of many machines' work; nothing where it was done on this one."""
        ...


class Workers:
    """Programs that scan files for this one. They can begin before their scans are asked for, once."""

    def __init__(self, programs: Sequence[subprocess.Popen[bytes]]) -> None:
        self._programs = programs
        self._done: queue.Queue[tuple[str, Scan] | None] = _Waiting(MAX_WAITING_BYTES)
        self._begun: dict[str, Mark | None] = {}

    def begin(self, changed: Sequence[Changed], known: Mapping[str, Mark]) -> None:
        """Let each worker read its share of the files, from where they are known; does nothing the second time."""
        if self._begun or not self._programs or sum(log.size for log, _ in changed) < MIN_BYTES:
            return
        self._begun = {path: known.get(path) for _, path in changed}
        for worker, share in zip(self._programs, _shares(changed, len(self._programs)), strict=True):
            tasks = [(path, log, known.get(path)) for log, path in share]
            threading.Thread(target=_converse, args=(worker, tasks, self._done), daemon=True).start()

    def scans(self, known: Mapping[str, Mark]) -> Iterator[tuple[str, Scan]]:
        """Yield the scans that began where the files are known by now."""
        running = len(self._programs) if self._begun else 0
        while running:
            done = self._done.get()
            if done is None:
                running -= 1
            elif self._begun[done[0]] == known.get(done[0]):
                yield done

    def tally(self) -> dict[str, int]:
        """Return nothing."""
        return {}


@contextmanager
def workers_for(size: int) -> Iterator[Workers]:
    """Start workers where there may be so many bytes to read; none where it is little, or one core has to do all."""
    number = min(MAX_WORKERS, os.cpu_count() or 1) if size >= MIN_BYTES else 0
    with ExitStack() as stack:
        programs = []
        for _ in range(number if number > 1 else 0):
            programs.append(stack.enter_context(_start()))
            stack.callback(programs[-1].kill)
        yield Workers(programs)


def scans(changed: Sequence[Changed], known: Mapping[str, Mark], workers: Readers) -> Iterator[tuple[str, Scan]]:
    """Yield the stored path and the scan of every file, in any order; a long file comes in parts, in order."""
    workers.begin(changed, known)
    to_read = {path: log for log, path in changed}
    for path, result in workers.scans(known):
        if path in to_read:
            yield path, result
            if not result.is_partial:
                del to_read[path]
    # All of them, or what a worker that died has left.
    for path, log in to_read.items():
        yield from ((path, result) for result in parts(log, known.get(path), path))


def work(tasks: IO[bytes], results: IO[bytes]) -> None:
    """Scan the files that are given on `tasks`, one list of (path, file, mark), and write their scans to `results`."""
    for path, log, known in pickle.load(tasks):
        for result in parts(log, known, path):
            pickle.dump((path, result), results, pickle.HIGHEST_PROTOCOL)
    results.flush()


class _Waiting(queue.Queue["tuple[str, Scan] | None"]):
    """A queue that is full by the bytes that what waits in it takes."""

    def _init(self, maxsize: int) -> None:
        self._bytes = 0
        super()._init(maxsize)

    def _qsize(self) -> int:
        return self._bytes

    def _put(self, item: "tuple[str, Scan] | None") -> None:
        self._bytes += _weight(item)
        super()._put(item)

    def _get(self) -> "tuple[str, Scan] | None":
        item: tuple[str, Scan] | None = super()._get()
        self._bytes -= _weight(item)
        return item


def _weight(item: tuple[str, Scan] | None) -> int:
    """Return about how many bytes a scan takes: of short lines, their facts take ten times their room."""
    return 1 + item[1].bytes_read + FACTS_BYTES * len(item[1].facts) if item else 1


def _shares(changed: Sequence[Changed], number: int) -> list[list[Changed]]:
    """Share the files out so that each worker has about as many bytes."""
    shares: list[list[Changed]] = [[] for _ in range(number)]
    sizes = [0] * number
    for each in sorted(changed, key=lambda file: -file[0].size):
        least = sizes.index(min(sizes))
        shares[least].append(each)
        sizes[least] += each[0].size
    return shares


def _start() -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    program = [sys.executable, "-m", "pipelines.ingest.files.workers"]
    return subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)


def _converse(
    worker: subprocess.Popen[bytes], tasks: list[object], done: "queue.Queue[tuple[str, Scan] | None]"
) -> None:
    """Give a worker its tasks and take its scans until it ends, however it ends."""
    assert worker.stdin is not None
    assert worker.stdout is not None
    try:
        with suppress(EOFError, OSError, ValueError, pickle.UnpicklingError):  # what it has not told is read here
            pickle.dump(tasks, worker.stdin, pickle.HIGHEST_PROTOCOL)
            worker.stdin.close()
            while True:
                done.put(pickle.load(worker.stdout))
    finally:
        done.put(None)


if __name__ == "__main__":
    collect_rarely()
    work(sys.stdin.buffer, sys.stdout.buffer)
