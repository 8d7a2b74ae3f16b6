"""What `claude -p --output-format stream-json` prints, which many keep as a log, told as a transcript tells it."""

from collections.abc import Mapping
from typing import Any

from pipelines.ingest.sources.claude_code.notices import Notice
from pipelines.ingest.sources.claude_code.reports import UNFINISHED
from pipelines.ingest.values import MAX_INTEGER, count, identifier, mapping, name, text

_NAMES = {
    "sessionId": "session_id",
    "toolUseResult": "tool_use_result",
    "version": "claude_code_version",
    "agentId": "agent_id",
}


def as_transcript_line(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a printed line under the names of a transcript's; any other as it is."""
    if "session_id" not in record or "sessionId" in record:
        return record
    return {**record, **{ours: record[printed] for ours, printed in _NAMES.items() if printed in record}}


def spawn_of(record: Mapping[str, Any]) -> str:
    """Return the call of the agent whose line this is; empty for the main conversation."""
    return identifier(record.get("parent_tool_use_id"))


def started(record: Mapping[str, Any]) -> tuple[str, str]:
    """Return the call and the agent that a line says has begun; empty where it tells of none."""
    is_start = record.get("subtype") == "task_started" and _is_agents(record)
    return (identifier(record.get("tool_use_id")), identifier(record.get("task_id"))) if is_start else ("", "")


def ended(record: Mapping[str, Any]) -> Notice | None:
    """Return the end that a line tells of; of an agent in the foreground the call's result tells it too."""
    status, call = name(record.get("status")), identifier(record.get("tool_use_id"))
    if record.get("subtype") != "task_notification" or not call or not status or status in UNFINISHED:
        return None
    usage = mapping(record.get("usage"))
    return Notice(
        agent_id=identifier(record.get("task_id")),
        status=status,
        report=text(record.get("summary")),
        tool_use_id=call,
        tokens=count(usage.get("total_tokens")),
        tool_uses=count(usage.get("tool_uses"), MAX_INTEGER),
        duration_ms=count(usage.get("duration_ms")),
    )


def _is_agents(record: Mapping[str, Any]) -> bool:
    return name(record.get("task_type")).endswith("agent")
