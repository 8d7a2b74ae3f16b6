"""A home and a database that have published answers, but must read and learn all logs again."""

import contextlib
import os
import shutil
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import psycopg
from psycopg.conninfo import conninfo_to_dict

from pipelines.warehouse.embedded import EmbeddedServer
from recommender.snapshot_file import read_snapshot, write_snapshot
from tests.conftest import lend
from tests.reliability.conftest import Undisturbed
from tests.reliability.house import AS_IT_WAS, HOME_MODE, House
from tests.reliability.proxy import Proxy

ALL_IS_TO_BE_DONE = """
truncate learning.task_history, learning.spawn_facts, learning.outcome_signals, learning.agent_embeddings,
    learning.task_embeddings, learning.main_threads, learning.main_messages, learning.ingest_files,
    learning.ingest_quarantine, learning.clusterings cascade;
update serving.best_model_per_cluster set reason = 'published before';
"""
SERVING = "serving.best_model_per_cluster"
DATABASE = "round"
_ports = [0]


class Round(House):
    """A house that shares the server of the undisturbed one, and reaches its own database through a proxy."""

    def __init__(self, undisturbed: Undisturbed, proxy: Proxy, database: str) -> None:
        home = undisturbed.home.parent / database
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(mode=HOME_MODE)
        lend(undisturbed.home, home)
        super().__init__(home, undisturbed.logs, DATABASE_URL=proxy.url(database))
        self.server = undisturbed.server
        self.database = database
        self.proxy = proxy
        self._expected = undisturbed.expected
        published = read_snapshot(undisturbed.home / "snapshot.safetensors")
        write_snapshot(home / "snapshot.safetensors", replace(published, protected_agents=("published before",)))
        self._before = self.digests()

    def half_published(self) -> set[str]:
        """Return what is neither as it was published before nor complete."""
        now = self.digests()
        return {name for name in (SERVING, "snapshot") if now[name] not in (self._before[name], self._expected[name])}

    def differences(self) -> set[str]:
        """Return what is not as after an undisturbed run."""
        now = self.digests()
        return {name for name in self._expected | now if now.get(name) != self._expected.get(name)}

    def terminate_backends(self) -> None:
        """Have the server end every connection to this database."""
        with self.connect("postgres") as connection:
            connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [self.database]
            )

    def stop_server(self) -> None:
        """Stop the server as `pg_ctl stop -m immediate` does: it signs nothing off, and must recover."""
        stop_at_once(self.server.folder)

    def start_server(self) -> None:
        """Start the server again."""
        with EmbeddedServer(self.server.folder):
            pass  # the lease of the undisturbed house, of this very process, keeps it running

    def restart_server(self) -> None:
        """Stop the server and start it again at once."""
        self.stop_server()
        self.start_server()


def stop_at_once(folder: Path) -> None:
    """Do to the server of a folder what `pg_ctl stop -m immediate` does."""
    process = psutil.Process(int((folder / "postmaster.pid").read_text().splitlines()[0]))
    os.kill(process.pid, signal.SIGQUIT)
    process.wait(30)


@contextlib.contextmanager
def one_round(undisturbed: Undisturbed) -> Iterator[Round]:
    """Yield a house whose database is a copy of the undisturbed one, with everything to do again."""
    with psycopg.connect(undisturbed.server.dsn("postgres"), autocommit=True) as connection:
        connection.execute(f"drop database if exists {DATABASE} with (force)".encode())  # of a round that failed
        connection.execute(f"create database {DATABASE} template {AS_IT_WAS}".encode())
        # A setting of the database, which the migrations make and a copy leaves behind.
        connection.execute(f"alter database {DATABASE} set client_connection_check_interval = '1s'".encode())
    with psycopg.connect(undisturbed.server.dsn(DATABASE)) as connection:
        connection.execute(ALL_IS_TO_BE_DONE.encode())
    with psycopg.connect(undisturbed.server.dsn(DATABASE), autocommit=True) as connection:
        connection.execute("checkpoint")  # else a crash sets the copy's sequences back, as Postgres does to copies
    socket = conninfo_to_dict(undisturbed.server.dsn(DATABASE))["host"]
    try:
        proxy = Proxy(f"{socket}/.s.PGSQL.5432", _ports[0])
    except OSError:  # between two rounds another process took the port
        proxy = Proxy(f"{socket}/.s.PGSQL.5432", 0)
    with proxy:
        _ports[0] = proxy.port
        yield Round(undisturbed, proxy, DATABASE)
