"""A program beside each worker that does the reading: what a file does to it, it does not do to the worker."""

import os
import pickle
import subprocess
import sys
import threading
from contextlib import suppress
from typing import IO

from pipelines.ingest.shards.shard import Read, Shard, poisoned, read_shard
from recommender.garbage import collect_rarely

PROGRAM = [sys.executable, "-m", "pipelines.ingest.shards.reading_program"]


class ChildDiedError(Exception):
    """The program ended before it had read the shard."""


class ReadingProgram:
    """The program, started when it is first needed and again when it has died; reads one shard at a time."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def read(self, shard: Shard) -> Read:
        """Read a shard; a file at which the program dies, also when it is read alone, is put into quarantine."""
        with self._lock:
            try:
                return self._ask(shard)
            except ChildDiedError:
                scans = []
                for number, alone in enumerate(shard.singles()):
                    try:
                        scans += [(number, scan) for _, scan in self._ask(alone).scans]
                    except ChildDiedError:
                        scans.append((number, poisoned(alone.tasks[0])))
                return Read(scans, None)

    def close(self) -> None:
        """End the program."""
        if self._process:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _ask(self, shard: Shard) -> Read:
        process = self._process = self._process or _started()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            pickle.dump(shard, process.stdin, pickle.HIGHEST_PROTOCOL)
            process.stdin.flush()
            read: Read = pickle.load(process.stdout)
        except (EOFError, OSError, pickle.UnpicklingError) as error:
            self.close()
            raise ChildDiedError from error
        return read


def _started() -> "subprocess.Popen[bytes]":
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    return subprocess.Popen(PROGRAM, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)


def serve(shards: IO[bytes], reads: IO[bytes]) -> None:
    """Read one shard after another until there are no more."""
    with suppress(EOFError, BrokenPipeError):
        while True:
            pickle.dump(read_shard(pickle.load(shards)), reads, pickle.HIGHEST_PROTOCOL)
            reads.flush()


if __name__ == "__main__":
    collect_rarely()
    answers, sys.stdout = sys.stdout.buffer, sys.stderr  # what is printed must not get among the answers
    serve(sys.stdin.buffer, answers)
