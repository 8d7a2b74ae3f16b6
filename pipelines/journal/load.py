"""Load the journal: decisions, recorded tasks, feedback, and how they belong together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg

from pipelines.ingest.facts import Facts
from pipelines.ingest.fold import fold
from pipelines.ingest.observations import Told
from pipelines.ingest.purged import refuse_purged
from pipelines.ingest.spawn_record import SpawnRecord
from pipelines.ingest.task_store import write_facts
from pipelines.journal.files import mark_read, new_lines
from pipelines.journal.journal_events import Event, Recorded, started_at
from pipelines.journal.staged import merge_events
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse, named_sql, uuid_array

Connection = psycopg.Connection[Any]
RECORD_SOURCE = "record"
CALL_WITHIN = timedelta(hours=1)  # of the decision on it, where the call's name may be that of others
ASKED_WITHIN = timedelta(minutes=30)  # before the spawn that was asked about
LOOKBACK = timedelta(days=30)  # for spawns that were asked about: how long Claude Code keeps its logs


@dataclass(frozen=True)
class JournalReport:
    """What one run loaded, in lines, and how many decisions and judgements it tied to a task."""

    lines_read: int
    lines_loaded: int
    lines_quarantined: int
    decisions_linked: int
    feedback_applied: int


def load_journal(warehouse: Warehouse, machine: str = "") -> JournalReport:
    """Load what is new, and tie to their tasks also those that waited for them; repeating it changes nothing.

    `machine` is named where several send their journals here.
    """
    read = loaded = quarantined = 0
    with warehouse.connect() as connection:
        connection.execute(named_sql(__file__, "lock_journal"))
        for found in new_lines(connection, machine):
            _store(connection, found.events)
            mark_read(connection, found)
            read += found.new_lines
            loaded += len(found.events)
            quarantined += len(found.refused)
        refuse_purged(connection)
        linked = _link(connection)
        connection.execute(named_sql(__file__, "mark_decided_tasks"))
        applied = connection.execute(named_sql(__file__, "apply_feedback")).rowcount
    return JournalReport(read, loaded, quarantined, linked, applied)


def _link(connection: Connection) -> int:
    """Tie decisions to their spawns, by ids and then by what was asked, and return how many."""
    by_id = connection.execute(named_sql(__file__, "link_decisions"), {"within": CALL_WITHIN}).rowcount
    known = {"within": ASKED_WITHIN, "lookback": LOOKBACK}
    tied = _paired(connection.execute(named_sql(__file__, "asked_and_spawned"), known).fetchall())
    if tied:
        ids = {"decisions": uuid_array(tied), "tasks": uuid_array(tied.values())}
        connection.execute(named_sql(__file__, "tie_decisions"), ids)
        connection.execute(named_sql(__file__, "link_decisions"), {"within": CALL_WITHIN})
    return by_id + len(tied)


def _paired(fitting: Sequence[tuple[UUID, UUID]]) -> dict[UUID, UUID]:
    """Return the spawn of each decision, each used once; `fitting` holds the spawns in order, each one's best first."""
    paired: dict[UUID, UUID] = {}
    taken: set[UUID] = set()
    for decision, task in fitting:
        if decision not in paired and task not in taken:
            paired[decision] = task
            taken.add(task)
    return paired


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
    merge_events(connection, events)
    facts: dict[str, Facts] = {}
    fold((_told(event) for event in events if isinstance(event, Recorded)), facts)
    if facts:
        write_facts(connection, RECORD_SOURCE, facts)


def _told(event: Recorded) -> Told:
    """Return a recorded spawn as ingest takes it; a later record of it takes the place of the earlier one."""
    record = SpawnRecord.model_construct(
        id=event.record_id,
        agent=event.agent,
        title=event.task_title,
        task=event.task_description,
        spawned_at=started_at(event),
        finished_at=event.at,
        session_id=event.session_id,
        model=event.model,
        effort=event.effort,
        effort_requested=event.effort,
        status={True: "completed", False: "failed", None: None}[event.success],
        success=event.success,
        error=event.error_message or ("" if event.success is False else None),
        duration_ms=event.duration_ms,
        cost_usd=event.cost_usd,
        decision_id=str(event.decision_id) if event.decision_id else None,
    )
    version = round(event.at.timestamp() * 1_000_000)
    parent = event.parent_id or ""
    return Told(event.record_id, record, "journal", 0, version, 0, 0, parent, "recorded", is_whole=True)
