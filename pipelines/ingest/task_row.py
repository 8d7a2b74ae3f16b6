"""Facts about a spawn become its row in task_history."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from pipelines.ingest.agent_runs import ended
from pipelines.ingest.facts import Facts, Message, messages, payload, stated_at
from pipelines.ingest.fold import TOKENS
from pipelines.ingest.join import Linked
from pipelines.ingest.observations import WORKFLOW
from pipelines.ingest.prices import Usage
from pipelines.ingest.source import Source
from pipelines.ingest.sources import source_named
from pipelines.ingest.usage_cost import total_cost, usage_cost
from pipelines.ingest.values import moment
from pipelines.ingest.who import who_of
from recommender.models import model_family
from recommender.text.task_text import text_hash

_IDS = uuid.UUID("6f0f8a3e-6a53-5b0c-9b9a-5c0f4f6f7a10")

INHERIT = "inherit"  # as a requested model: the parent's


class TaskRow(NamedTuple):
    """One row of learning.task_history, without what later stages write."""

    id: uuid.UUID
    source: str
    source_key: str
    created_at: datetime
    finished_at: datetime | None
    returned_at: datetime | None
    project: str | None
    repository: str | None
    user_name: str | None
    host: str | None
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
    estimated_output_tokens: int
    estimated_cost_usd: float
    is_cost_complete: bool
    writer_version: str | None
    effort_requested: str | None
    effort_used: str | None
    applied_by: str | None
    model_applied: str | None
    effort_applied: str | None
    is_model_named: bool | None
    call_id: str | None


COLUMNS = TaskRow._fields


def task_id(source: str, source_key: str) -> uuid.UUID:
    """Return the id that a spawn has wherever and whenever it is read."""
    return uuid.uuid5(_IDS, f"{source}\n{source_key}")


class Bill(NamedTuple):
    """Tokens by the names of their columns, and dollars; None where nobody tells."""

    tokens: dict[str, int]
    cost_usd: float | None
    is_complete: bool
    estimated_output_tokens: int = 0
    estimated_cost_usd: float = 0.0


def task_row(source: str, spawn: Linked) -> TaskRow:
    """Build the row of a spawn from all that is known of it and its agent."""
    facts = spawn.facts
    registers = ("call", "returned", "described", "applied")
    call, returned, described, applied = (payload(facts, register) for register in registers)
    is_workflows = call.get("tool") == WORKFLOW
    named = described.get("model") if is_workflows and described.get("is_model_named") else None
    end, finished_ms = ended(facts)
    created_ms = stated_at(facts, "call") or 0
    duration = end.get("duration_ms")
    task = call.get("task", "")
    by_id = messages(facts)
    copies = [Message(*copy) for copy in by_id.values()]
    observed = _observed_model(facts, copies)
    model, model_source = _model(source, observed, facts, call, returned)
    resolved = observed or returned.get("resolved") or call.get("model")
    bill = _bill(by_id, facts, end, resolved, created_ms)
    who = who_of(facts, call)
    return TaskRow(
        id=task_id(source, spawn.key),
        source=source,
        source_key=spawn.key,
        created_at=_moment(created_ms),
        finished_at=moment(finished_ms),
        returned_at=moment(stated_at(facts, "returned")),
        project=call.get("project"),
        repository=who.repository,
        user_name=who.user,
        host=who.host,
        session_id=_earliest(facts, "sessions"),
        agent_run_id=_agent_run(facts, returned),
        parent_task_id=task_id(source, spawn.parent) if spawn.parent else None,
        task_title=call.get("title") or (described.get("title", "") if is_workflows else ""),
        task_description=task,
        task_hash=text_hash(task),
        agent_used=(described.get("agent_type") if is_workflows else None) or call["agent"],
        model_used=model_family(model) if model else None,
        model_resolved=resolved,
        model_requested=call.get("requested") or named,
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
        estimated_output_tokens=bill.estimated_output_tokens,
        estimated_cost_usd=bill.estimated_cost_usd,
        is_cost_complete=bill.is_complete and finished_ms is not None,
        writer_version=call.get("version"),
        effort_requested=call.get("effort") or described.get("effort"),
        effort_used=_effort(facts, copies) or end.get("effort"),
        applied_by=applied.get("by"),
        model_applied=applied.get("model"),
        effort_applied=applied.get("effort"),
        is_model_named=described.get("is_model_named", False) if described.get("model") else None,
        call_id=call.get("call_id"),
    )


def _model(
    source: str, observed: str | None, facts: Facts, call: dict[str, Any], returned: dict[str, Any]
) -> tuple[str | None, str]:
    """Return the model that did the work, and where it was seen; from "requested" on it is a guess, and no evidence."""
    requested, described = call.get("requested"), payload(facts, "described").get("model")
    reader = source_named(source)
    built_in = reader.built_in_models.get(call["agent"]) if reader else None
    witnesses = (
        (observed, "observed"),
        (call.get("model"), call.get("model_seen", "observed")),
        (returned.get("resolved"), "result"),
        (described if described != INHERIT else None, "described"),
        (requested if requested != INHERIT else None, "requested"),
        (built_in if requested is None else None, "built_in"),
        (call.get("parent_model") if requested == INHERIT or _is_on_parents(reader, call["agent"]) else None, "parent"),
    )
    return next(((model, seen) for model, seen in witnesses if model), (None, "unknown"))


def _is_on_parents(reader: Source | None, agent: str) -> bool:
    """Tell whether the agent may run on its parent's model: what another runs on is for its spec to say."""
    return reader is None or not reader.on_parents_model or agent in reader.on_parents_model


def _bill(by_id: dict[str, list[Any]], facts: Facts, end: dict[str, Any], model: str | None, created_ms: int) -> Bill:
    """Return what the agent's messages took, else the sums that are told, at the prices of the spawn's time."""
    counted, tokens = usage_cost(by_id, facts.get("said")), end.get("usage", {})
    if counted:
        known = (tokens or counted.usage._asdict(), end.get("cost_usd", counted.cost_usd))
        return Bill(
            *known,
            "cost_usd" in end or counted.is_complete,
            counted.estimated_output_tokens,
            counted.estimated_cost_usd,
        )
    cost_usd = end.get("cost_usd")
    if cost_usd is None and model and tokens.keys() >= {"input_tokens", "output_tokens"}:
        cached = (tokens.get("cache_read_tokens", 0), tokens.get("cache_write_tokens", 0))
        usage = Usage(tokens["input_tokens"], tokens["output_tokens"], *cached, 0)
        tool_uses = end.get("tool_uses")
        cost_usd = total_cost(model, created_ms, usage, None if tool_uses is None else tool_uses + 1)
    return Bill(tokens, cost_usd, cost_usd is not None)


def _observed_model(facts: Facts, copies: Sequence[Message]) -> str | None:
    """Return the model of most of the child's messages, else the one that its last request named."""
    return _most((copy.model, copy.at_ms) for copy in copies) or payload(facts, "sent").get("model")


def _effort(facts: Facts, copies: Sequence[Message]) -> str | None:
    """Return the effort of most of the child's messages, else of its last request."""
    return _most((copy.effort, copy.at_ms) for copy in copies if copy.effort) or payload(facts, "sent").get("effort")


def _most(sights: Iterable[tuple[str, int]]) -> str | None:
    """Return what was seen most often; the last sight breaks a tie."""
    seen: dict[str, tuple[int, int]] = {}
    for value, at_ms in sights:
        number, last = seen.get(value, (0, 0))
        seen[value] = (number + 1, max(last, at_ms))
    return max(seen, key=lambda value: (seen[value], value), default=None)


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
