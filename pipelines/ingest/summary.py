"""What ingest shows a person."""

from pipelines.warehouse import Warehouse, named_sql


def agents_and_models(warehouse: Warehouse, limit: int = 20) -> str:
    """Return a markdown table of the agents that were spawned most, by model."""
    with warehouse.connect() as connection:
        rows = connection.execute(named_sql(__file__, "agents_and_models"), {"limit": limit}).fetchall()
    header = ["| agent | model | spawns | errors | median seconds | known cost, USD |", "|---|---|--:|--:|--:|--:|"]
    return "\n".join(header + ["| " + " | ".join(_cell(value) for value in row) + " |" for row in rows])


def _cell(value: object) -> str:
    return "" if value is None else str(value).replace("|", "\\|").replace("<", "&lt;")
