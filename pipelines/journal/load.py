"""Load the journal: decisions, recorded tasks, feedback, and how they belong together."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from pipelines.ingest.purged import refuse_purged
from pipelines.ingest.rows import task_id
from pipelines.journal.events import Decision, Event, Feedback, Recorded, Stop, started_at
from pipelines.journal.files import mark_read, new_lines
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse, named_sql
from recommender.models import model_family

Connection = psycopg.Connection[Any]
RECORD_SOURCE = "record"


@dataclass(frozen=True)
class JournalReport:
    """What one run loaded, in lines, and how many decisions and judgements it tied to a task."""

    lines_read: int
    lines_loaded: int
    lines_quarantined: int
    decisions_linked: int
    feedback_applied: int


def load_journal(warehouse: Warehouse) -> JournalReport:
    """Load what is new, and tie to their tasks also those that waited for them; repeating it changes nothing."""
    read = loaded = quarantined = 0
    with warehouse.connect() as connection:
        connection.execute(named_sql(__file__, "lock_journal"))
        for found in new_lines(connection):
            _store(connection, found.events)
            mark_read(connection, found)
            read += found.new_lines
            loaded += len(found.events)
            quarantined += len(found.refused)
        refuse_purged(connection)
        linked = connection.execute(named_sql(__file__, "link_decisions")).rowcount
        connection.execute(named_sql(__file__, "mark_decided_tasks"))
        applied = connection.execute(named_sql(__file__, "apply_feedback")).rowcount
    return JournalReport(read, loaded, quarantined, linked, applied)


def load_now() -> JournalReport:
    """Load the journal outside the nightly run."""
    with Warehouse.open(Settings()) as warehouse:
        return load_journal(warehouse)


def knows_task(target: str) -> bool:
    """Tell whether feedback on this id can be tied to a task or a decision that was loaded."""
    with Warehouse.open(Settings()) as warehouse, warehouse.connect() as connection:
        row = connection.execute(named_sql(__file__, "knows_task"), {"target": target}).fetchone()
    return bool(row and row[0])


def _store(connection: Connection, events: Sequence[Event]) -> None:
    for kind, statement in ((Decision, "insert_decision"), (Feedback, "upsert_feedback"), (Stop, "upsert_stop")):
        rows = [event.model_dump() for event in events if isinstance(event, kind)]
        with connection.cursor() as cursor:
            cursor.executemany(named_sql(__file__, statement), rows)
    recorded = [_task(event) for event in events if isinstance(event, Recorded)]
    with connection.cursor() as cursor:
        cursor.executemany(named_sql(__file__, "upsert_recorded_task"), recorded)
        cursor.executemany(named_sql(__file__, "retract_recorded_outcome"), recorded)
        cursor.executemany(
            named_sql(__file__, "insert_recorded_outcome"), [row for row in recorded if row["success"] is not None]
        )
        cursor.executemany(named_sql(__file__, "link_parent"), [row for row in recorded if row["parent_id"]])


def _task(event: Recorded) -> dict[str, Any]:
    """Return the values of a recorded task's row."""
    return event.model_dump() | {
        "id": task_id(RECORD_SOURCE, event.record_id),
        "source": RECORD_SOURCE,
        "created_at": started_at(event),
        "task_hash": hashlib.sha256(event.task_description.encode()).hexdigest(),
        "model_family": model_family(event.model),
        "parent": task_id(RECORD_SOURCE, event.parent_id) if event.parent_id else None,
        "status": {True: "completed", False: "failed", None: None}[event.success],
        "signal": "recorded_success" if event.success else "recorded_failure",
    }
