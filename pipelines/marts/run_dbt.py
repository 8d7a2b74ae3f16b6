"""Run dbt on the warehouse, in this process."""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pipelines.marts.invoke_dbt import DbtError, DbtRun, invoke_dbt
from pipelines.marts.parsed_project import dbt_variables, parsed_project
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from pipelines.warehouse.server_connection import OPTIONS


def run_dbt(warehouse: Warehouse, settings: Settings, arguments: Sequence[str]) -> DbtRun:
    """Run a dbt command, such as `["build", "--selector", "before_estimates"]`, on the warehouse.

    Raises `DbtError` where the command could not start at all; failed models and tests are in the result.
    """
    connection = warehouse.dbt_environment()
    parsed = parsed_project(settings, connection["SPAWNWISE_PG_DBNAME"])
    # Nobody reads the manifest that dbt would write again at every run: a second each, of a few in all.
    options = ["--no-write-json", "--vars", json.dumps(dbt_variables(settings))]
    with _environment({**connection, "PGOPTIONS": OPTIONS}):
        return invoke_dbt([*arguments, *options], settings.dbt_folder / "target", parsed)


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
