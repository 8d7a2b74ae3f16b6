"""How an agent in the background reports: notifications, TaskOutput and TaskStop."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.ingest.claude_code.reports import OUTAGES, UNFINISHED, error_kind, report_kind
from pipelines.ingest.values import MAX_COUNT, MAX_INTEGER, count, identifier, mapping, name, text

DONE = {"completed"}
STOPPED = {"killed", "stopped", "cancelled", "canceled"}
_OPENING = "<task-notification>"
_PREFIX = "[SYSTEM NOTIFICATION"  # what some versions put before it
_FAILED = '" failed:'  # in a summary, behind the agent's title and before the reason
_SHELL_SUMMARY = "<summary>Background command"  # a shell's notice has an agent's shape


@dataclass(frozen=True)
class Notice:
    """The end of an agent that ran in the background."""

    agent_id: str
    status: str
    report: str
    summary: str = ""
    error: str = ""
    is_parents_doing: bool = False
    tool_use_id: str = ""
    tokens: int | None = None
    tool_uses: int | None = None
    duration_ms: int | None = None

    @property
    def words(self) -> str:
        """What was said, if only in the summary."""
        return self.report.strip() or self.error or self.summary

    @property
    def reason(self) -> str:
        """Why it ended, where that is said; a summary begins with a title: `Agent "Mend it" failed: ...`."""
        begins_so = self.summary.lower().startswith("api error")
        return self.error or (self.summary if begins_so else self.summary.partition(_FAILED)[2].strip())


def is_notification(words: str) -> bool:
    """Tell whether the harness says it, of an agent or of a shell, and not the user."""
    return words.lstrip().startswith((_OPENING, _PREFIX))


def from_notifications(words: str) -> Iterator[Notice]:
    """Read each <task-notification> of an agent in a text; a shell's has the same shape and is left out."""
    if is_notification(words):
        for said in words.split(_OPENING)[1:]:
            if notice := _from_notification(said):
                yield notice


def _from_notification(words: str) -> Notice | None:
    if _SHELL_SUMMARY in words[:2_000]:
        return None
    head, _, tail = words.partition("<result>")
    report, _, tail = tail.rpartition("</result>")
    fields = head + tail
    agent_id, status = identifier(_field(fields, "task-id")), name(_field(fields, "status"))
    if not agent_id or not status or status in UNFINISHED:
        return None
    tool_use_id = identifier(_field(fields, "tool-use-id"))
    return Notice(
        agent_id=agent_id,
        status=status,
        report=report,
        summary=text(_field(fields, "summary")),
        tool_use_id="" if "REDACTED" in tool_use_id else tool_use_id,
        tokens=_number(_field(fields, "total_tokens")),
        tool_uses=_number(_field(fields, "tool_uses"), MAX_INTEGER),
        duration_ms=_number(_field(fields, "duration_ms")),
    )


def from_task_result(result: Mapping[str, Any]) -> Notice | None:
    """Read the result of TaskOutput or TaskStop; None where the agent still runs, or it is a shell's."""
    task = mapping(result.get("task"))
    agent_id, status = identifier(task.get("task_id")), name(task.get("status"))
    kind = name(task.get("task_type"))
    if not agent_id:
        return _stopped(result)
    if not status or status in UNFINISHED or not kind.endswith("agent"):
        return None
    report = text(task.get("result")) or text(task.get("output"))
    return Notice(agent_id, status, report, error=text(task.get("error")))


def signal_of(notice: Notice) -> str:
    """Return the signal that the notice stands for. A harness may call failed what was done and used."""
    if notice.status in STOPPED:
        return "task_stopped" if notice.is_parents_doing else "run_stopped"
    kind = error_kind(notice.reason) if notice.reason else ""
    if kind in OUTAGES:
        return kind
    has_ended_well = notice.status in DONE or notice.report.strip()
    return report_kind(notice.report, notice.tokens) if has_ended_well else "run_failed"


def _stopped(result: Mapping[str, Any]) -> Notice | None:
    is_agent = name(result.get("task_type")).endswith("agent") and "message" in result
    agent_id = identifier(result.get("task_id"))
    return Notice(agent_id, "stopped", "", is_parents_doing=True) if is_agent and agent_id else None


def _field(words: str, field: str) -> str:
    """Return what stands between a field's tags; not by an expression, which hostile text makes slow."""
    value, closing, _ = words.partition(f"<{field}>")[2].partition(f"</{field}>")
    return value.strip() if closing else ""


def _number(digits: str, most: int = MAX_COUNT) -> int | None:
    return count(int(digits), most) if digits.isdecimal() and len(digits) < 16 else None
