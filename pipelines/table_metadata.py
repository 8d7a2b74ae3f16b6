"""What Dagster shows of a table (its rows over time, its columns and what they mean), and of what a stage warns of."""

from collections.abc import Sequence
from typing import Any

import dagster as dg
from psycopg import sql

from pipelines.progress import shortened
from pipelines.warehouse import Warehouse, named_sql


def table_metadata(warehouse: Warehouse, schema: str, table: str) -> dict[str, Any]:
    """Return row count, column schema and name of a table as Dagster's own metadata."""
    with warehouse.connect() as connection:
        columns = connection.execute(named_sql(__file__, "table_columns"), [schema, table]).fetchall()
        count = sql.SQL("select count(*) from {}").format(sql.Identifier(schema, table))
        (rows,) = connection.execute(count).fetchone() or (0,)
    described = [
        dg.TableColumn(name, kind, description, dg.TableColumnConstraints(nullable=nullable))
        for name, kind, description, nullable in columns
    ]
    return {
        "dagster/row_count": rows,
        "dagster/table_name": f"{schema}.{table}",
        "dagster/column_schema": dg.TableSchema(columns=described),
    }


def warnings_metadata(warnings: Sequence[str]) -> dict[str, Any]:
    """Return the warnings as an asset shows them, one a line; nothing where there is nothing to warn of."""
    return {"warnings": dg.MetadataValue.md("\n".join(f"- {line}" for line in shortened(warnings)))} if warnings else {}
