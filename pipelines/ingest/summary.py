"""What ingest shows a person."""

from collections.abc import Sequence
from typing import Any

import dagster as dg

from pipelines.progress import shortened
from pipelines.warehouse import Warehouse, named_sql


def agents_and_models(warehouse: Warehouse, limit: int = 20) -> str:
    """Return a markdown table of the agents that were spawned most, by model."""
    with warehouse.connect() as connection:
        rows = connection.execute(named_sql(__file__, "agents_and_models"), {"limit": limit}).fetchall()
    header = [
        "| agent | model | spawns | errors | median seconds | known cost, USD | estimated of it, % |",
        "|---|---|--:|--:|--:|--:|--:|",
    ]
    return "\n".join(header + ["| " + " | ".join(_cell(value) for value in row) + " |" for row in rows])


def warnings_metadata(warnings: Sequence[str]) -> dict[str, Any]:
    """Return the warnings as an asset shows them, one a line; nothing where there is nothing to warn of."""
    return {"warnings": dg.MetadataValue.md("\n".join(f"- {line}" for line in shortened(warnings)))} if warnings else {}


def _cell(value: object) -> str:
    return "" if value is None else str(value).replace("|", "\\|").replace("<", "&lt;")
