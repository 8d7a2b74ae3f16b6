"""How an agent in the background reports: notifications, TaskOutput and TaskStop."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from pipelines.ingest.signals.signal_names import OUTAGES, RETURNED
from pipelines.ingest.sources.claude_code.harness_notes import HAND_BACK
from pipelines.ingest.sources.claude_code.reports import API_ERROR, UNFINISHED, error_kind, report_kind
from pipelines.ingest.values import MAX_COUNT, MAX_INTEGER, count, identifier, items, mapping, name, text

DONE = {"completed"}
MAX_AGENTS = 50  # that one notice may name
STOPPED = {"killed", "stopped", "cancelled", "canceled"}
_OPENING = "<task-notification>"
_PREFIX = "[SYSTEM NOTIFICATION"  # what some versions put before it, others in a reminder
_REMINDER = "<system-reminder>"
_MESSAGE = '<agent-message from="'
_TEAMMATE = "<teammate-message"
_ANOTHERS = ("Another Claude session sent", _MESSAGE, _TEAMMATE, "<cross-session-message")
_FAILED = '" failed:'  # in a summary, behind the agent's title and before the reason
# Older versions left the report in a file, and said where.
_IN_A_FILE = re.compile(
    r"(?:full transcript|output) (?:is )?available (?:at|in)|output file to retrieve", re.IGNORECASE
)
# The notice of a shell, or of one that only watches, has an agent's shape.
_NOT_AGENTS = re.compile(r"<summary>(?:Background command|Monitor\b|\d+ background shell)")


@dataclass(frozen=True)
class Notice:
    """The end of an agent that ran in the background."""

    agent_id: str
    status: str
    report: str
    summary: str = ""
    error: str = ""
    is_parents_doing: bool = False
    is_teammates: bool = False
    is_delivered_elsewhere: bool = False  # it says that the agent is done, and not what it reports
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
        if self.error or API_ERROR.match(self.summary):
            return self.error or self.summary
        return "" if self.status in DONE else self.summary.partition(_FAILED)[2].strip()


def is_notification(words: str) -> bool:
    """Tell whether the harness says it, of an agent or of a shell, and not the user."""
    return words.lstrip().removeprefix(_REMINDER).lstrip().startswith((_OPENING, _PREFIX))


def is_anothers(words: str) -> bool:
    """Tell whether the harness or another agent says it in the user's place."""
    return is_notification(words) or words.lstrip().startswith(_ANOTHERS)


def from_notifications(words: str) -> Iterator[Notice]:
    """Read each <task-notification> of an agent in a text, or the report that it hands back.

    A shell's notification has the same shape and is left out.
    """
    if words.lstrip().startswith(_ANOTHERS):
        for said in words.split(_MESSAGE)[1:]:
            agent_id, _, report = said.partition('">')
            if report.lstrip().startswith(HAND_BACK):
                yield Notice(identifier(agent_id), "completed", report.rpartition("</agent-message>")[0] or report)
    if is_notification(words):
        for said in words.split(_OPENING)[1:]:
            yield from _from_notification(said)


def from_teammates(words: str) -> Iterator[Notice]:
    """Read each report of a team's agent to the one that spawned it; what its harness says for it is none."""
    if not words.lstrip().startswith(_ANOTHERS):
        return
    for said in words.split(_TEAMMATE)[1:]:
        head, _, body = said.partition(">")
        yield from _from_teammate(_teammate_id(head), body.partition("</teammate-message>")[0])


def from_mailbox(attachment: Mapping[str, Any]) -> Iterator[Notice]:
    """Read the reports of a team's agents in the mail that waited for the one that leads it."""
    if attachment.get("type") == "teammate_mailbox":
        for message in map(mapping, items(attachment.get("messages"))):
            yield from _from_teammate(text(message.get("from")), text(message.get("text")))


def _from_teammate(sender: str, said: str) -> Iterator[Notice]:
    """Read a message of a team's agent: a report, or the notice of its harness that it has ended its work."""
    member, report = identifier(sender).partition("@")[0], said.strip()
    if not member or not report:
        return
    told = _protocol(report)
    if told is None:
        yield Notice(member, "completed", report, is_teammates=True)
    elif told.get("type") == "idle_notification" and (told.get("from") or sender):
        has_failed = told.get("idleReason") == "failed" or told.get("completedStatus") == "failed"
        result, reason = text(told.get("result")).strip(), text(told.get("failureReason"))
        if has_failed:
            yield Notice(member, "failed", result, error=reason, is_teammates=True)
        elif result or told.get("completedStatus") == "resolved":
            report = result or text(told.get("summary")) or "Done."
            yield Notice(member, "completed", report, is_teammates=True)


def _teammate_id(head: str) -> str:
    return head.partition('teammate_id="')[2].partition('"')[0]


def _protocol(report: str) -> Mapping[str, Any] | None:
    """Return the data by which a team's harnesses talk: that one is idle, or may be shut down; None for words."""
    if not report.startswith("{"):
        return None
    try:
        told = mapping(orjson.loads(report))
    except orjson.JSONDecodeError:
        return None
    return told if "type" in told else None


def _from_notification(words: str) -> Iterator[Notice]:
    """Read a notice; one of agents that a session left behind may name several."""
    head, has_report, tail = words.partition("<result>")
    report, _, tail = tail.rpartition("</result>")
    fields = head + tail
    status = name(_field(fields, "status"))
    ids = head.partition("<summary>")[0].split("<task-id>")[1 : MAX_AGENTS + 1]
    agents = [identifier(each.partition("</task-id>")[0]) for each in ids]
    if not status or status in UNFINISHED or _NOT_AGENTS.search(words[:2_000]):
        return
    tool_use_id = identifier(_field(fields, "tool-use-id"))
    for agent_id in filter(None, agents):
        yield Notice(
            agent_id=agent_id,
            status=status,
            report=report,
            summary=text(_field(fields, "summary")),
            is_delivered_elsewhere=not has_report and bool(_IN_A_FILE.search(words[-1_000:])),
            tool_use_id="" if "REDACTED" in tool_use_id or len(agents) > 1 else tool_use_id,
            tokens=_number(_field(fields, "total_tokens") or _field(fields, "subagent_tokens")),
            tool_uses=_number(_field(fields, "tool_uses"), MAX_INTEGER),
            duration_ms=_number(_field(fields, "duration_ms")),
        )


def from_task_result(result: Mapping[str, Any]) -> Notice | None:
    """Read the result of TaskOutput or TaskStop; None where the agent still runs, or it is a shell's."""
    task = mapping(result.get("task")) or _only_agent(result)
    agent_id, status = identifier(task.get("task_id")), name(task.get("status"))
    kind = name(task.get("task_type"))
    if not agent_id:
        return _stopped(result)
    if not status or status in UNFINISHED or not kind.endswith(("agent", "teammate")):
        return None
    report = text(task.get("result")) or text(task.get("output"))
    return Notice(agent_id, status, report, error=text(task.get("error")))


def from_task_words(words: str) -> Notice | None:
    """Read the result of TaskOutput where a log keeps only its words."""
    if not words.lstrip().startswith("<retrieval_status>"):
        return None
    head, _, tail = words.partition("<output>")
    task = {kind: _field(head, kind) for kind in ("task_id", "task_type", "status")}
    return from_task_result(
        {"task": task | {"output": tail.rpartition("</output>")[0] or tail, "error": _field(head, "error")}}
    )


def signal_of(notice: Notice) -> str:
    """Return the signal that the notice stands for. A harness may call failed what was done and used."""
    if notice.status in STOPPED:
        return "task_stopped" if notice.is_parents_doing else "run_stopped"
    kind = error_kind(notice.reason) if notice.reason else ""
    if kind in OUTAGES:
        return kind
    if notice.is_delivered_elsewhere and notice.status in DONE and notice.tokens != 0:
        return RETURNED
    has_ended_well = notice.status in DONE or notice.report.strip()
    return report_kind(notice.report, notice.tokens) if has_ended_well else "run_failed"


def _only_agent(result: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the agent that an older tool was asked for, as the newer tells of it."""
    agents = mapping(result.get("agents"))
    if "retrieval_status" not in result or len(agents) != 1:
        return {}
    agent_id, agent = next(iter(agents.items()))
    return {**mapping(agent), "task_id": agent_id, "task_type": "local_agent"}


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
