"""Run the nightly job, or the part of it that reads no logs, in this process."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from typing import Any, NamedTuple, TextIO, cast

import dagster as dg
from dagster_postgres.utils import DagsterPostgresException
from dagster_shared.error import SerializableErrorInfo
from rich.console import Console
from sqlalchemy.exc import DBAPIError

from pipelines.commands.console import progress_on
from pipelines.instance import open_instance
from pipelines.nightly_job import BY_COMMAND
from pipelines.settings import Settings
from pipelines.warehouse import DatabaseUnavailableError, Warehouse, WarehouseError
from pipelines.warehouse.faults import remedy_for, says_that_it_is_lost
from recommender.terminal import printable

LOST_RECORD = "Exception while writing logger call to event log"
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


class JobRun(NamedTuple):
    """A finished run: Dagster's result, what the stages warned of, and how much of what was named was unreadable."""

    result: dg.ExecuteInProcessResult
    warnings: tuple[str, ...]
    count_unread: int


def run_job(
    settings: Settings, warehouse: Warehouse, console: Console, name: str = "nightly", *, is_quiet: bool = False
) -> JobRun:
    """Run the job of that name; the caller holds the lock of the learning run.

    Raises `DatabaseUnavailableError` where the connection to the database was lost, be it ours, dbt's or Dagster's.
    """
    from pipelines.definitions import defs

    resources: dict[str, Any] = {"settings": settings, "warehouse": warehouse}
    shown = progress_on(console.file, is_quiet=is_quiet)
    with _losses_told_alike(), open_instance(settings, warehouse) as instance, shown as progress:
        result = (
            defs()
            .resolve_job_def(name)
            .execute_in_process(
                instance=instance,
                resources=resources | {"progress": progress},
                run_config=QUIET,
                raise_on_error=False,
                tags=BY_COMMAND,
            )
        )
    causes = list(_causes(result))
    for _, error in causes:
        if error.cls_name == DatabaseUnavailableError.__name__:
            raise DatabaseUnavailableError(in_words(error))
    if not result.success and not causes:  # Dagster swallows the loss of a record, that of a failed step too
        raise DatabaseUnavailableError("A step failed, and the record of it was lost with the connection to Postgres.")
    return JobRun(result, tuple(progress.warnings), progress.count_unread)


def explain_failure(result: dg.ExecuteInProcessResult, console: Console) -> None:
    """Say which steps failed and why."""
    for words in failed_steps(result):
        console.print(printable(words))


def failed_steps(result: dg.ExecuteInProcessResult) -> list[str]:
    """Return a sentence for each step that failed."""
    return [f"The step {step} failed: {in_words(error)}" for step, error in _causes(result)]


def in_words(error: SerializableErrorInfo) -> str:
    """Return the message without the name of the class, which says nothing to a person where it is our own."""
    name, _, message = error.message.strip().partition(": ")
    return message if name.startswith("pipelines.") and message else error.message.strip()


def _causes(result: dg.ExecuteInProcessResult) -> Iterator[tuple[str, SerializableErrorInfo]]:
    """Yield the failed steps, each with the error that the asset's own code ended with."""
    for event in result.all_events:
        if event.is_step_failure and event.step_failure_data.error:
            error = event.step_failure_data.error
            yield str(event.step_key), error.cause or error


@contextmanager
def _losses_told_alike() -> Iterator[None]:
    """Raise our own error where Dagster's storage, which lies in the same database, lost its connection."""
    root = logging.getLogger()
    root.addFilter(_is_for_people)
    try:
        with redirect_stderr(cast("TextIO", _Sieve(sys.stderr))):
            yield
    except (DBAPIError, DagsterPostgresException) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error.__cause__
        reason = (str(cause).strip() or type(error).__name__).splitlines()[0]
        remedy = remedy_for(reason) or "Look at the server's log."
        message = f"Dagster's records cannot be written to Postgres ({reason}). {remedy}"
        fault = DatabaseUnavailableError if says_that_it_is_lost(str(cause)) else WarehouseError
        raise fault(message) from error
    finally:
        root.removeFilter(_is_for_people)


class _Sieve:
    """Standard error without what Dagster says of a record that it could not write: all that stands in it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, words: str) -> int:
        return len(words) if words.startswith(LOST_RECORD) else self._stream.write(words)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _is_for_people(record: logging.LogRecord) -> bool:
    """Tell whether a record of the root logger should be seen: each try of Dagster's storage is a dozen lines."""
    return "dagster_postgres" not in record.pathname
