"""A dbt command on the project, in this process.

A process of its own would start, import and connect for as long as dbt works here, twice a night; and Dagster's
`DbtCliResource` asks the package index for dbt's newest version at every start.
"""

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pipelines.warehouse import DatabaseUnavailableError
from pipelines.warehouse.faults import remedy_for, says_that_it_is_lost, without_rows
from recommender.errors import SpawnwiseError

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

PROJECT_FOLDER = Path(__file__).parents[2] / "dbt_project"

RESULTS = {"LogSeedResult", "LogModelResult", "LogSnapshotResult", "LogTestResult"}

_one_at_a_time = threading.Lock()


class DbtError(SpawnwiseError):
    """dbt did not finish what it was asked to; the message names what failed and why."""


class DbtRun(NamedTuple):
    """What dbt reported: its structured events, and the failures among them in words."""

    events: list[dict[str, Any]]
    failures: list[str]

    def raise_for_failures(self, log_folder: Path) -> None:
        """Raise `DbtError` where a model or a test failed, `DatabaseUnavailableError` where the database was gone."""
        if self.failures:
            message = "\n".join(
                [
                    *self.failures,
                    f"What depends on it stays as it was. dbt's own log: {log_folder / 'dbt.log'}",
                ]
            )
            raise _fault(message)


def invoke_dbt(arguments: Sequence[str], target: Path, parsed: "Manifest | None" = None) -> DbtRun:
    """Run a dbt command on the project, with its artifacts and its log in `target`; it is parsed where it is not yet.

    Raises `DbtError` where the command could not start at all; failed models and tests are in the result.
    """
    from dbt.cli.main import dbtRunner
    from dbt_common.events.functions import msg_to_dict

    events: list[dict[str, Any]] = []
    folders = {"project-dir": PROJECT_FOLDER, "profiles-dir": PROJECT_FOLDER, "target-path": target, "log-path": target}
    options = [part for name, folder in folders.items() for part in (f"--{name}", str(folder))]
    log: list[str] = []

    def listen(event: Any) -> None:
        if event.info.level != "debug":
            log.append(f"{event.info.ts.ToJsonString()} {event.info.level:5} {event.info.msg}\n")
        if event.info.name in RESULTS:
            events.append(msg_to_dict(event))

    with _one_at_a_time, _working_folder_kept():
        outcome = dbtRunner(parsed, callbacks=[listen]).invoke(
            ["--log-level", "none", "--no-use-colors", *arguments, *options]
        )
    target.mkdir(parents=True, exist_ok=True)
    (target / "dbt.log").write_text("".join(log), encoding="utf-8")  # dbt's own handler leaves its file open
    if outcome.exception is not None:
        raise _fault(f"dbt could not start: {outcome.exception}") from outcome.exception
    results = getattr(outcome.result, "results", None) or []
    failures = [_in_words(result) for result in results if result.status in {"error", "fail", "runtime error"}]
    return DbtRun(events, failures)


def _fault(message: str) -> Exception:
    is_lost = says_that_it_is_lost(message)
    return DatabaseUnavailableError(" ".join(message.split())) if is_lost else DbtError(message)


def _in_words(result: Any) -> str:
    """Name the node and give the first lines of why; the query's rows are not in dbt's message."""
    node = result.node
    why = " ".join(line.strip() for line in without_rows(result.message or "no message").splitlines()[:3])
    return f"dbt {node.resource_type} {node.name}: {why} {remedy_for(why)}".rstrip()


@contextmanager
def _working_folder_kept() -> Iterator[None]:
    """Come back to the working folder: dbt goes to its project and stays there."""
    folder = Path.cwd()
    try:
        yield
    finally:
        os.chdir(folder)
