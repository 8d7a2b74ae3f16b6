"""Faults of a real database, to be had without any right but to start a server."""

import contextlib
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import psycopg
import psycopg.sql
import pytest

from tests.reliability.house import House
from tests.reliability.rounds import Round
from tests.support.waiting import eventually

DBT_BACKENDS = "select pid from pg_stat_activity where application_name = 'spawnwise-dbt' and datname = %s"


def crash_of_a_backend(house: Round) -> None:
    """Let the backends of dbt write no more, as if the disk of the write-ahead log were full: the server restarts."""
    with house.connect("postgres") as connection:
        for (pid,) in connection.execute(DBT_BACKENDS, [house.database]).fetchall():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))


# What passes: the run that it happens to waits, goes on, and ends as if nothing had been.
PASSING: dict[str, Callable[[Round], object]] = {
    "stopped and started": Round.restart_server,
    "backends terminated": Round.terminate_backends,
    "connections cut": lambda house: house.proxy.cut(),
    "connections reset": lambda house: house.proxy.cut(with_reset=True),
}


@contextlib.contextmanager
def read_only(house: House) -> Iterator[None]:
    """Let no new session write."""
    name = house.database.encode()
    with house.connect("postgres") as connection:
        connection.execute(b"alter database %s set default_transaction_read_only = on" % name)
        yield
        connection.execute(b"alter database %s reset default_transaction_read_only" % name)


@contextlib.contextmanager
def no_free_connection(house: House) -> Iterator[None]:
    """Take all connections that the server has."""
    with contextlib.ExitStack() as taken:
        with contextlib.suppress(psycopg.OperationalError):
            while True:
                taken.enter_context(contextlib.closing(house.connect("postgres")))
        yield
    assert eventually(lambda: _takes_connections(house))  # the server needs a moment to see that they are gone


def _takes_connections(house: House) -> bool:
    with contextlib.suppress(psycopg.OperationalError):
        house.connect("postgres").close()
        return True
    return False


@contextlib.contextmanager
def disk_full_for(house: House, table: str) -> Iterator[None]:
    """Put an empty table's file on a device without any space: the kernel answers ENOSPC to every write."""
    with house.connect() as connection:
        connection.execute("checkpoint")
        row = connection.execute("select pg_relation_filepath(%s::regclass)", [table]).fetchone()
    assert row is not None
    file = house.server.folder / row[0]
    assert file.stat().st_size == 0
    kept = file.rename(file.with_suffix(".kept"))
    file.symlink_to("/dev/full")
    yield
    kept.replace(file)


@contextlib.contextmanager
def small_disk(house: House, folder: Path, spare_mb: int) -> Iterator[Callable[[], None]]:
    """Move the database to a file system of its own that has little space left; yield what gives it plenty.

    Skips where nobody may mount one.
    """
    name, mounted = house.database.encode(), folder / "small-disk"
    mounted.mkdir(exist_ok=True)
    owner = (house.server.folder / "PG_VERSION").stat()
    options = f"uid={owner.st_uid},gid={owner.st_gid},mode=700"
    if subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", mounted], check=False).returncode:
        pytest.skip("no file system may be mounted here")
    try:
        with house.connect("postgres") as connection:
            connection.execute(b"create tablespace small location %s" % psycopg.sql.quote(str(mounted)).encode())
            connection.execute(b"alter database %s set tablespace small" % name)
            used = shutil.disk_usage(mounted).used
            _resize(mounted, used + (spare_mb << 20))
            yield lambda: _resize(mounted, 1 << 30)
            connection.execute(b"alter database %s set tablespace pg_default" % name)
            connection.execute(b"drop tablespace small")
    finally:
        subprocess.run(["umount", "--lazy", mounted], check=True)


def _resize(mounted: Path, size: int) -> None:
    subprocess.run(["mount", "-o", f"remount,size={size}", mounted], check=True)


# What stays: the run fails, says what to do, and leaves what is published alone.
STAYING: dict[str, tuple[Callable[[House], AbstractContextManager[None]], str]] = {
    "read only": (read_only, "default_transaction_read_only"),
    "no free connection": (no_free_connection, "too many clients"),
    "disk full at ingest": (lambda house: disk_full_for(house, "learning.task_history"), "disk of Postgres is full"),
    "disk full at embed": (lambda house: disk_full_for(house, "learning.agent_embeddings"), "disk of Postgres is full"),
    "disk full at cluster": (lambda house: disk_full_for(house, "learning.task_clusters"), "disk of Postgres is full"),
    "disk full at estimate": (
        lambda house: disk_full_for(house, "learning.model_estimates"),
        "disk of Postgres is full",
    ),
}
