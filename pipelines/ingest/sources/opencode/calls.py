"""A call of opencode's task tool: what was asked, which session it led to, and how it ended."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from pipelines.ingest.sources.claude_code.reports import error_kind, report_kind
from pipelines.ingest.sources.opencode.database import Row, data_of
from pipelines.ingest.values import mapping, milliseconds, reference, text

_RESULT = re.compile(r"<task_result>\n?(.*?)\n?</task_result>", re.DOTALL)
_ENVELOPE = re.compile(r"<task_metadata>.*", re.DOTALL)  # of earlier versions, after the report
_RUNS_ON = re.compile(r'<task [^>]*state="(?:running|pending)"')
_ERRORS = {
    "ProviderAuthError": "login_expired",
    "APIError": "api_error",
    "ContextOverflowError": "api_error",
    "MessageAbortedError": "user_interrupted",
    "MessageOutputLengthError": "run_stopped",
}


class Answer(NamedTuple):
    """How a spawn ended; `signal` is by the names in outcome_rules.csv."""

    status: str
    signal: str
    ended_ms: int | None = None
    error: str | None = None


class TaskCall(NamedTuple):
    """One part of a message that calls the task tool."""

    number: int
    id: str
    session: str
    message: str
    call_id: str
    child: str  # the agent's session; empty where there is none yet
    started_ms: int
    updated_ms: int
    asked: Mapping[str, Any]
    state: Mapping[str, Any]

    @classmethod
    def of(cls, row: Row) -> "TaskCall | None":
        """Return the call in a row; None where it holds something else."""
        data = data_of(row)
        if data.get("type") != "tool" or data.get("tool") != "task":
            return None
        state = mapping(data.get("state"))
        started = milliseconds(mapping(state.get("time")).get("start")) or milliseconds(row["time_created"]) or 0
        return cls(
            number=int(row["number"]),
            id=str(row["id"]),
            session=str(row["session_id"]),
            message=str(row["message_id"]),
            call_id=reference(data.get("callID")),
            child=reference(mapping(state.get("metadata")).get("sessionId")),
            started_ms=started,
            updated_ms=milliseconds(row["time_updated"]) or started,
            asked=mapping(state.get("input")),
            state=state,
        )

    @property
    def ended_ms(self) -> int | None:
        """When the agent had to be done; None while it runs, in the background too."""
        if self.state.get("status") not in ("completed", "error") or _RUNS_ON.match(text(self.state.get("output"))):
            return None
        return milliseconds(mapping(self.state.get("time")).get("end"))

    def answer(self, tokens: int | None, last_error: Mapping[str, Any]) -> Answer | None:
        """Return what came back; None while nothing has. An error of the agent's last message explains silence."""
        ended, status = self.ended_ms, text(self.state.get("status"))
        if ended is None:
            return None
        if status == "error":
            error = text(self.state.get("error")) or "error"
            kind = error_kind(error)
            if kind == "tool_error" and not self.child:
                kind = "launch_failed"
            return Answer(status, kind, ended, error)
        report = report_of(text(self.state.get("output")))
        if not report and last_error:
            return failed(last_error, ended)
        return Answer(status, report_kind(report, tokens), ended)


def report_of(output: str) -> str:
    """Return the agent's words in a result of the task tool."""
    found = _RESULT.search(output)
    return (found[1] if found else _ENVELOPE.sub("", output)).strip()


def failed(error: Mapping[str, Any], ended_ms: int | None) -> Answer:
    """Return the end that an error of the agent's own last message stands for."""
    kind, words = text(error.get("name")), text(mapping(error.get("data")).get("message"))
    signal = error_kind(words)
    if signal == "tool_error":
        signal = _ERRORS.get(kind, "run_failed")
    return Answer("error", signal, ended_ms, words or kind or "error")
