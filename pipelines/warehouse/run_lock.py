"""One learning run at a time."""

from collections.abc import Iterator
from contextlib import contextmanager

from pipelines.warehouse.connection import Warehouse

LOCK_NAME = "spawnwise.learning_run"


class RunInProgressError(Exception):
    """Another learning run holds the lock; nothing was done."""


@contextmanager
def run_lock(warehouse: Warehouse) -> Iterator[None]:
    """Hold the lock of the learning run; raise `RunInProgressError` at once where another run has it.

    It is an advisory lock of a session, which Postgres frees when the process that holds it ends, however it ends.
    """
    with warehouse.connect(autocommit=True) as connection:
        row = connection.execute("select pg_try_advisory_lock(hashtext(%s))", [LOCK_NAME]).fetchone()
        if row is None or not row[0]:
            message = "Another learning run is in progress; this one leaves the work to it."
            raise RunInProgressError(message)
        yield
