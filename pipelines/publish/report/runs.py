"""What each learning run ended with: the report tells what changed since the one before."""

from datetime import datetime
from typing import Any, NamedTuple

import psycopg
from psycopg.types.json import Jsonb

from pipelines.warehouse import Warehouse, named_sql


class LearningRun(NamedTuple):
    """A run that published its answers."""

    run_id: str
    finished_at: datetime
    counters: dict[str, Any]


def record_run(warehouse: Warehouse, run_id: str, started_at: datetime) -> None:
    """Note that a run has published, with the row counts of that moment."""
    with warehouse.connect() as connection:
        counters = connection.execute(named_sql(__file__, "count_rows")).fetchone()
        assert counters is not None
        values = {"run_id": run_id, "started_at": started_at, "counters": Jsonb(counters[0])}
        connection.execute(named_sql(__file__, "insert_run"), values)


def latest_runs(connection: psycopg.Connection[Any]) -> tuple[LearningRun | None, LearningRun | None]:
    """Return the newest run and the one before it; None where there was none."""
    runs = [LearningRun(*row) for row in connection.execute(named_sql(__file__, "latest_runs"))]
    newest, previous, *_ = [*runs, None, None]
    return newest, previous
