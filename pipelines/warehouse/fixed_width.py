"""Rows whose columns have a fixed width, by COPY in Postgres' binary format and straight into numpy or out of it.

A million rows as Python's objects would take gigabytes and minutes. In that format a row is the number of its fields,
then each field's length and value, the most significant byte first; before all rows stand a signature, flags and the
length of an extension, behind them -1 for a number of fields.
https://www.postgresql.org/docs/current/sql-copy.html
"""

from collections.abc import Iterator, Mapping
from typing import Any, LiteralString

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg import sql

Connection = psycopg.Connection[Any]
Rows = NDArray[Any]  # of a structured type, a field for each column

TRUTH, INTEGER, BIGINT, DOUBLE, UUID_BYTES = "?", ">i4", ">i8", ">f8", "V16"
AT_ONCE_BYTES = 8 << 20
_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"


def halfvec(dimension: int) -> np.dtype[Any]:
    """Return what a halfvec is: its dimension, two bytes that are not used, its values."""
    return np.dtype([("dimension", ">i2"), ("unused", ">i2"), ("values", ">f2", (dimension,))])


def read_rows(
    connection: Connection, statement: LiteralString, parameters: Mapping[str, Any], columns: Mapping[str, Any]
) -> Iterator[Rows]:
    """Yield the rows of a query, so many at once; none of its values is null, and `columns` tells their types.

    Raises `ValueError` where a value has another width.
    """
    row = _row_type(columns)
    waiting, skipped = bytearray(), len(_HEADER)
    query = sql.SQL("copy ({}) to stdout (format binary)").format(sql.SQL(statement))
    with connection.cursor() as cursor, cursor.copy(query, parameters) as copy:
        for block in copy:
            waiting += block
            if len(waiting) >= AT_ONCE_BYTES:
                yield _taken(waiting, skipped, row, columns)
                skipped = 0
    if waiting[skipped:] != _TRAILER:
        rest = _taken(waiting, skipped, row, columns)
        skipped = 0
        if len(rest):
            yield rest
    if waiting[skipped:] != _TRAILER:
        raise ValueError("a row is not of the width that it is read in")


def write_rows(connection: Connection, table: sql.Composable, columns: Mapping[str, Any], values: Rows) -> None:
    """Copy rows, as `rows_for` makes them, into a table."""
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    statement = sql.SQL("copy {} ({}) from stdin (format binary)").format(table, names)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(_HEADER)
        for start in range(0, len(values), _at_once(values.dtype)):
            copy.write(values[start : start + _at_once(values.dtype)].tobytes())
        copy.write(_TRAILER)


def rows_for(columns: Mapping[str, Any], count: int) -> Rows:
    """Return so many rows to be filled column by column, for `write_rows`."""
    rows = np.zeros(count, dtype=_row_type(columns))
    rows["fields"] = len(columns)
    for name, kind in columns.items():
        rows[f"length of {name}"] = np.dtype(kind).itemsize
    return rows


def _row_type(columns: Mapping[str, Any]) -> np.dtype[Any]:
    parts: list[tuple[str, Any]] = [("fields", ">i2")]
    for name, kind in columns.items():
        parts += [(f"length of {name}", ">i4"), (name, kind)]
    return np.dtype(parts)


def _at_once(row: np.dtype[Any]) -> int:
    return max(1, AT_ONCE_BYTES // row.itemsize)


def _taken(waiting: bytearray, skipped: int, row: np.dtype[Any], columns: Mapping[str, Any]) -> Rows:
    """Take the whole rows out of the bytes that wait."""
    count = (len(waiting) - skipped) // row.itemsize
    end = skipped + count * row.itemsize
    rows = np.frombuffer(bytes(waiting[skipped:end]), dtype=row)
    del waiting[:end]
    is_right = rows["fields"] == len(columns)
    for name, kind in columns.items():
        is_right &= rows[f"length of {name}"] == np.dtype(kind).itemsize
    if not is_right.all():
        raise ValueError("a row is not of the width that it is read in")
    return rows
