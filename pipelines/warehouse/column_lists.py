"""Lists of columns for statements that are made from a row's type."""

from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
from psycopg import sql


def listed(columns: Iterable[str], table: str | None = None) -> sql.Composed:
    """Return columns as a list, each of the table where one is named."""
    return sql.SQL(", ").join(sql.Identifier(table, name) if table else sql.Identifier(name) for name in columns)


def copy_rows(
    connection: psycopg.Connection[Any], table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Copy rows into a table, which may be named with its schema."""
    statement = sql.SQL("copy {} ({}) from stdin").format(sql.Identifier(*table.split(".")), listed(columns))
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
