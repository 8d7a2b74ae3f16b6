"""Put what was read into the warehouse: facts, rows, signals and how far each file was read, all in one transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from pipelines.ingest.facts import Facts, join
from pipelines.ingest.files.scan import Scan
from pipelines.ingest.join import keys_of, link
from pipelines.ingest.rows import COLUMNS, TaskRow, task_row
from pipelines.ingest.signals.derive import write_signals
from pipelines.ingest.sources.claude_code.transcript import TranscriptReader
from pipelines.warehouse import named_sql

Connection = psycopg.Connection[Any]
_FACT_COLUMNS = ("source", "fact_key", "is_spawn", "prompt_key", "agent_keys", "parent_keys", "facts")


@dataclass
class Written:
    """How many rows of task_history a batch brought or changed."""

    new: int = 0
    updated: int = 0


def write(connection: Connection, scans: Sequence[Scan], source: str = TranscriptReader.source) -> Written:
    """Write what the files told; the caller commits. Facts that are known already change nothing."""
    connection.execute(named_sql(__file__, "lock_ingest"))
    read: dict[str, Facts] = {}
    for scan in scans:
        for key, facts in scan.facts.items():
            read[key] = join(read[key], facts) if key in read else facts
    changed = _join_known(connection, source, read)
    written = Written()
    if changed:
        held = _with_relatives(connection, source, changed)
        rows = [(linked, task_row(source, linked.key, linked.facts, linked.parent)) for linked in link(held)]
        _write_facts(connection, source, changed)
        written = write_tasks(connection, [row for _, row in rows])
        write_signals(connection, rows)
    return written


def _join_known(connection: Connection, source: str, read: dict[str, Facts]) -> dict[str, Facts]:
    """Return the facts, joined with those that are stored, that are news."""
    known = dict(
        connection.execute(named_sql(__file__, "read_facts"), {"source": source, "keys": list(read)}).fetchall()
    )
    joined = {key: join(known[key], facts) if key in known else facts for key, facts in read.items()}
    return {key: facts for key, facts in joined.items() if facts != known.get(key)}


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
    rows = ((source, key, *keys_of(facts), Jsonb(facts)) for key, facts in changed.items())
    _copy(connection, "staged_facts", _FACT_COLUMNS, rows)
    connection.execute(named_sql(__file__, "merge_facts"))


def write_tasks(connection: Connection, rows: Sequence[TaskRow]) -> Written:
    """Upsert rows; one that says the same as before is left alone."""
    connection.execute(named_sql(__file__, "stage_tasks"))
    _copy(connection, "staged_tasks", COLUMNS, (row.values() for row in rows))
    counted = connection.execute(named_sql(__file__, "merge_tasks")).fetchone()
    connection.execute("drop table staged_tasks")  # a transaction may have more of them
    assert counted is not None
    return Written(*counted)


def _copy(connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    statement = sql.SQL("copy {} ({}) from stdin").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
