"""Put the spawns that a file tells of into task_history and outcome_signals; the caller commits."""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from pipelines.ingest.formats.reading import Sighting
from pipelines.ingest.formats.spawn_rows import decision_of, joined, spawn_columns
from pipelines.ingest.rows import COLUMNS, TaskRow, task_id
from pipelines.ingest.spawn_record import SpawnRecord
from pipelines.ingest.store import Written, write_tasks
from pipelines.ingest.values import identifier, name
from pipelines.warehouse import named_sql

Connection = psycopg.Connection[Any]


def write_sightings(
    connection: Connection, source: str, sightings: Sequence[Sighting], path: str, begun: set[uuid.UUID]
) -> Written:
    """Write what one file, stored as `path`, says; signals of this file from an earlier reading are replaced.

    A file may come in parts: `begun` holds the tasks that earlier ones told of, and is added to.
    """
    keys = [identifier(sighting.record.id) for sighting in sightings]
    rows = _known(connection, source, keys)
    for key, sighting in zip(keys, sightings, strict=True):
        rows[key] = joined(rows.get(key, {}), sighting, spawn_columns(source, sighting.record))
    _without_missing_parents(connection, rows.values())
    written = write_tasks(connection, [_task_row(row) for row in rows.values()])
    _write_signals(connection, source, sightings, path, begun)
    _write_decisions(connection, source, sightings)
    return written


def _task_row(row: dict[str, Any]) -> TaskRow:
    columns: dict[str, Any] = {column: row.get(column) for column in COLUMNS}
    return TaskRow(**columns)


def _known(connection: Connection, source: str, keys: list[str]) -> dict[str, dict[str, Any]]:
    columns = sql.SQL(", ").join(map(sql.Identifier, COLUMNS))
    query = sql.SQL("select {} from learning.task_history where source = %s and source_key = any(%s)").format(columns)
    with connection.cursor(row_factory=dict_row) as cursor:
        return {row["source_key"]: row for row in cursor.execute(query, [source, keys])}


def _without_missing_parents(connection: Connection, rows: Iterable[dict[str, Any]]) -> None:
    """Leave out parents that are in no log; the foreign key would refuse the whole file."""
    rows = list(rows)
    wanted = list({row["parent_task_id"] for row in rows if row.get("parent_task_id")})
    found = connection.execute("select id from learning.task_history where id = any(%s)", [wanted]).fetchall()
    there = {row["id"] for row in rows} | {id_ for (id_,) in found}
    for row in rows:
        if row.get("parent_task_id") not in there:
            row["parent_task_id"] = None


def _write_signals(
    connection: Connection, source: str, sightings: Sequence[Sighting], path: str, begun: set[uuid.UUID]
) -> None:
    rows = [
        {
            "task": _task(source, sighting.record),
            "signal": signal,
            "at": sighting.record.finished_at,
            "path": path,
            "line": sighting.line,
        }
        for sighting in sightings
        for signal in _signals(sighting.record)
    ]
    tasks = {_task(source, sighting.record) for sighting in sightings}
    with connection.cursor() as cursor:
        cursor.execute(named_sql(__file__, "forget_signals"), {"tasks": list(tasks - begun), "path": path})
        cursor.executemany(named_sql(__file__, "write_signal"), rows)
        cursor.execute(named_sql(__file__, "forget_no_result"), {"tasks": list(tasks)})
    begun |= tasks


def _signals(record: SpawnRecord) -> list[str]:
    recorded = [] if record.success is None else ["recorded_success" if record.success else "recorded_failure"]
    return [signal for signal in dict.fromkeys([*map(name, record.signals), *recorded]) if signal]


def _write_decisions(connection: Connection, source: str, sightings: Sequence[Sighting]) -> None:
    decided = [(*decision_of(sighting.record), _task(source, sighting.record)) for sighting in sightings]
    rows = [{"decision": id_, "propensity": share, "task": task} for id_, share, task in decided if id_ or share]
    with connection.cursor() as cursor:
        cursor.executemany(named_sql(__file__, "write_decision"), rows)


def _task(source: str, record: SpawnRecord) -> uuid.UUID:
    return task_id(source, identifier(record.id))
