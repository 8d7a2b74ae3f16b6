"""Build the spawns of one agent's session: the call that opened it, and each that went on with it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from pydantic import ValidationError

from pipelines.ingest.observations import Observation, Told
from pipelines.ingest.sources.opencode.calls import Answer, TaskCall, failed
from pipelines.ingest.sources.opencode.database import Database, Row, data_of
from pipelines.ingest.sources.opencode.replies import Reply, replies_of
from pipelines.ingest.spawn_record import SpawnRecord
from pipelines.ingest.values import identifier, milliseconds, moment, text

_NEVER = 2**62


class Spawn(NamedTuple):
    """A record, with the messages of the agent in it."""

    record: SpawnRecord
    parent: str
    version: int
    line: int
    replies: Sequence[Reply]

    def observations(self, file: str) -> Iterator[Observation]:
        """Yield what is to be told."""
        key = identifier(self.record.id)
        yield Told(key, self.record, file, self.line, self.version, parent=identifier(self.parent))
        for reply in self.replies:
            if message := reply.as_message(key):
                yield message


def spawns_of_session(database: Database, session: Row) -> list[Spawn]:
    """Return the spawns that an agent's session worked for; what a plugin opened has no call."""
    calls = _calls(database, session)
    replies = replies_of(database, str(session["id"]))
    uses = {row["message_id"]: row["uses"] for row in database.rows("tool_uses_of", id=session["id"])}
    spawns = []
    openings: list[TaskCall | None] = [*calls] or [None]
    for place, call in enumerate(openings):
        start = call.started_ms if call and place else 0
        later = calls[place + 1].started_ms if place + 1 < len(calls) else _NEVER
        end = min(later, (call.ended_ms if call else None) or _NEVER)
        own = [reply for reply in replies if start <= reply.created_ms < end]
        values = _values(database, session, call, own)
        values |= {"id": _key(session, call, place), "tool_uses": sum(uses.get(reply.id, 0) for reply in own)}
        spawns += _spawn(database, session, call, own, values)
    return spawns


def spawns_of_call(database: Database, unit: str) -> list[Spawn]:
    """Return the spawn of a call that led to no session, once it has failed."""
    row = database.row("call", id=unit)
    call = TaskCall.of(row) if row else None
    if call is None or call.ended_ms is None:
        return []
    values = _values(database, {}, call, []) | {"id": call.id}
    return _spawn(database, {}, call, [], values)


def _spawn(
    database: Database, session: Row, call: TaskCall | None, own: Sequence[Reply], values: dict[str, Any]
) -> list[Spawn]:
    try:
        record = SpawnRecord.model_validate(values)
    except ValidationError:
        return []
    updated = [session.get("time_updated"), call and call.updated_ms, *(reply.updated_ms for reply in own)]
    version = max(milliseconds(each) or 0 for each in updated)
    above, started = (
        str(record.session_id or ""),
        call.started_ms if call else milliseconds(session.get("time_created")),
    )
    parent = _spawn_at(database, above, started or 0)
    return [Spawn(record, parent, version, call.number if call else 0, own)]


def _values(database: Database, session: Row, call: TaskCall | None, own: Sequence[Reply]) -> dict[str, Any]:
    asked = call.asked if call else {}
    answer = _answer(call, own)
    started = call.started_ms if call else milliseconds(session.get("time_created"))
    ended = answer.ended_ms if answer else None
    above = call.session if call else str(session.get("parent_id") or "")
    place = session or database.row("session", id=above) or {}
    title = text(asked.get("description")) or text(session.get("title"))
    costs = [cost for reply in own if isinstance(cost := reply.data.get("cost"), int | float) and cost > 0]
    return {
        "agent": text(asked.get("subagent_type")) or text(session.get("agent")) or "general",
        "title": title,
        "task": text(asked.get("prompt")) or _first_words(database, session) or title,
        "spawned_at": moment(started),
        "finished_at": moment(ended),
        "project": text(place.get("directory")) or None,
        "session_id": above,
        "call_id": call.call_id or None if call else None,
        "model": _model(own) or None,
        "model_parent": _model_of_caller(database, call),
        "status": answer.status if answer else None,
        "error": answer.error if answer else None,
        "duration_ms": max(0, ended - started) if ended is not None and started is not None else None,
        "cost_usd": round(sum(costs), 9) if costs else None,
        "signals": (answer.signal if answer else "no_result",),
        "writer_version": text(place.get("version")) or None,
    }


def _answer(call: TaskCall | None, own: Sequence[Reply]) -> Answer | None:
    """Return how it ended: as the call tells, else as the agent's last message does."""
    last = own[-1] if own else None
    error = last.error if last else {}
    if call and call.ended_ms is not None:
        tokens = sum(message.output_tokens for reply in own if (message := reply.as_message("")))
        return call.answer(tokens if own else None, error)
    if last is None or last.completed_ms is None:
        return None
    if error:
        return failed(error, last.completed_ms)
    is_over = last.data.get("finish") not in (None, "tool-calls", "unknown")
    return (
        Answer("completed", "result_returned", last.completed_ms) if is_over and not last.data.get("summary") else None
    )


def _model(own: Sequence[Reply]) -> str:
    """Return the model of most of the messages; where none has said anything, the one that was tried last."""
    worked = Counter(reply.model for reply in own if reply.as_message(""))
    if worked:
        return max(worked, key=lambda model: (worked[model], model))
    return next((reply.model for reply in reversed(own) if reply.model), "")


def _model_of_caller(database: Database, call: TaskCall | None) -> str | None:
    row = database.row("message", id=call.message) if call else None
    return text(data_of(row).get("modelID")) or None if row else None


def _first_words(database: Database, session: Row) -> str:
    rows = database.rows("first_words_of", id=session["id"]) if session else []
    return "\n".join(filter(None, (text(data_of(row).get("text")) for row in rows)))


def _calls(database: Database, session: Row) -> list[TaskCall]:
    """Return the calls of the parent that the session worked for, in order, each once."""
    child = str(session["id"])
    rows = database.rows("calls_of", parent=session["parent_id"], child=child)
    calls = {call.call_id or call.id: call for call in map(TaskCall.of, rows) if call and call.child == child}
    return sorted(calls.values(), key=lambda call: (call.started_ms, call.id))


def _key(session: Row, call: TaskCall | None, place: int) -> str:
    """Return the key of a spawn: its session's for the first, so that it is the same before its call names it."""
    return f"{session['id']}:{call.id}" if call and place else str(session["id"])


def _spawn_at(database: Database, session_id: str, at_ms: int) -> str:
    """Return the key of the spawn for which a session worked at a time; empty where it is no agent's."""
    session = database.row("session", id=session_id)
    if session is None or not session.get("parent_id"):
        return ""
    earlier = [(place, call) for place, call in enumerate(_calls(database, session)) if call.started_ms <= at_ms]
    place, call = earlier[-1] if earlier else (0, None)
    return _key(session, call, place)
