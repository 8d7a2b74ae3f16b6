"""What the events of a session say of one sub-agent."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipelines.ingest.sources.claude_code.reports import error_kind, outage_kind, report_kind
from pipelines.ingest.values import count, mapping, text

STARTED, COMPLETED, FAILED = "subagent.started", "subagent.completed", "subagent.failed"
# The answer to a call in the background: the agent goes on, and reports elsewhere.
_IN_BACKGROUND = re.compile(r"Agent started in background with agent_id:\s*([\w.-]+)")
_REJECTED = {"rejected", "denied", "permission_denied", "user_rejected"}
_PROVIDER = re.compile(r"\bCAPIError\b|\b[45]\d\d\b|model endpoints|rate.?limit|model call failed", re.IGNORECASE)


def background_id(words: str) -> str:
    """Return the runtime's id of an agent that was started in the background; empty where none was."""
    found = _IN_BACKGROUND.match(words)
    return found[1].rstrip(".") if found else ""


@dataclass
class SubAgent:
    """One spawn, as far as it is known by now."""

    line: int
    tool: str = ""
    parent: str = ""  # the call by which its spawner was spawned; empty where that is the session
    parent_model: str | None = None
    has_lived: bool = False
    total_tokens: int | None = None
    _asked: dict[str, Any] = field(default_factory=dict)
    _told: dict[str, Any] = field(default_factory=dict)
    _seen: Counter[str] = field(default_factory=Counter)
    _spawned_at: object = None
    _ended_at: object = None
    _end: str = ""  # completed, failed or cancelled
    _error: str = ""
    _answer: str | None = None  # of the call; None as long as none came

    def asked(self, tool: str, arguments: Mapping[str, Any], at: object) -> None:
        """Take the call, in the message that asks for it or as it is carried out."""
        self.tool = self.tool or tool
        self._asked |= {name: value for name, value in arguments.items() if isinstance(value, str) and value}
        self._spawned_at = self._spawned_at or at

    def saw(self, model: str) -> None:
        """Take a message of the agent's own model."""
        self._seen[model] += 1

    def lived(self, kind: str, told: Mapping[str, Any], at: object) -> None:
        """Take word that the agent started or ended; a later one knows more."""
        self.has_lived = True
        self._spawned_at = self._spawned_at or at
        self._told |= {name: value for name, value in told.items() if value not in (None, "")}
        self.total_tokens = count(told.get("totalTokens")) if "totalTokens" in told else self.total_tokens
        if kind == STARTED:
            return
        error = told.get("error")
        self._error = text(error) or text(mapping(error).get("message")) or self._error
        self.ended("cancelled" if told.get("cancelled") is True else kind.rpartition(".")[2], at)

    def ended(self, status: str, at: object) -> None:
        """Take the end; of a failure that is told twice the first time counts."""
        if status in ("completed", "failed", "cancelled") and not self._end:
            self._end, self._ended_at = status, at

    def returned(self, told: Mapping[str, Any], words: str, at: object) -> None:
        """Take the answer to the call: a report, an error, or that the agent goes on in the background."""
        if background_id(words):
            return
        self._answer = words
        if told.get("success") is False:
            error = mapping(told.get("error"))
            is_rejected = text(error.get("code")).lower() in _REJECTED
            refusal = "user rejected tool use" if is_rejected else text(error.get("message")) or words
            self._error = self._error or refusal or "error"
            self._end = self._end if self._end == "cancelled" else "failed"
        self._end = self._end or "completed"
        self._ended_at = self._ended_at or at

    def values(self) -> dict[str, Any] | None:
        """Return the fields of a record; None where it is not known when it was spawned."""
        if self._spawned_at is None:
            return None
        asked, told = self._asked, self._told
        title = asked.get("description", "")
        return {
            "agent": text(told.get("agentName")) or asked.get("agent_type") or self._name_of_tool(),
            "title": title,
            "task": asked.get("prompt") or title or text(told.get("agentDescription")),
            "spawned_at": self._spawned_at,
            "finished_at": self._ended_at,
            "model": self._model(),
            "model_requested": asked.get("model"),
            "model_parent": self.parent_model,
            "status": self._end or None,
            "error": self._error or None if self._end == "failed" else None,
            "duration_ms": count(told.get("durationMs")),
            "tool_uses": count(told.get("totalToolCalls")),
            "signals": (self._signal(),),
        }

    def _name_of_tool(self) -> str:
        return "general-purpose" if self.tool == "task" else self.tool or "unknown"

    def _model(self) -> str | None:
        """Return the model of most of the agent's messages, else the one that Copilot says it ran on."""
        if self._seen:
            return max(self._seen, key=lambda model: (self._seen[model], model))
        return (text(self._told.get("model")) or None) if self.has_lived else None

    def _signal(self) -> str:
        """Return how it went: by what came back, as an agent that `completed` may have done nothing."""
        match self._end:
            case "":
                return "no_result"
            case "cancelled":
                return "run_stopped"
            case "failed":
                return self._failure()
        if self._answer is None:
            return "zero_tokens" if self.total_tokens == 0 else "no_result"
        return report_kind(self._answer, self.total_tokens)

    def _failure(self) -> str:
        kind = error_kind(self._error)
        if kind != "tool_error":
            return kind
        if not self.has_lived:
            return "launch_failed"
        return outage_kind(self._error) if _PROVIDER.search(self._error) else "run_failed"
