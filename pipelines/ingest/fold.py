"""Add observations to facts, in any order, any number of times; what a whole spawn is told with is redacted here."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from pipelines.ingest import facts as fact
from pipelines.ingest.facts import Facts
from pipelines.ingest.observations import (
    Applied,
    Began,
    Call,
    Described,
    End,
    Last,
    Message,
    Observation,
    Reading,
    Return,
    Seen,
    Sent,
    Sign,
    Told,
)
from pipelines.ingest.stored_redaction import redact_further, redact_stored
from pipelines.ingest.values import identifier, name
from pipelines.ingest.who import repository_name
from recommender.text.task_text import task_text

MAX_ERROR = 500


def fold(observations: Iterable[Observation], facts: dict[str, Facts]) -> None:
    """Add observations to the facts of the spawns and runs that they are of."""
    for observation in observations:
        _FOLDS[type(observation)](facts.setdefault(observation.key, {}), observation)


def _stating(register: str) -> Callable[[Facts, Any], None]:
    def state(facts: Facts, observation: Any) -> None:
        payload = observation._asdict()
        del payload["key"]
        fact.state(facts, register, payload.pop("rank"), payload.pop("at_ms"), payload)

    return state


def _end(facts: Facts, end: End) -> None:
    payload = end._asdict()
    del payload["key"]
    fact.end(facts, payload.pop("rank"), payload.pop("at_ms"), end.line, payload)


def _count(facts: Facts, message: Message) -> None:
    fact.count_message(facts, message.id, fact.Message(*message[2:-1]), message.said)


TOKENS = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens")
_NUMBERS = (*TOKENS, "duration_ms", "tool_uses", "cost_usd", "decision_id", "propensity")
ASKED = {
    "spawned_ms",
    "project",
    "user",
    "host",
    "repository",
    "session",
    "parent",
    "call_id",
    "title",
    "task",
    "agent",
    "requested",
    "parent_model",
    "effort_requested",
}


def _tell(facts: Facts, told: Told) -> None:
    for field, value in _stated(told).items():
        if told.is_whole or (value is not None and value != ""):
            fact.tell(facts, field, told.asked_rank if field in ASKED else told.rank, told.version, value)


def _stated(told: Told) -> dict[str, Any]:
    """Return what is told, redacted, by the names that the other observations have for it."""
    record = told.record
    return {field: getattr(record, field) for field in _NUMBERS} | {
        "spawned_ms": _milliseconds(record.spawned_at),
        "finished_ms": _milliseconds(record.finished_at),
        "agent": name(record.agent) or "unknown",
        "title": redact_stored(" ".join(record.title.replace("\0", "").split())),
        "task": redact_further(task_text(record.task)),
        "project": name(record.project),
        "user": name(record.user),
        "host": name(record.host),
        "repository": repository_name(record.repository),
        "session": identifier(record.session_id),
        "parent": told.parent,
        "call_id": identifier(record.call_id),
        "model": name(record.model),
        "model_seen": told.model_seen if record.model else None,
        "requested": name(record.model_requested),
        "parent_model": name(record.model_parent),
        "effort": name(record.effort),
        "effort_requested": name(record.effort_requested),
        "status": name(record.status),
        "is_error": True if record.error is not None else None,
        "tokens": told.reported_tokens,
        "error": redact_stored((record.error or "").replace("\0", ""))[:MAX_ERROR],
        "version": name(record.writer_version),
        "evidence": [told.file, told.line],
        "success": None if record.success is None else [record.success, told.file, told.line],
        f"signals {told.rank}": [[kind, told.file, told.line] for kind in map(name, record.signals) if kind] or None,
    }


def _milliseconds(moment: datetime | None) -> int | None:
    return None if moment is None else round(moment.timestamp() * 1000)


_FOLDS: Mapping[type, Callable[[Facts, Any], None]] = {
    Call: _stating("call"),
    Return: _stating("returned"),
    Described: _stating("described"),
    Applied: _stating("applied"),
    Began: _stating("began"),
    Last: _stating("last"),
    Sent: _stating("sent"),
    Reading: _stating("reading"),
    End: _end,
    Message: _count,
    Sign: lambda facts, sign: fact.signal(facts, *sign[1:]),
    Seen: lambda facts, seen: fact.see(facts, *seen[1:]),
    Told: _tell,
}
