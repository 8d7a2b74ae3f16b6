"""Take purged data out of the warehouse's own tables; the caller commits, or rolls back to have only counted."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql

from pipelines.ingest.purged import forget_purged_conversations, name_purged_sessions
from pipelines.purge.scope import Scope
from pipelines.warehouse import named_sql
from recommender.journal.notes import journal_files

Connection = psycopg.Connection[Any]

SELECTIONS = ("select_tasks", "select_sessions", "select_decisions", "select_files")
# In an order in which each still finds what it goes by.
DELETIONS = {
    "outcome signals": "delete_signals",
    "decisions": "delete_decisions",
    "feedback": "delete_feedback",
    "agent stops": "delete_stops",
    "facts of logs": "delete_facts",
    "spawns": "delete_tasks",
    "vectors of texts": "delete_vectors",
    "states of log files": "delete_files",
    "quarantined lines": "delete_quarantine",
}


@dataclass
class Removal:
    """Rows removed by what they were, and by which ids and titles what was removed could still be told."""

    rows: Counter[str] = field(default_factory=Counter)
    ids: frozenset[str] = frozenset()
    titles: frozenset[str] = frozenset()


def remove(connection: Connection, scope: Scope) -> Removal:
    """Remember the purge and delete what it covers, with all that was learned from it. Raises `psycopg.Error`."""
    parameters = scope.parameters()
    connection.execute(named_sql(__file__, "insert_purge"), parameters)
    name_purged_sessions(connection)
    for name in SELECTIONS:
        connection.execute(named_sql(__file__, name), parameters)
    removal = Removal()
    row = connection.execute(named_sql(__file__, "select_traces")).fetchone()
    if row:
        removal.ids, removal.titles = (frozenset(filter(None, names)) for names in row)
    connection.execute(named_sql(__file__, "remember_files"))
    for what, name in DELETIONS.items():
        removal.rows[what] = connection.execute(named_sql(__file__, name), parameters).rowcount
    removal.rows["messages of main conversations"] = forget_purged_conversations(connection)
    if scope.is_all:
        removal.rows += _emptied(connection, named_sql(__file__, "personal_tables"))
    if scope.is_all or any(removal.rows.values()):
        reread_journal(connection)
        _forget_learned(connection)
    return removal


def reread_journal(connection: Connection) -> None:
    """Have this machine's journal read again, as it is rewritten; what of it is known already changes nothing."""
    connection.execute(named_sql(__file__, "reread_journal"), [[str(path) for path in journal_files()]])


def _forget_learned(connection: Connection) -> None:
    """Empty every table that the next steps make again, so that nothing waits for them with what was purged."""
    connection.execute(named_sql(__file__, "forget_clusters"))
    connection.execute(named_sql(__file__, "forget_trials"))
    row = connection.execute("select to_regclass('intermediate.best_model_history') is not null").fetchone()
    if row and row[0]:
        connection.execute(named_sql(__file__, "delete_history"))
    _emptied(connection, named_sql(__file__, "learned_tables"))


def _emptied(connection: Connection, query: Any) -> Counter[str]:
    """Empty the tables that the query names and return how many rows each had."""
    tables: Sequence[tuple[str, str]] = connection.execute(query).fetchall()
    counts = Counter({f"{schema}.{name}": _count(connection, schema, name) for schema, name in tables})
    if tables:
        connection.execute(sql.SQL("truncate {}").format(_listed(tables)))
    return counts


def _count(connection: Connection, schema: str, name: str) -> int:
    row = connection.execute(sql.SQL("select count(*) from {}").format(sql.Identifier(schema, name))).fetchone()
    return int(row[0]) if row else 0


def _listed(tables: Iterable[tuple[str, str]]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(schema, name) for schema, name in tables)
