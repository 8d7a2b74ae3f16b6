"""dbt's own documentation as one page that needs no server."""

from pathlib import Path

from pipelines.marts.run_dbt import DbtError, run_dbt
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse


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
