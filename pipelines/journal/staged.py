"""Events on their way into their tables: copied into a temporary one, and merged from there in one statement."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import psycopg
from psycopg import sql

from pipelines.journal.journal_events import Decision, Event, Feedback, Stop
from pipelines.warehouse import named_sql
from pipelines.warehouse.column_lists import copy_rows, listed

Connection = psycopg.Connection[Any]


class Staged(NamedTuple):
    """A kind of event: the table that it goes into, and the field of each column that is called otherwise."""

    kind: type[Event]
    name: str
    renamed: Mapping[str, str]

    @property
    def columns(self) -> dict[str, str]:
        """The field of each column."""
        columns = {field: column for column, field in self.renamed.items()}
        return {columns.get(field, field): field for field in self.kind.model_fields if field != "kind"}


STAGED = (
    Staged(Decision, "decisions", {"decided_at": "at", "agent_name": "agent"}),
    Staged(Feedback, "feedback", {"given_at": "at"}),
    Staged(Stop, "stops", {"stopped_at": "at", "agent_name": "agent"}),
)


def merge_events(connection: Connection, events: Sequence[Event]) -> None:
    """Write decisions, feedback and stops; what is known already changes nothing. The caller commits."""
    for staged in STAGED:
        rows = [event for event in events if isinstance(event, staged.kind) and _is_told_of(event)]
        if rows:
            _merge(connection, staged, rows)


def _merge(connection: Connection, staged: Staged, events: Sequence[Event]) -> None:
    table, columns = f"staged_{staged.name}", staged.columns
    connection.execute(named_sql(__file__, f"stage_{staged.name}"))
    rows = ([getattr(event, field) for field in columns.values()] for event in events)
    copy_rows(connection, table, list(columns), rows)
    connection.execute(sql.SQL(named_sql(__file__, f"merge_{staged.name}")).format(columns=listed(columns)))
    connection.execute(sql.SQL("truncate {}").format(sql.Identifier(table)))


def _is_told_of(event: Event) -> bool:
    """Tell whether an event says what it is about: a stop may name no run."""
    return not isinstance(event, Stop) or event.agent_run_id is not None
