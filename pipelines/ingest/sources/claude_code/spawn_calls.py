"""The call that spawns an agent, and what comes back from it."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from pipelines.ingest.observations import WORKFLOW
from pipelines.ingest.signals.signal_names import RETURNED
from pipelines.ingest.sources.claude_code.harness_notes import Trailer, split_trailer
from pipelines.ingest.sources.claude_code.refusals import DENIALS, NOT_STARTED
from pipelines.ingest.sources.claude_code.reports import (
    LAUNCHED,
    MAX_ERROR,
    UNFINISHED,
    error_kind,
    report_kind,
    report_text,
)
from pipelines.ingest.stored_redaction import redact_further, redact_start
from pipelines.ingest.values import MAX_INTEGER, count, identifier, mapping, name, text
from recommender.text.task_text import task_text

SPAWN_TOOLS = {"Task", "Agent"}
GENERAL = "general-purpose"  # what runs where no type is named
MAX_TITLE = 300
UNDONE = {"failed": "run_failed", "killed": "run_stopped", "stopped": "run_stopped"}  # a status of what came back
_LAUNCHES = {  # where a result has only words
    "Async agent launched": "async_launched",
    "Fork started": "async_launched",  # in the fork's own log, in place of what its parent waits for
    "Remote agent launched": "remote_launched",
    "Cloud agent launched": "remote_launched",
    "Spawned successfully.\nagent_id:": "teammate_spawned",
}
_AGENT_ID = re.compile(r"\bagentId: (\w+)")
_RESULT_FIELDS = ({"agentId", "status"}, {"totalDurationMs", "totalTokens"}, {"team_name", "status"})


def is_spawn(block: Mapping[str, Any]) -> bool:
    """Tell whether a tool_use block spawns an agent.

    Without a prompt the call is refused before any agent exists. A tool of another name counts if it takes an agent's
    type: Task became Agent, and may be renamed again.
    """
    call = mapping(block.get("input"))
    tool = text(block.get("name"))
    is_named = tool in SPAWN_TOOLS or ("subagent_type" in call and tool.replace("_", "").isalnum())
    return is_named and bool(text(call.get("prompt")).strip()) and bool(identifier(block.get("id")))


def prompt_key(session: str, prompt: str) -> str:
    """Return what ties an agent's first line to the call with the same prompt."""
    return hashlib.sha256(f"{session}\n{prompt.strip()}".encode("utf-8", "replace")).hexdigest()[:24]


def call_payload(block: Mapping[str, Any], parent_model: str, session: str) -> dict[str, Any]:
    """Return what the call says, its texts redacted."""
    call = mapping(block.get("input"))
    description, prompt = text(call.get("description")), text(call.get("prompt"))
    return {
        "tool": name(block.get("name")),
        "agent": name(call.get("subagent_type")) or GENERAL,
        "title": redact_start(" ".join(description.split()), MAX_TITLE),
        "task": redact_further(task_text(description, prompt)),
        "requested": name(call.get("model")),
        "effort": name(call.get("effort")),
        "parent_model": parent_model,
        "is_background": call.get("run_in_background") is True or None,
        "resumes": identifier(call.get("resume")),
        "prompt_key": prompt_key(session, prompt),
    }


def call_of_workflow(prompt: str, agent: str, key: str) -> dict[str, Any]:
    """Return what stands for the call of an agent that a workflow has spawned."""
    return {"tool": WORKFLOW, "agent": agent, "task": redact_further(task_text("", prompt)), "prompt_key": key}


def looks_like_spawn_result(result: object) -> bool:
    """Tell whether a toolUseResult is a spawn's by its shape alone; the call may stand in another file."""
    return any(result.keys() >= fields for fields in _RESULT_FIELDS) if isinstance(result, dict) else False


def returned_payload(
    block: Mapping[str, Any], result: object, denial: str = ""
) -> tuple[int, dict[str, Any], list[str]]:
    """Return rank (0 for an end, 1 for a launch), what the call returned, and the signals of it.

    `denial` is the line's word for why the call was not executed.
    """
    fields = mapping(result)
    is_error = block.get("is_error") is True
    report = report_text(fields.get("content")) or report_text(block.get("content"))
    # Only words are left of a result where a session keeps no objects, as an agent's own may not.
    report, trailer = (report, Trailer()) if fields else split_trailer(report)
    status = name(fields.get("status"))
    payload = {
        "status": status,
        "is_error": is_error or None,
        "agent_id": _agent_id(fields, report) or identifier(trailer.agent_id),
        "agent_type": name(fields.get("agentType")),
        "resolved": name(fields.get("resolvedModel")) or name(fields.get("model")),
        "duration_ms": count(fields.get("totalDurationMs", trailer.duration_ms)),
        "tokens": (tokens := count(fields.get("totalTokens", trailer.tokens))),
        "tool_uses": count(fields.get("totalToolUseCount", trailer.tool_uses), MAX_INTEGER),
    }
    launched = status if status in UNFINISHED else "" if fields else _launch_in(report)
    if launched or fields.get("isAsync") is True:
        return 1, payload, [launched if launched in LAUNCHED else "async_launched"]
    if is_error:
        said = text(result) or report
        kind = error_kind(said)
        # The harness writes the reason twice, in words for the model and in words for the log.
        if kind == "tool_error":
            kind = error_kind(report)
        return 0, payload | {"error": redact_start(said, MAX_ERROR)}, [NOT_STARTED if denial in DENIALS else kind]
    kind = report_kind(report, tokens)
    if status in UNDONE and kind == RETURNED:
        kind = UNDONE[status]
    if kind != RETURNED:
        payload["error"] = redact_start(report, MAX_ERROR)
    return 0, payload, [kind]


def _agent_id(fields: Mapping[str, Any], report: str) -> str:
    """Return the agent's id; an agent elsewhere has a task's, and where a launch has only words they tell it."""
    named = next(filter(None, (identifier(fields.get(key)) for key in ("agentId", "agent_id", "taskId"))), "")
    said = _AGENT_ID.search(report) if not fields and _launch_in(report) else None
    return named or (identifier(said[1]) if said else "")


def _launch_in(report: str) -> str:
    """Return the status of a launch that has only words; empty where they are a report."""
    return next((status for words, status in _LAUNCHES.items() if report.startswith(words)), "")
