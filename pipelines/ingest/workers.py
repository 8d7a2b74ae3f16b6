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
from contextlib import ExitStack, contextmanager
from typing import IO

from pipelines.ingest.mark import Mark
from pipelines.ingest.scan import Scan, scan
from pipelines.ingest.sources import LogFile

Changed = tuple[LogFile, str]  # a file and its stored path

Workers = Sequence[subprocess.Popen[bytes]]

MIN_BYTES = 16 << 20  # less is read sooner than a worker has started
MAX_WORKERS = 2
MAX_WAITING = 8  # scans that a worker may be ahead, so that memory stays bounded


@contextmanager
def workers_for(size: int) -> Iterator[Workers]:
    """Start workers where there may be so many bytes to read; none where it is little, or one core has to do all."""
    number = min(MAX_WORKERS, os.cpu_count() or 1) if size >= MIN_BYTES else 0
    with ExitStack() as stack:
        workers = []
        for _ in range(number if number > 1 else 0):
            workers.append(stack.enter_context(_start()))
            stack.callback(workers[-1].kill)
        yield workers


def scans(changed: Sequence[Changed], known: Mapping[str, Mark], workers: Workers = ()) -> Iterator[tuple[str, Scan]]:
    """Yield the stored path and the scan of every file, in any order; a long file comes in parts, in order.

    The workers serve for one call.
    """
    read: set[str] = set()
    if workers and sum(log.size for log, _ in changed) >= MIN_BYTES:
        for path, result in _scanned_by(workers, changed, known):
            if not result.is_partial:
                read.add(path)
            yield path, result
    # All of them, or what a worker that died has left.
    for log, path in changed:
        if path not in read:
            yield from ((path, result) for result in parts(log, known.get(path)))


def parts(log: LogFile, known: Mark | None) -> Iterator[Scan]:
    """Yield the scans of one file."""
    is_partial = True
    while is_partial:
        result = scan(log, known)
        known, is_partial = result.mark, result.is_partial
        yield result


def work(tasks: IO[bytes], results: IO[bytes]) -> None:
    """Scan the files that are given on `tasks`, one list of (path, file, mark), and write their scans to `results`."""
    for path, log, known in pickle.load(tasks):
        for result in parts(log, known):
            pickle.dump((path, result), results, pickle.HIGHEST_PROTOCOL)
    results.flush()


def _scanned_by(workers: Workers, changed: Sequence[Changed], known: Mapping[str, Mark]) -> Iterator[tuple[str, Scan]]:
    done: queue.Queue[tuple[str, Scan] | None] = queue.Queue(MAX_WAITING)
    for worker, share in zip(workers, _shares(changed, len(workers)), strict=True):
        tasks = [(path, log, known.get(path)) for log, path in share]
        threading.Thread(target=_converse, args=(worker, tasks, done), daemon=True).start()
    finished = 0
    while finished < len(workers):
        result = done.get()
        if result is None:
            finished += 1
        else:
            yield result


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
    program = [sys.executable, "-m", "pipelines.ingest.scan_worker"]
    return subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)


def _converse(
    worker: subprocess.Popen[bytes], tasks: list[object], done: "queue.Queue[tuple[str, Scan] | None]"
) -> None:
    """Give a worker its tasks and take its scans until it ends, however it ends."""
    assert worker.stdin is not None
    assert worker.stdout is not None
    try:
        pickle.dump(tasks, worker.stdin, pickle.HIGHEST_PROTOCOL)
        worker.stdin.close()
        while True:
            done.put(pickle.load(worker.stdout))
    except (EOFError, OSError, pickle.UnpicklingError):
        done.put(None)
