"""The signs of how a spawn went, as rows of outcome_signals."""

import uuid
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import psycopg

from pipelines.ingest.agent_runs import ended, own_end, reports
from pipelines.ingest.facts import Facts, payload, stated_at
from pipelines.ingest.signals.respawns import Respawn, Spawned, across_sessions, in_sessions, with_notes
from pipelines.ingest.signals.signal_names import (
    AFTER_TESTS,
    EMPTY,
    IN_SESSION,
    LATER,
    NOTED,
    OUTAGES,
    RETURNED,
    RUN_STOPPED,
    TASK_STOPPED,
)
from pipelines.ingest.signals.weak import HALVES, combined
from pipelines.ingest.task_row import TaskRow
from pipelines.ingest.values import moment
from pipelines.warehouse import named_sql, uuid_array
from pipelines.warehouse.column_lists import copy_rows

EDITING_TOOLS = {"Edit", "MultiEdit", "Write", "NotebookEdit", "apply_patch"}


class Signal(NamedTuple):
    """One row of learning.outcome_signals."""

    task_id: uuid.UUID
    signal: str
    strength: float
    evidence_file: str
    evidence_line: int
    observed_at: datetime | None


def task_signals(task: uuid.UUID, facts: Facts) -> Iterator[Signal]:
    """Yield the signals in all facts about a spawn, each at its earliest sight; `no_result` where it never ended.

    Of one that has not delivered, the outage with which its own log breaks off is a signal too. An agent that
    has delivered may be asked to go on: how that ends is not how the spawn went.
    """
    sights: dict[str, list[list[Any]]] = {kind: [sight] for kind, sight in facts.get("signals", {}).items()}
    ends = [(at_ms, end) for _, at_ms, end in reports(facts)]
    delivered = [at_ms for at_ms, end in ends if end.get("signal") == RETURNED]
    delivered += [sight[0] for sight in sights.get(RETURNED, ())]
    for at_ms, end in ends:
        if "signal" in end and at_ms <= min(delivered, default=at_ms):
            sights.setdefault(end["signal"], []).append([at_ms, end["file"], end["line"]])
    if delivered:  # what an outage had ended was taken up again, and a notice without words is not all that came
        sights = {kind: seen for kind, seen in sights.items() if kind not in OUTAGES | {EMPTY}}
    last = payload(facts, "last")
    # A team's member goes on after an outage, and reports elsewhere what it did before.
    if "outage" in last and not delivered and "teammate_spawned" not in sights:
        sights.setdefault(last["outage"], []).append([stated_at(facts, "last"), last["file"], last["line"]])
    returned = facts.get("returned")
    has_returned = returned is not None and returned[0] == 0
    is_open = not has_returned and all(end.get("is_open") for _, end in ends)
    own = own_end(facts) if is_open else None
    if own and "signal" in own.said:
        sights.setdefault(own.said["signal"], []).append([own.at_ms, own.said["file"], own.said["line"]])
    if TASK_STOPPED in sights and "began" in facts and not facts.get("messages"):
        sights.setdefault(RUN_STOPPED, []).extend(sights.pop(TASK_STOPPED))  # it had not said a word yet
    is_told = any("is_open" in end for _, end in ends)  # by somebody who knows whose work was tested
    has_edited = is_told or not EDITING_TOOLS.isdisjoint(facts.get("tools", ()))
    if not HALVES.isdisjoint(sights):
        for kind, sight in combined(sights, payload(facts, "call"), ended(facts).known.get("tool_uses")):
            sights.setdefault(kind, []).append(sight)
    for kind, seen in sights.items():
        if kind in HALVES:
            continue
        if has_edited or kind not in AFTER_TESTS:  # a test judges the work of who wrote something
            at_ms, file, line = min(seen)
            yield Signal(task, kind, 1.0, file, line, moment(at_ms))
    if is_open and not own:
        yield Signal(task, "no_result", 1.0, "", 0, None)


def write_own_signals(
    connection: psycopg.Connection[Any], rows: Sequence[TaskRow], own: Sequence[Signal], new: Collection[uuid.UUID]
) -> set[uuid.UUID]:
    """Store the signals that the logs tell of these tasks, of which the `new` ones have none yet.

    Return the tasks whose signals have changed.
    """
    known = [row.id for row in rows if row.id not in new]
    scope = {"tasks": uuid_array(known), "not_own": [IN_SESSION, LATER, NOTED]}
    return _replace(connection, "own_signals", scope if known else None, own)


def write_respawns(connection: psycopg.Connection[Any], rows: Sequence[TaskRow]) -> set[uuid.UUID]:
    """Store what the respawns of these tasks, and these as respawns, say of the tasks that they repeat.

    Return the tasks whose signals have changed.
    """
    sessions = list({row.session_id for row in rows if row.session_id})
    spawns = _spawns(connection, "spawns_of_sessions", {"sessions": sessions})
    changed = _replace_respawns(connection, spawns, IN_SESSION, in_sessions(spawns))
    changed |= _replace_respawns(connection, spawns, NOTED, with_notes(spawns))
    titles = list({(row.project, row.task_title) for row in rows if row.project and row.task_title})
    named = {"projects": [project for project, _ in titles], "titles": [title for _, title in titles]}
    spawns = _spawns(connection, "spawns_of_titles", named)
    return changed | _replace_respawns(connection, spawns, LATER, across_sessions(spawns))


def _spawns(connection: psycopg.Connection[Any], query: str, parameters: dict[str, Any]) -> list[Spawned]:
    return [Spawned(*row) for row in connection.execute(named_sql(__file__, query), parameters)]


def _replace_respawns(
    connection: psycopg.Connection[Any], spawns: list[Spawned], kind: str, found: Iterable[Respawn]
) -> set[uuid.UUID]:
    """Give each task that was given out again one signal, at its first repetition."""
    first: dict[uuid.UUID, Signal] = {}
    for spawn, again in found:
        signal = Signal(spawn.id, kind, 1.0, f"{again.session_id}.jsonl", 0, again.created_at)
        first[spawn.id] = min(first.get(spawn.id, signal), signal, key=lambda each: (each.observed_at, each[3]))
    scope = {"tasks": uuid_array(spawn.id for spawn in spawns), "kind": kind}
    return _replace(connection, "respawn_signals", scope, first.values())


def _replace(
    connection: psycopg.Connection[Any], query: str, scope: dict[str, Any] | None, wanted: Iterable[Signal]
) -> set[uuid.UUID]:
    """Make `wanted` the only signals that a query finds, in no scope none; return the tasks that gain or lose one."""
    held = {Signal(*row) for row in connection.execute(named_sql(__file__, query), scope)} if scope else set()
    wanted = set(wanted)
    if gone := held - wanted:
        with connection.cursor() as cursor:
            cursor.executemany(named_sql(__file__, "delete_signal"), [signal._asdict() for signal in gone])
    if news := sorted(wanted - held, key=lambda each: (each.task_id, each.signal)):
        copy_rows(connection, "learning.outcome_signals", Signal._fields, news)
    return {signal.task_id for signal in held ^ wanted}
