"""Marts and serving tables as Parquet, one typed file a table, in a folder or a bucket."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from psycopg import sql
from psycopg.conninfo import make_conninfo

from pipelines.object_store import EXTRA, BucketError, address, move, place_of
from pipelines.warehouse import Warehouse, named_sql
from pipelines.warehouse.server_connection import OPTIONS, with_limits
from recommender.commands.registry import imported
from recommender.errors import SpawnwiseError

if TYPE_CHECKING:
    from pyarrow import RecordBatchReader

WHAT = "Exporting to Parquet"
BATCH_BYTES = 16 << 20
_PLAIN = {"bool", "int2", "int4", "int8", "float4", "float8", "text", "varchar", "date", "timestamp", "timestamptz"}
# What has no type in Arrow that every reader knows; whatever else is not plain goes out as text.
_CAST = {"numeric": "double precision", "vector": "real[]", "halfvec": "real[]"}


class ExportedTable(NamedTuple):
    """A table that was written."""

    name: str
    rows: int
    bytes: int


class ExportError(SpawnwiseError):
    """Nothing was exported; the message says why and what to do."""


def export_tables(warehouse: Warehouse, destination: Path) -> list[ExportedTable]:
    """Write every mart and serving table to `<destination>/<schema>/<table>.parquet`, all as of one moment.

    A file is replaced as a whole, and none before all are written. Raises `ExportError`, or `MissingExtraError`.
    """
    try:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(_beside(destination)))
            cursor = stack.enter_context(_snapshot(warehouse))
            tables = [_write(cursor, folder, *names) for names in _statements(cursor)]
            if not any(table.name.startswith("marts/") for table in tables):  # serving has some from the start
                raise ExportError("There are no tables to export yet. Run `spawnwise learn` first.")
            for table in tables:
                move(folder / f"{table.name}.parquet", destination, f"{table.name}.parquet")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        message = f"{address(destination)} cannot be written: {reason}."
        raise ExportError(message) from (None if isinstance(error, BucketError) else error)
    return tables


@contextmanager
def _beside(destination: Path) -> Iterator[str]:
    """Yield a folder for files that are not whole yet, on the destination's own disk where it has one."""
    place = None if place_of(destination) else destination
    if place:
        place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".export-", dir=place) as folder:
        yield folder


@contextmanager
def _snapshot(warehouse: Warehouse) -> Iterator[Any]:
    """Yield an Arrow cursor that sees one moment; raises `ExportError` where the database fails."""
    imported("pyarrow.parquet", WHAT, EXTRA)
    dbapi = imported("adbc_driver_postgresql.dbapi", WHAT, EXTRA)
    dsn = make_conninfo(with_limits(warehouse.dsn), application_name="spawnwise", options=OPTIONS)
    options = {"adbc.postgresql.batch_size_hint_bytes": str(BATCH_BYTES)}
    try:
        with dbapi.connect(dsn) as connection, connection.cursor(adbc_stmt_kwargs=options) as cursor:
            cursor.execute("set transaction isolation level repeatable read, read only")
            yield cursor
    except dbapi.Error as error:
        raise ExportError(_unreadable(error)) from None


def _statements(cursor: Any) -> list[tuple[str, str]]:
    """Return each table's name and the statement that reads it in types that Parquet has."""
    cursor.execute(named_sql(__file__, "published_columns"))
    columns = cursor.fetchall()
    return [
        (f"{schema}/{table}", _statement(schema, table, [(name, kind) for _, _, name, kind in own]))
        for (schema, table), own in groupby(columns, key=lambda column: (column[0], column[1]))
    ]


def _statement(schema: str, table: str, columns: list[tuple[str, str]]) -> str:
    selected = (
        sql.Identifier(name) if kind.removeprefix("_") in _PLAIN else _as(name, _CAST.get(kind, "text"))
        for name, kind in columns
    )
    statement = sql.SQL("select {} from {}").format(sql.SQL(", ").join(selected), sql.Identifier(schema, table))
    return statement.as_string()


def _as(name: str, kind: str) -> sql.Composed:
    return sql.SQL("cast({column} as {kind}) as {column}").format(
        column=sql.Identifier(name),
        kind=sql.SQL(kind),  # one of our own words
    )


def _write(cursor: Any, folder: Path, name: str, statement: str) -> ExportedTable:
    from pyarrow.parquet import ParquetWriter

    path = folder / f"{name}.parquet"
    path.parent.mkdir(exist_ok=True)
    cursor.execute(statement)
    reader: RecordBatchReader = cursor.fetch_record_batch()
    rows = 0
    with ParquetWriter(path, reader.schema, compression="zstd") as writer:
        for batch in _batches(reader):
            writer.write_batch(batch)
            rows += batch.num_rows
    return ExportedTable(name, rows, path.stat().st_size)


def _batches(reader: "RecordBatchReader") -> Iterator[Any]:
    """Yield the batches; raises `ExportError` where the database fails, which Arrow calls an `OSError`."""
    while True:
        try:
            batch = reader.read_next_batch()
        except StopIteration:
            return
        except OSError as error:
            raise ExportError(_unreadable(error)) from None
        yield batch


def _unreadable(error: Exception) -> str:
    reason = (str(error).strip() or type(error).__name__).splitlines()[0]
    return f"The tables cannot be read from Postgres: {reason}."
