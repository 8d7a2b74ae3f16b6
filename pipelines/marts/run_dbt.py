"""Run dbt on the warehouse, in this process.

A process of its own would start, import and connect for as long as dbt works here, twice a night; and Dagster's
`DbtCliResource` asks the package index for dbt's newest version at every start.
"""

import hashlib
import json
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import dbt.version

from pipelines.ingest.values import CLOCK_SKEW, FIRST_POSSIBLE_DAY
from pipelines.settings import Settings
from pipelines.warehouse import DatabaseUnavailableError, Warehouse
from pipelines.warehouse.faults import remedy_for, says_that_it_is_lost, without_rows
from pipelines.warehouse.server_connection import OPTIONS
from recommender.errors import SpawnwiseError

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


def run_dbt(
    warehouse: Warehouse, settings: Settings, arguments: Sequence[str], *, writes_manifest: bool = False
) -> DbtRun:
    """Run a dbt command, such as `["build", "--selector", "before_estimates"]`, on the warehouse.

    Raises `DbtError` where the command could not start at all; failed models and tests are in the result.
    """
    # Nobody reads the manifest that dbt would write again at every run: a second each, of a few in all.
    quietly = [] if writes_manifest else ["--no-write-json"]
    with _environment({**warehouse.dbt_environment(), "PGOPTIONS": OPTIONS}):
        options = [*quietly, "--vars", json.dumps(dbt_variables(settings))]
        return invoke_dbt([*arguments, *options], settings.dbt_folder / "target")


def invoke_dbt(arguments: Sequence[str], target: Path) -> DbtRun:
    """Run a dbt command on the project, with its artifacts and its log in `target`."""
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
        outcome = dbtRunner(callbacks=[listen]).invoke(["--log-level", "none", "--no-use-colors", *arguments, *options])
    target.mkdir(parents=True, exist_ok=True)
    (target / "dbt.log").write_text("".join(log), encoding="utf-8")  # dbt's own handler leaves its file open
    if outcome.exception is not None:
        raise _fault(f"dbt could not start: {outcome.exception}") from outcome.exception
    results = getattr(outcome.result, "results", None) or []
    failures = [_in_words(result) for result in results if result.status in {"error", "fail", "runtime error"}]
    return DbtRun(events, failures)


def write_documentation(warehouse: Warehouse, settings: Settings, path: Path | None = None) -> Path:
    """Write models, columns, tests and lineage as one HTML page and return where it is; raise `DbtError` otherwise."""
    target = settings.dbt_folder / "target"
    run = run_dbt(warehouse, settings, ["docs", "generate", "--static"])
    run.raise_for_failures(target)
    page = target / "static_index.html"
    if not page.exists():
        raise DbtError(f"dbt wrote no page to {target}.")
    if path is None or path.resolve() == page.resolve():
        return page
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(page.read_bytes())
    return path


def dbt_variables(settings: Settings) -> dict[str, Any]:
    """Return the project's variables as the user's settings and the reading of logs have them.

    `built_by` is a digest of these and of the project: tables that were built by another are built whole.
    """
    variables = {
        "pseudonyms": settings.pseudonyms,
        "window_days": settings.window_days,
        "windows": list(settings.windows),
        "overloaded_min_tasks": settings.overloaded_min_tasks,
        "overloaded_max_success": settings.overloaded_max_success,
        "gap_quantile": settings.gap_quantile,
        "model_weights": settings.model_weights,
        "first_possible_day": FIRST_POSSIBLE_DAY.isoformat(),
        "clock_skew_days": CLOCK_SKEW.days,
    }
    made_by = project_digest() + json.dumps(variables, sort_keys=True)
    return variables | {"built_by": hashlib.sha256(made_by.encode()).hexdigest()}


@cache
def project_digest() -> str:
    """Return a digest of dbt and of all that it makes the models from."""
    digest = hashlib.sha256(dbt.version.__version__.encode())
    for path in sorted(PROJECT_FOLDER.rglob("*")):
        if path.suffix in {".yml", ".sql", ".csv"} and "target" not in path.parts:
            digest.update(path.relative_to(PROJECT_FOLDER).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _fault(message: str) -> Exception:
    is_lost = says_that_it_is_lost(message)
    return DatabaseUnavailableError(" ".join(message.split())) if is_lost else DbtError(message)


def _in_words(result: Any) -> str:
    """Name the node and give the first lines of why; the query's rows are not in dbt's message."""
    node = result.node
    why = " ".join(line.strip() for line in without_rows(result.message or "no message").splitlines()[:3])
    return f"dbt {node.resource_type} {node.name}: {why} {remedy_for(why)}".rstrip()


@contextmanager
def _environment(variables: dict[str, str]) -> Iterator[None]:
    """Set the variables that dbt's profile reads, and put back what was there: a password must not stay behind."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def _working_folder_kept() -> Iterator[None]:
    """Come back to the working folder: dbt goes to its project and stays there."""
    folder = Path.cwd()
    try:
        yield
    finally:
        os.chdir(folder)
