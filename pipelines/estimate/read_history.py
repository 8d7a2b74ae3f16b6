"""Read the whole history in columns."""

from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

from pipelines.estimate.history import History, Names, named
from pipelines.warehouse import named_sql
from pipelines.warehouse.fixed_width import BIGINT, DOUBLE, INTEGER, TRUTH, read_rows

Connection = psycopg.Connection[Any]

# The columns of select_outcomes in order; of names they are hashes.
COLUMNS = {
    "agent": BIGINT,
    "cluster": INTEGER,
    "project": BIGINT,
    "session": BIGINT,
    "text": BIGINT,
    "model": BIGINT,
    "version": BIGINT,
    "baseline": BIGINT,
    "is_model_observed": TRUTH,
    "created_us": BIGINT,
    "success": DOUBLE,
    "confidence": DOUBLE,
    "is_self_reported": TRUTH,
    "propensity": DOUBLE,
    "cost_usd": DOUBLE,
    "calls": DOUBLE,
    "effort": BIGINT,
    "is_effort_asked": TRUTH,
    "baseline_effort": BIGINT,
    "is_corrected": TRUTH,
    "pair_limit": DOUBLE,
    "model_limit": DOUBLE,
}
NAMED = ("agent", "project", "model", "version", "baseline", "effort", "baseline_effort")
NUMBERED = ("session", "text")


def read_history(connection: Connection, version: int | None) -> History:
    """Read every spawn whose model is known, with its outcome and its cluster in that version."""
    name_of = dict(connection.execute(named_sql(__file__, "select_names")).fetchall())
    parts = [
        {name: _native(rows[name]) for name in COLUMNS}
        for rows in read_rows(connection, named_sql(__file__, "select_outcomes"), {"version": version}, COLUMNS)
    ]
    columns: dict[str, Any] = {
        name: np.concatenate([part[name] for part in parts] or [_native(np.zeros(0, kind))])
        for name, kind in COLUMNS.items()
    }
    columns |= {name: _names(columns[name], name_of) for name in NAMED}
    columns |= {name: np.unique(columns[name], return_inverse=True)[1].reshape(-1) for name in NUMBERED}
    return History(**columns)


def _native(values: NDArray[Any]) -> NDArray[Any]:
    """Return a column apart from its rows, in the machine's own order of bytes and its usual integers."""
    kind = np.int64 if values.dtype.kind == "i" else values.dtype.newbyteorder("=")
    return np.array(values, dtype=kind)


def _names(hashes: NDArray[Any], name_of: dict[int, str]) -> Names:
    distinct, place = np.unique(hashes, return_inverse=True)
    found = distinct.tolist()
    places = np.array([-1 if value == 0 else index for index, value in enumerate(found)], dtype=np.int64)
    return named([name_of.get(value, "") for value in found], places[place.reshape(-1)])
