"""What the main conversation of a session took beside its spawns: a row for each message of its model.

A message is the same in every copy of a log, so that a session that was resumed or forked counts what is its own only.
"""

from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import Any, NamedTuple

import psycopg
from psycopg.types.json import Jsonb

from pipelines.ingest.facts import Facts, Message, Place, messages, place_of
from pipelines.ingest.usage_cost import message_cost
from pipelines.ingest.values import moment
from pipelines.ingest.who import NAMED, reading_rank, who_of
from pipelines.warehouse import named_sql
from pipelines.warehouse.column_lists import copy_rows
from recommender.models import model_family

Connection = psycopg.Connection[Any]


class Spoken(NamedTuple):
    """One row of learning.main_messages, but for its thread."""

    message_id: str  # a UUID
    is_final: bool
    output_tokens: int
    said_at: Any
    model: str
    input_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    cost_usd: float | None
    estimated_cost_usd: float
    is_cost_complete: bool


COLUMNS = ("thread_id", *Spoken._fields)


def write_main_threads(connection: Connection, read: Mapping[str, Mapping[str, Facts]]) -> None:
    """Write what sources told of main conversations; the caller commits. What is known already changes nothing."""
    places = {(source, place): facts for source, told in read.items() for place, facts in _placed(told)}
    numbers = _write_threads(connection, places)
    rows: dict[str, tuple[tuple[str, Place], Spoken]] = {}
    for thread, facts in places.items():
        for spoken in spoken_in(thread[0], facts):
            held = rows.get(spoken.message_id)
            rows[spoken.message_id] = (
                (min(held[0], thread), max(held[1], spoken, key=_how_late)) if held else (thread, spoken)
            )
    connection.execute(named_sql(__file__, "stage_main_messages"))
    numbered = ((numbers[thread], *spoken) for thread, spoken in rows.values())
    copy_rows(connection, "staged_messages", COLUMNS, numbered)
    connection.execute(named_sql(__file__, "move_main_messages"))
    connection.execute(named_sql(__file__, "merge_main_messages"))


def spoken_in(source: str, facts: Facts) -> Iterator[Spoken]:
    """Yield each message of a main conversation, with its price."""
    said = facts.get("said", {})
    for key, fields in messages(facts).items():
        message = Message(*fields)
        bill = message_cost(message, said.get(key))
        yield Spoken(
            blake2b(f"{source}\n{key}".encode(), digest_size=16).hexdigest(),
            bool(message.is_final),
            bill.usage.output_tokens,
            moment(message.at_ms),
            model_family(message.model),
            bill.usage.input_tokens,
            bill.usage.cache_read_tokens,
            bill.usage.cache_write_tokens,
            bill.cost_usd,
            bill.estimated_cost_usd,
            bill.is_complete,
        )


def _placed(told: Mapping[str, Facts]) -> Iterator[tuple[Place, Facts]]:
    for key, facts in told.items():
        if place := place_of(key):
            yield place, facts


def _how_late(spoken: Spoken) -> tuple[Any, ...]:
    """Order copies of a message: the last one that was written has an end, or the most output."""
    return spoken[1:4]


def _write_threads(connection: Connection, places: Mapping[tuple[str, Place], Facts]) -> dict[tuple[str, Place], int]:
    """Return the number of each conversation, a new one where it is not known."""
    rows = [
        {"source": source, "session_id": place.session, "project": place.project}
        | who_of(facts, {"project": place.project})._asdict()
        | {"is_named": reading_rank(facts) == NAMED}
        for (source, place), facts in places.items()
    ]
    found = connection.execute(named_sql(__file__, "merge_main_threads"), {"threads": Jsonb(rows)})
    return {(source, Place(session, project)): number for number, source, session, project in found}
