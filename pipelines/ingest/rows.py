"""Facts about a spawn become its row in task_history."""

import hashlib
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from pipelines.ingest.costs import usage_cost
from pipelines.ingest.facts import Facts, Message, messages, payload, stated_at
from pipelines.ingest.runs import ended
from pipelines.ingest.values import moment
from recommender.models import model_family

_IDS = uuid.UUID("6f0f8a3e-6a53-5b0c-9b9a-5c0f4f6f7a10")

# Built-in agents that do not run on their parent's model where none is named (273 of 273 real spawns).
INHERIT = "inherit"  # as a requested model: the parent's
BUILT_IN_MODELS: Mapping[str, str] = {"Explore": "haiku"}
# Built-in agents that do run on it. What any other runs on is for its spec to say, which the log does not tell.
ON_PARENTS_MODEL = {"general-purpose", "Plan", "fork"}


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
    estimated_output_tokens: int | None
    estimated_cost_usd: float | None
    is_cost_complete: bool
    writer_version: str | None
    effort_requested: str | None
    effort_used: str | None

    def values(self) -> list[Any]:
        """Return the columns in order."""
        return list(asdict(self).values())


COLUMNS = tuple(TaskRow.__dataclass_fields__)


def task_id(source: str, source_key: str) -> uuid.UUID:
    """Return the id that a spawn has wherever and whenever it is read."""
    return uuid.uuid5(_IDS, f"{source}\n{source_key}")


def task_row(source: str, key: str, facts: Facts, parent: str | None) -> TaskRow:
    """Build the row from all facts about the spawn and its agent, joined; they must hold the call."""
    call, returned, described = (payload(facts, register) for register in ("call", "returned", "described"))
    is_workflows = call.get("tool") == "Workflow"
    named = described.get("model") if is_workflows and described.get("is_model_named") else None
    end, finished_ms = ended(facts)
    created_ms = stated_at(facts, "call") or 0
    returned_ms = stated_at(facts, "returned")
    duration = end.get("duration_ms")
    task = call.get("task", "")
    model, model_source = _model(facts, call, returned)
    bill = usage_cost(messages(facts), facts.get("said"))
    usage = bill.usage if bill else None
    return TaskRow(
        id=task_id(source, key),
        source=source,
        source_key=key,
        created_at=_moment(created_ms),
        finished_at=moment(finished_ms),
        returned_at=moment(returned_ms),
        project=call.get("project"),
        session_id=_earliest(facts, "sessions"),
        agent_run_id=_agent_run(facts, returned),
        parent_task_id=task_id(source, parent) if parent else None,
        task_title=call.get("title") or (described.get("title", "") if is_workflows else ""),
        task_description=task,
        task_hash=hashlib.sha256(task.encode()).hexdigest(),
        agent_used=(described.get("agent_type") if is_workflows else None) or call["agent"],
        model_used=model_family(model) if model else None,
        model_resolved=_observed_model(facts) or returned.get("resolved"),
        model_requested=call.get("requested") or named,
        model_parent=call.get("parent_model"),
        model_source=model_source,
        status=end.get("status"),
        returned_status=returned.get("status"),
        is_error=bool(returned.get("is_error")),
        error_message=end.get("error") or returned.get("error"),
        duration_ms=duration,
        waiting_ms=_waiting(created_ms, finished_ms, duration),
        tool_uses=end.get("tool_uses"),
        reported_tokens=end.get("tokens"),
        input_tokens=usage.input_tokens if usage else None,
        output_tokens=usage.output_tokens if usage else None,
        cache_read_tokens=usage.cache_read_tokens if usage else None,
        cache_write_tokens=usage.cache_write_tokens if usage else None,
        cost_usd=bill.cost_usd if bill else None,
        estimated_output_tokens=bill.estimated_output_tokens if bill else None,
        estimated_cost_usd=bill.estimated_cost_usd if bill and bill.cost_usd is not None else None,
        is_cost_complete=bill is not None and bill.is_complete and finished_ms is not None,
        writer_version=call.get("version"),
        effort_requested=call.get("effort") or described.get("effort"),
        effort_used=_effort(facts),
    )


def _model(facts: Facts, call: dict[str, Any], returned: dict[str, Any]) -> tuple[str | None, str]:
    """Return the model that did the work, and where it was seen."""
    requested = call.get("requested")
    described = payload(facts, "described").get("model")
    is_parents = requested == INHERIT or call["agent"] in ON_PARENTS_MODEL
    witnesses = (
        (_observed_model(facts), "observed"),
        (returned.get("resolved"), "result"),
        (described if described != INHERIT else None, "described"),
        (requested if requested != INHERIT else None, "requested"),
        (BUILT_IN_MODELS.get(call["agent"]) if requested is None else None, "built_in"),
        (call.get("parent_model") if is_parents else None, "parent"),
    )
    return next(((model, source) for model, source in witnesses if model), (None, "unknown"))


def _observed_model(facts: Facts) -> str | None:
    """Return the model of most of the child's messages, else the one that its last request named."""
    copies = [Message(*copy) for copy in messages(facts).values()]
    return _most((copy.model, copy.at_ms) for copy in copies) or payload(facts, "sent").get("model")


def _effort(facts: Facts) -> str | None:
    """Return the effort of most of the child's messages, else of its last request."""
    copies = [Message(*copy) for copy in messages(facts).values()]
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
