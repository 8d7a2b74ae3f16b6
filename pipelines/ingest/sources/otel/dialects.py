"""Spans of those who write other names than the conventions', told by the conventions' names.

OpenInference says of each span what kind it is; Pydantic AI named no operation before its second version; Claude Code
calls its whole turn an agent, and its agents tools.
"""

import re
from collections.abc import Mapping
from typing import Any

from pipelines.ingest.values import mapping

AGENT_CALL = "invoke_agent"
MODEL_CALL = "chat"
CLAUDE_CODE = "claude_code."  # begins the names of its spans and events
SPAWN_TOOLS = {"Agent", "Task"}
GENERAL = "general-purpose"  # what Claude Code runs where no type is named

_KIND = "openinference.span.kind"
_OPERATIONS = {"AGENT": AGENT_CALL, "LLM": MODEL_CALL}
_NAMES = {
    "llm.model_name": "gen_ai.response.model",
    "agent.name": "gen_ai.agent.name",
    "llm.token_count.prompt": "gen_ai.usage.input_tokens",
    "llm.token_count.completion": "gen_ai.usage.output_tokens",
    "llm.token_count.prompt_details.cache_read": "gen_ai.usage.cache_read.input_tokens",
    "llm.token_count.prompt_details.cache_write": "gen_ai.usage.cache_creation.input_tokens",
}
_MESSAGE = re.compile(
    r"llm\.input_messages\.(\d{1,9})\.message\.(role|content|contents\.\d{1,9}\.message_content\.text)"
)
_METHOD = re.compile(r"\.(?:a?run|a?invoke|_execute_core|kickoff|on_messages(?:_stream)?)$")  # behind a class's name
_PYDANTIC_RUN = re.compile(r".* run(?: \{.*)?")
_PENDING = "pending_span"  # Logfire's word that a span has begun; the span itself follows
_CLAUDE_TOKENS = {
    "output_tokens": "gen_ai.usage.output_tokens",
    "cache_read_tokens": "gen_ai.usage.cache_read.input_tokens",
    "cache_creation_tokens": "gen_ai.usage.cache_creation.input_tokens",
}


_COPILOT = "github.copilot.default"  # a whole turn of Copilot's, which nobody spawned


def operation_of(name: str, told: Mapping[str, Any]) -> str | None:
    """Return the operation of a span in one of these dialects, empty where it matters to none; None for any other."""
    if told.get("logfire.span_type") == _PENDING:
        return ""
    if name.startswith(CLAUDE_CODE):
        return _claudes_operation(name.removeprefix(CLAUDE_CODE), told)
    if told.get("gen_ai.agent.id") == _COPILOT:
        return ""
    if "gen_ai.operation.name" in told:
        return None
    if isinstance(kind := told.get(_KIND), str):
        return _OPERATIONS.get(kind.upper(), "")
    return AGENT_CALL if "agent_name" in told and _PYDANTIC_RUN.fullmatch(name) else None


def as_conventions(name: str, told: dict[str, Any]) -> dict[str, Any]:
    """Return a span's attributes with those of a dialect under the conventions' names too."""
    if name.startswith(CLAUDE_CODE):
        return {**_claudes(told), **told}
    if _KIND not in told:
        return told
    renamed: dict[str, Any] = {}
    for field, value in told.items():
        if field in _NAMES:
            renamed[_NAMES[field]] = value
        elif message := _MESSAGE.fullmatch(field):
            number, part = message.groups()
            renamed[f"gen_ai.prompt.{number}.{'role' if part == 'role' else 'content'}"] = value
    if told[_KIND] == "AGENT" and "gen_ai.agent.name" not in renamed and _METHOD.search(name):
        renamed["gen_ai.agent.name"] = _METHOD.sub("", name)
    return {**renamed, **told}


def _claudes_operation(kind: str, told: Mapping[str, Any]) -> str:
    if kind == "llm_request":
        return MODEL_CALL
    return AGENT_CALL if kind == "tool" and told.get("tool_name") in SPAWN_TOOLS else ""


def _claudes(told: Mapping[str, Any]) -> dict[str, Any]:
    renamed: dict[str, Any] = {ours: told[theirs] for theirs, ours in _CLAUDE_TOKENS.items() if theirs in told}
    if isinstance(told.get("input_tokens"), int):  # without those of the cache, which the conventions count in
        cached = (told.get(field) for field in ("cache_read_tokens", "cache_creation_tokens"))
        renamed["gen_ai.usage.input_tokens"] = told["input_tokens"] + sum(n for n in cached if isinstance(n, int))
    if "model" in told:
        renamed["gen_ai.response.model"] = told["model"]
    if told.get("tool_name") in SPAWN_TOOLS:
        renamed["gen_ai.agent.name"] = told.get("subagent_type") or GENERAL
    return renamed


def is_claudes(told: Mapping[str, Any]) -> bool:
    """Tell whether a span, by what is kept of it, is Claude Code's."""
    return "span.type" in mapping(told)
