"""Put what was read into the warehouse: facts, rows, signals and how far each file was read, all in one transaction."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from pipelines.ingest.early_outcomes import stage_outcomes, write_outcomes
from pipelines.ingest.facts import Facts, join, place_of, tell, told_of
from pipelines.ingest.files.scan import Scan
from pipelines.ingest.join import Linked, keys_of, link
from pipelines.ingest.main_thread import write_main_threads
from pipelines.ingest.signals.derive import Signal, task_signals, write_own_signals, write_respawns
from pipelines.ingest.task_row import COLUMNS, TaskRow, task_id, task_row
from pipelines.warehouse import named_sql, uuid_array
from pipelines.warehouse.column_lists import copy_rows, listed

Connection = psycopg.Connection[Any]
_FACT_COLUMNS = ("source", "fact_key", "is_spawn", "prompt_key", "agent_keys", "parent_keys", "facts")


@dataclass
class Written:
    """How many rows of task_history a batch brought or changed."""

    new: int = 0
    updated: int = 0


def write(connection: Connection, scans: Iterable[Scan]) -> Written:
    """Write what files told; the caller commits. Facts that are known already change nothing."""
    read: dict[str, dict[str, Facts]] = {}
    main: dict[str, dict[str, Facts]] = {}
    for scan in scans:
        for key, facts in scan.facts.items():
            of_source = (main if place_of(key) else read).setdefault(scan.source, {})
            of_source[key] = join(of_source[key], facts) if key in of_source else facts
    if main:
        connection.execute(named_sql(__file__, "lock_ingest"))
        write_main_threads(connection, main)
    written = [write_facts(connection, source, facts) for source, facts in sorted(read.items()) if facts]
    return Written(sum(each.new for each in written), sum(each.updated for each in written))


def write_facts(connection: Connection, source: str, read: dict[str, Facts]) -> Written:
    """Write what one source told: the facts, and the rows and signals of all spawns that they change."""
    connection.execute(named_sql(__file__, "lock_ingest"))
    changed = _join_known(connection, source, read)
    if not changed:
        return Written()
    held = _with_relatives(connection, source, changed)
    linked = list(link(held))
    rows = [task_row(source, spawn) for spawn in linked]
    own = [signal for spawn, row in zip(linked, rows, strict=True) for signal in task_signals(row.id, spawn.facts)]
    _write_facts(connection, source, changed)
    _withdraw(connection, source, {key for key, facts in held.items() if keys_of(facts).is_spawn}, linked)
    new = {row.id for row in rows} - _known(connection, rows)
    written = _write_tasks(connection, rows, [signal for signal in own if signal.task_id in new], new)
    signalled = write_own_signals(connection, rows, own, new)
    respawned = write_respawns(connection, rows)
    write_outcomes(connection, respawned | ((signalled | {row.id for row in rows}) - new))
    _write_decisions(connection, source, changed)
    return written


def _join_known(connection: Connection, source: str, read: dict[str, Facts]) -> dict[str, Facts]:
    """Return the facts, joined with those that are stored, that are news."""
    keys = {"source": source, "keys": list(read)}
    known = dict(connection.execute(named_sql(__file__, "read_facts"), keys).fetchall())
    if first := [key for key, facts in read.items() if "told" in facts and key not in known]:
        known |= _told_before(connection, source, first)
    joined = {key: join(known[key], facts) if key in known else facts for key, facts in read.items()}
    found = changed = {key: facts for key, facts in joined.items() if facts != known.get(key)}
    while parents := {told_of(facts, "parent") for facts in found.values()} - {None, *joined, *changed}:
        found = _told_before(connection, source, list(map(str, parents)))
        changed = changed | found
    return changed


def _told_before(connection: Connection, source: str, keys: list[str]) -> dict[str, Facts]:
    """Return what rows of an earlier version say, which kept no facts of what was told of whole spawns."""
    rows = connection.execute(named_sql(__file__, "told_before"), {"source": source, "keys": keys}).fetchall()
    before: dict[str, Facts] = {}
    for key, stated in rows:
        for field, value in stated.items():
            if value is not None and value != "":
                tell(before.setdefault(key, {}), field, 0, 0, value)
    return before


def _with_relatives(connection: Connection, source: str, changed: dict[str, Facts]) -> dict[str, Facts]:
    """Return the changed facts and all stored ones that belong to the same spawns, their agents and children."""
    held, news = dict(changed), changed
    while news:
        keys = [keys_of(facts) for facts in news.values()]
        searched = {
            "source": source,
            "keys": [*news, *(agent for found in keys for agent in (*found.agent_keys, *found.parent_keys))],
            "prompts": [found.prompt_key for found in keys if found.prompt_key],
            "known": list(held),
        }
        news = dict(connection.execute(named_sql(__file__, "related_facts"), searched).fetchall())
        held |= news
    return held


def _write_facts(connection: Connection, source: str, changed: dict[str, Facts]) -> None:
    connection.execute(named_sql(__file__, "stage_facts"))
    rows = ((source, key, *keys_of(facts), Jsonb(facts, orjson.dumps)) for key, facts in changed.items())
    copy_rows(connection, "staged_facts", _FACT_COLUMNS, rows)
    connection.execute(named_sql(__file__, "merge_facts"))
    connection.execute("drop table staged_facts")  # a transaction may have more of them, one a source


def _withdraw(connection: Connection, source: str, called: set[str], linked: Sequence[Linked]) -> None:
    """Delete the rows of what turned out to be another spawn's agent."""
    if others := called - {spawn.key for spawn in linked}:
        connection.execute(named_sql(__file__, "withdraw_tasks"), {"source": source, "keys": list(others)})


def _write_decisions(connection: Connection, source: str, changed: dict[str, Facts]) -> None:
    """Tie spawns to the decisions that they are told to come from, and their model's propensity to them."""
    stated = {key: (told_of(facts, "decision_id"), told_of(facts, "propensity")) for key, facts in changed.items()}
    rows = [
        {"decision": decision, "propensity": propensity, "task": task_id(source, key)}
        for key, (decision, propensity) in stated.items()
        if decision is not None or propensity is not None
    ]
    with connection.cursor() as cursor:
        cursor.executemany(named_sql(__file__, "write_decision"), rows)


def _known(connection: Connection, rows: Sequence[TaskRow]) -> set[UUID]:
    """Return the ids of the rows that are there already."""
    ids = {"tasks": uuid_array(row.id for row in rows)}
    return {row[0] for row in connection.execute(named_sql(__file__, "known_tasks"), ids)}


def _write_tasks(
    connection: Connection, rows: Sequence[TaskRow], signals: Sequence[Signal], new: Collection[UUID]
) -> Written:
    """Upsert rows, the `new` ones with how they went; one that says the same as before is left alone."""
    connection.execute(named_sql(__file__, "stage_tasks"))
    copy_rows(connection, "staged_tasks", COLUMNS, rows)
    connection.execute(named_sql(__file__, "stage_outcomes"))
    if new:
        copy_rows(connection, "staged_signals", Signal._fields, signals)
        connection.execute("analyze staged_tasks, staged_signals")
        stage_outcomes(connection, new)
    names = {
        "columns": listed(COLUMNS),
        "staged": listed(COLUMNS, "staged_tasks"),
        "held": listed(COLUMNS, "held"),
        "excluded": listed(COLUMNS, "excluded"),
    }
    counted = connection.execute(sql.SQL(named_sql(__file__, "merge_tasks")).format(**names)).fetchone()
    connection.execute("drop table staged_tasks, staged_signals, staged_outcomes")
    assert counted is not None
    return Written(*counted)
