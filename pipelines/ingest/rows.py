"""Facts about a spawn become its row in task_history."""

import hashlib
import uuid
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, NamedTuple

from pipelines.ingest.costs import spent
from pipelines.ingest.facts import Facts, payload, stated_at
from pipelines.ingest.join import Linked
from pipelines.ingest.observations import TOKENS
from pipelines.ingest.sources import source_named
from pipelines.ingest.values import moment
from recommender.models import model_family

_IDS = uuid.UUID("6f0f8a3e-6a53-5b0c-9b9a-5c0f4f6f7a10")

INHERIT = "inherit"  # as a requested model: the parent's


@dataclass(frozen=True)
class TaskRow:
    """One row of learning.task_history, without what later stages write."""

    id: uuid.UUID
    source: str
    source_key: str
    created_at: datetime
    finished_at: datetime | None
    returned_at: datetime | None
    project: str | None
    session_id: str | None
    agent_run_id: str | None
    parent_task_id: uuid.UUID | None
    task_title: str
    task_description: str
    task_hash: str
    agent_used: str
    model_used: str | None
    model_resolved: str | None
    model_requested: str | None
    model_parent: str | None
    model_source: str
    status: str | None
    returned_status: str | None
    is_error: bool
    error_message: str | None
    duration_ms: int | None
    waiting_ms: int | None
    tool_uses: int | None
    input_tokens: int | None
    output_tokens: int | None
    cache_read_tokens: int | None
    cache_write_tokens: int | None
    reported_tokens: int | None
    cost_usd: float | None
    is_cost_complete: bool
    writer_version: str | None

    def values(self) -> list[Any]:
        """Return the columns in order."""
        return list(asdict(self).values())


COLUMNS = tuple(TaskRow.__dataclass_fields__)


def task_id(source: str, source_key: str) -> uuid.UUID:
    """Return the id that a spawn has wherever and whenever it is read."""
    return uuid.uuid5(_IDS, f"{source}\n{source_key}")


class Bill(NamedTuple):
    """Tokens by the names of their columns, and dollars; None where nobody tells."""

    tokens: dict[str, int]
    cost_usd: float | None
    is_complete: bool


def task_row(source: str, spawn: Linked) -> TaskRow:
    """Build the row of a spawn from all that is known of it and its agent."""
    facts = spawn.facts
    call, returned = payload(facts, "call"), payload(facts, "returned")
    end, finished_ms = _end(facts)
    created_ms = stated_at(facts, "call") or 0
    duration = end.get("duration_ms")
    task = call.get("task", "")
    model, model_source = _model(source, facts, call, returned)
    resolved = _observed_model(facts) or returned.get("resolved") or call.get("model")
    bill = _bill(facts, end, resolved, created_ms)
    return TaskRow(
        id=task_id(source, spawn.key),
        source=source,
        source_key=spawn.key,
        created_at=_moment(created_ms),
        finished_at=moment(finished_ms),
        returned_at=moment(stated_at(facts, "returned")),
        project=call.get("project"),
        session_id=_earliest(facts, "sessions"),
        agent_run_id=_agent_run(facts, returned),
        parent_task_id=task_id(source, spawn.parent) if spawn.parent else None,
        task_title=call.get("title", ""),
        task_description=task,
        task_hash=hashlib.sha256(task.encode()).hexdigest(),
        agent_used=call["agent"],
        model_used=model_family(model) if model else None,
        model_resolved=resolved,
        model_requested=call.get("requested"),
        model_parent=call.get("parent_model"),
        model_source=model_source,
        status=end.get("status"),
        returned_status=returned.get("status"),
        is_error=bool(returned.get("is_error") or end.get("is_error")),
        error_message=end.get("error") or returned.get("error"),
        duration_ms=duration,
        waiting_ms=_waiting(created_ms, finished_ms, duration),
        tool_uses=end.get("tool_uses"),
        reported_tokens=end.get("tokens"),
        **{kind: bill.tokens.get(kind) for kind in TOKENS},
        cost_usd=bill.cost_usd,
        is_cost_complete=bill.is_complete and finished_ms is not None,
        writer_version=call.get("version"),
    )


def _end(facts: Facts) -> tuple[dict[str, Any], int | None]:
    """Return what is known of the end, each field from the best witness, and when it came; a launch is no end."""
    returned = facts.get("returned")
    ends = sorted(facts.get("ends", {}).values(), key=lambda end: (end[0], end[1] or 0, repr(end[2])))
    if returned and returned[0] == 0:
        ends.insert(0, returned)
    known: dict[str, Any] = dict(returned[2]) if returned else {}
    if returned and returned[0]:
        known.pop("status", None)
    for _, _, stated in reversed(ends):
        known |= stated
    return known, min((at_ms for _, at_ms, _ in ends if at_ms is not None), default=None)


def _model(source: str, facts: Facts, call: dict[str, Any], returned: dict[str, Any]) -> tuple[str | None, str]:
    """Return the model that did the work, and where it was seen; from "requested" on it is a guess, and no evidence."""
    requested = call.get("requested")
    reader = source_named(source)
    built_in = reader.built_in_models.get(call["agent"]) if reader else None
    witnesses = (
        (_observed_model(facts), "observed"),
        (call.get("model"), call.get("model_seen", "observed")),
        (returned.get("resolved"), "result"),
        (requested if requested != INHERIT else None, "requested"),
        (built_in if requested is None else None, "built_in"),
        (call.get("parent_model"), "parent"),
    )
    return next(((model, seen) for model, seen in witnesses if model), (None, "unknown"))


def _bill(facts: Facts, end: dict[str, Any], model: str | None, created_ms: int) -> Bill:
    """Return what the agent's messages took; where only a sum is told, that is one message at the spawn's time."""
    copies = list(facts.get("messages", {}).values())
    tokens: dict[str, int] = end.get("usage", {})
    if not copies and model and tokens.keys() >= {"input_tokens", "output_tokens"}:
        cached = (tokens.get("cache_read_tokens", 0), tokens.get("cache_write_tokens", 0))
        copies = [[1, tokens["output_tokens"], created_ms, model, tokens["input_tokens"], *cached, 0]]
    bill = spent(copies)
    if bill and not tokens:
        tokens = bill.usage._asdict()
    if "cost_usd" in end:
        return Bill(tokens, end["cost_usd"], True)
    return Bill(tokens, bill.cost_usd if bill else None, bill is not None and bill.is_complete)


def _observed_model(facts: Facts) -> str | None:
    """Return the model of most of the child's messages; the last one's breaks a tie."""
    seen: dict[str, tuple[int, int]] = {}
    for _, _, at_ms, model, *_ in facts.get("messages", {}).values():
        number, last = seen.get(model, (0, 0))
        seen[model] = (number + 1, max(last, at_ms))
    return max(seen, key=lambda model: (seen[model], model), default=None)


def _waiting(created_ms: int, finished_ms: int | None, duration_ms: int | None) -> int | None:
    """Return the time between call and end in which the agent did not run: queue, permission, hooks."""
    if finished_ms is None or duration_ms is None:
        return None
    return max(0, finished_ms - created_ms - duration_ms)


def _agent_run(facts: Facts, returned: dict[str, Any]) -> str | None:
    return returned.get("agent_id") or _earliest(facts, "agents")


def _earliest(facts: Facts, field: str) -> str | None:
    members: dict[str, int] = facts.get(field, {})
    return min(members, key=lambda member: (members[member], member), default=None) or None


def _moment(at_ms: int) -> datetime:
    result = moment(at_ms)
    assert result is not None
    return result
