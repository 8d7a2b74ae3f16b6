"""Read the whole history in columns: a million rows as Python's objects would take gigabytes and a minute."""

from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

from pipelines.estimate.history import History, Names, named
from pipelines.warehouse import named_sql

Connection = psycopg.Connection[Any]

# The columns of select_outcomes in order, and what each value is in Postgres' binary format of COPY.
HASH, NUMBER, TRUTH, CLUSTER = ">i8", ">f8", "i1", ">i4"
COLUMNS = {
    "agent": HASH,
    "cluster": CLUSTER,
    "project": HASH,
    "session": HASH,
    "text": HASH,
    "model": HASH,
    "version": HASH,
    "baseline": HASH,
    "is_model_observed": TRUTH,
    "created_us": ">i8",
    "success": NUMBER,
    "confidence": NUMBER,
    "is_self_reported": TRUTH,
    "propensity": NUMBER,
    "cost_usd": NUMBER,
    "calls": NUMBER,
    "effort": HASH,
    "is_effort_asked": TRUTH,
    "baseline_effort": HASH,
    "is_corrected": TRUTH,
    "pair_limit": NUMBER,
    "model_limit": NUMBER,
}
NAMED = ("agent", "project", "model", "version", "baseline", "effort", "baseline_effort")
# A row is the number of its fields, then each field's length and value. Before all stand a signature, flags and the
# length of an extension; behind them -1 for a number. https://www.postgresql.org/docs/current/sql-copy.html
_ROW = np.dtype(
    [
        ("fields", ">i2"),
        *((f"{part}{name}", t) for name, kind in COLUMNS.items() for part, t in (("length of ", ">i4"), ("", kind))),
    ]
)
_HEADER_BYTES, _TRAILER_BYTES = 19, 2


def read_history(connection: Connection, version: int | None) -> History:
    """Read every spawn whose model is known, with its outcome and its cluster in that version."""
    name_of = dict(connection.execute(named_sql(__file__, "select_names")).fetchall())
    statement = f"copy ({named_sql(__file__, 'select_outcomes')}) to stdout (format binary)"
    with connection.cursor() as cursor, cursor.copy(statement, {"version": version}) as copy:
        rows = _rows(b"".join(copy))
    columns: dict[str, Any] = {name: _column(rows[name]) for name in COLUMNS if name not in NAMED}
    columns |= {name: _names(rows[name], name_of) for name in NAMED}
    for grouped in ("session", "text"):
        columns[grouped] = np.unique(columns[grouped], return_inverse=True)[1].reshape(-1)
    return History(**columns)


def _rows(content: bytes) -> NDArray[Any]:
    rows = np.frombuffer(content, _ROW, offset=_HEADER_BYTES, count=(len(content) - _HEADER_BYTES) // _ROW.itemsize)
    is_whole = len(content) == _HEADER_BYTES + rows.nbytes + _TRAILER_BYTES
    if not is_whole or (rows["fields"] != len(COLUMNS)).any():
        raise ValueError("the outcomes are not of the width that they are read in")
    return rows


def _column(values: NDArray[Any]) -> NDArray[Any]:
    """Return a column apart from the rows, in the machine's own order of bytes."""
    kind = bool if values.dtype == TRUTH else values.dtype.newbyteorder("=")
    return np.ascontiguousarray(values, dtype=np.int64 if values.dtype == CLUSTER else kind)


def _names(hashes: NDArray[Any], name_of: dict[int, str]) -> Names:
    distinct, place = np.unique(hashes, return_inverse=True)
    found = distinct.tolist()
    places = np.array([-1 if value == 0 else index for index, value in enumerate(found)], dtype=np.int64)
    return named([name_of.get(value, "") for value in found], places[place.reshape(-1)])
