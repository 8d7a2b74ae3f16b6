"""A data home of its own with the embedded server, on which commands run as processes that can be killed."""

import contextlib
import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg

from pipelines.ingest.sample import write_sample_home
from pipelines.warehouse.embedded import EmbeddedServer
from recommender.snapshot_file import read_snapshot
from tests.conftest import careful_umask, lend
from tests.support.digests import table_digests

IS_LONG = os.environ.get("SPAWNWISE_TEST_PROFILE") == "long"
SEED = int(os.environ.get("SPAWNWISE_TEST_SEED", "20261123"))
AS_IT_WAS = "as_it_was"  # the undisturbed database, before tests ran commands on it
HOME_MODE = 0o711 if os.geteuid() == 0 else 0o700  # root's server runs as another user
PROJECT = Path(__file__).parents[2]
STEPS = "select count(*) from dagster.event_logs where dagster_event_type = 'STEP_SUCCESS'"


class House:
    """Commands run on `home` and read the logs of the Claude home `logs`; keep it open while they do."""

    def __init__(self, home: Path, logs: Path, **variables: str) -> None:
        self.home = home
        self.logs = logs
        self.server = EmbeddedServer(home / "postgres")
        self.database = "spawnwise"
        self._variables = variables

    def environment(self, **variables: str) -> dict[str, str]:
        """Return the environment of every command."""
        return {
            **os.environ,
            "SPAWNWISE_HOME": str(self.home),
            "CLAUDE_CONFIG_DIR": str(self.logs),
            "PYTHONPATH": str(PROJECT),
            **self._variables,
            **variables,
        }

    def start(self, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        """Start a command in a process group of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "recommender.cli", *arguments],
            env=self.environment(**variables),
            cwd=self.home,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            umask=0,  # nothing may lean on a careful one
        )

    def run(self, *arguments: str, given: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end, with what it is given on its standard input."""
        process = self.start(*arguments, **variables)
        output, errors = process.communicate(given, timeout=300)
        return subprocess.CompletedProcess(arguments, process.returncode, output, errors)

    def connect(self, database: str | None = None) -> psycopg.Connection[Any]:
        """Return a connection past all of the product's code."""
        return psycopg.connect(self.server.dsn(database or self.database), autocommit=True)

    def steps_done(self) -> int:
        """Return how many steps of all runs so far have succeeded."""
        with contextlib.suppress(psycopg.Error), self.connect() as connection:
            row = connection.execute(STEPS).fetchone()
            return int(row[0]) if row else 0
        return 0

    def digests(self) -> dict[str, str]:
        """Return an ordered digest of every table, and of what the snapshot says."""
        with self.connect() as connection:
            digests = table_digests(connection, across_databases=True)
        path = self.home / "snapshot.safetensors"
        # The number of the clustering comes from a sequence, and a run that ended early has taken one.
        snapshot = replace(read_snapshot(path), clustering_version=0) if path.exists() else None
        return digests | {"snapshot": snapshot.version if snapshot else ""}


def kill(process: subprocess.Popen[str]) -> None:
    """Kill a command and all that it has started."""
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def kill_after(house: House, seconds: float) -> None:
    """Start a learning run and kill it at that moment."""
    process = house.start("learn", "--quiet")
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    kill_if_alive(process)


def kill_after_steps(house: House, steps: int) -> None:
    """Start a learning run and kill it at the boundary behind its n-th step."""
    before = house.steps_done()
    process = house.start("learn", "--quiet")
    while process.poll() is None and house.steps_done() < before + steps:
        time.sleep(0.02)
    kill_if_alive(process)


def kill_if_alive(process: subprocess.Popen[str]) -> None:
    """Kill a command unless it was faster."""
    if process.poll() is None:
        kill(process)
    else:
        process.communicate()


def chance(name: str) -> random.Random:
    """Return the random source of one test; the seed is printed where the test fails."""
    print(f"SPAWNWISE_TEST_SEED={SEED}")
    return random.Random(hashlib.sha256(f"{SEED} {name}".encode()).digest())


def write_logs(folder: Path) -> None:
    """Write invented work as somebody's Claude home."""
    write_sample_home(folder)


def furnish(house: House, made_once: Path) -> None:
    """Make the home of a house, with what takes long to make and is the same in all."""
    house.home.mkdir(mode=HOME_MODE)
    lend(made_once, house.home)


@contextlib.contextmanager
def opened(house: House) -> Iterator[House]:
    """Keep the house's server running."""
    with contextlib.ExitStack() as stack:
        with careful_umask():
            stack.enter_context(house.server)
        yield house


def files_of(home: Path) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of every file, but for the lease: closing it would give the lock back."""
    for path in home.rglob("*"):
        if path.is_file() and path.suffix != ".lease":
            yield str(path.relative_to(home)), path.read_bytes()
