"""One learning run at a time, on a database that answers."""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from pipelines.settings import Settings
from pipelines.warehouse.connection import Warehouse

# Of a table that no reading role may touch: an advisory lock could be taken by anyone who may connect. Such a lock
# takes no transaction id, so that it may be held all night.
LOCK = "lock table control.run_lock in exclusive mode nowait"
NO_TIMEOUT = "set local idle_in_transaction_session_timeout = 0"
SECONDS_BETWEEN_LOOKS = 5.0
FROZEN = (
    "Postgres has not answered for {seconds:g} seconds, so this run has ended. Published answers are as they were, and "
    "finished work is not repeated. Look at the server, and run again."
)


class RunInProgressError(Exception):
    """Another learning run holds the lock; nothing was done."""


@contextmanager
def run_lock(warehouse: Warehouse) -> Iterator[None]:
    """Hold the lock of the learning run; raise `RunInProgressError` at once where another run has it.

    It is a lock of a transaction, which Postgres frees when the process that holds it ends, however it ends. A run
    that loses it, as another may have it then, gets no further connection; one whose database is frozen ends.
    """
    with warehouse.connect() as connection:
        try:
            connection.execute(NO_TIMEOUT)
            connection.execute(LOCK)
        except psycopg.errors.LockNotAvailable:
            message = "Another learning run is in progress; this one leaves the work to it."
            raise RunInProgressError(message) from None
        done = threading.Event()
        watcher = threading.Thread(target=_watch, args=[warehouse, connection, done], daemon=True)
        watcher.start()
        try:
            yield
        finally:
            done.set()


def _watch(warehouse: Warehouse, connection: psycopg.Connection[Any], done: threading.Event) -> None:
    longest_s = Settings().database_patience_s
    while not done.wait(min(SECONDS_BETWEEN_LOOKS, longest_s)):
        alarm = threading.Timer(longest_s, _end, [longest_s])
        alarm.daemon = True
        alarm.start()
        try:
            connection.execute("select")
        except psycopg.Error:
            warehouse.is_lost = not done.is_set()
            return
        finally:
            alarm.cancel()


def _end(longest_s: float) -> None:
    """End the process as if it were killed: whatever waits for a frozen server cannot be woken."""
    print(FROZEN.format(seconds=longest_s), file=sys.stderr, flush=True)
    os._exit(1)
