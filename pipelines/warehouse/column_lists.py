"""Lists of columns for statements that are made from a row's type."""

from collections.abc import Iterable

from psycopg import sql


def listed(columns: Iterable[str], table: str | None = None) -> sql.Composed:
    """Return columns as a list, each of the table where one is named."""
    return sql.SQL(", ").join(sql.Identifier(table, name) if table else sql.Identifier(name) for name in columns)
