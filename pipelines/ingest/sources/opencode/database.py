"""Open opencode's database for reading, without a trace on the disk, and ask it."""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson

from pipelines.ingest.values import mapping
from pipelines.warehouse.statements import named_sql

WAITING_S = 2.0  # for opencode, where it recovers or takes its log over
Row = Mapping[str, Any]


class Database:
    """opencode's database, as it was when it was opened."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def rows(self, query: str, **parameters: object) -> list[Row]:
        """Return what a statement of `sql/` finds."""
        cursor = self._connection.execute(named_sql(__file__, query), parameters)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]

    def row(self, query: str, **parameters: object) -> Row | None:
        """Return the first row that a statement finds."""
        return next(iter(self.rows(query, **parameters)), None)


def data_of(row: Row) -> Mapping[str, Any]:
    """Return the JSON object in a row; empty where it holds none."""
    try:
        return mapping(orjson.loads(row["data"]))
    except (orjson.JSONDecodeError, TypeError):
        return {}


@contextmanager
def opened(path: Path) -> Iterator[Database]:
    """Open the database at one moment of it; raises `OSError` where it cannot be read, or is not opencode's."""
    try:
        with _place(path) as (place, options), closing(_connect(place, options)) as connection:
            before = path.stat()
            connection.execute("pragma query_only = on")
            connection.execute("begin")
            yield Database(connection)
            after = path.stat()
            if "immutable" in options and (before.st_mtime_ns, before.st_size) != (after.st_mtime_ns, after.st_size):
                raise OSError(None, "it changed while it was read; the next run reads it")
    except sqlite3.Error as error:
        known = "no such table" in str(error) or "no such column" in str(error)
        raise OSError(None, "not a database of opencode's" if known else str(error)) from error


def _connect(place: Path, options: str) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(place))}?mode=ro{options}", uri=True, timeout=WAITING_S)


@contextmanager
def _place(path: Path) -> Iterator[tuple[Path, str]]:
    """Yield the file to open and how, so that SQLite makes no files beside it that opencode may not be able to write.

    Where no log of changes is beside it, the database is whole as it is. Where one is, and the index to it, both are
    shared with opencode at work. Where a crash has left one without its index, a copy is read.
    """
    log, index = Path(f"{path}-wal"), Path(f"{path}-shm")
    if not log.exists() or log.stat().st_size == 0:
        yield path, "&immutable=1"
    elif index.exists():
        yield path, ""
    else:
        with tempfile.TemporaryDirectory(prefix="opencode-") as folder:
            copy = Path(folder) / "opencode.db"
            shutil.copyfile(path, copy)
            shutil.copyfile(log, Path(f"{copy}-wal"))
            yield copy, ""
