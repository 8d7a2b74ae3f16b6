"""What an agent's final report, or the error in its place, tells about how the spawn went.

Only forms that the harness itself writes, or sentences that leave no doubt, count: a reviewer that finds faults and a
researcher that finds nothing have succeeded.
"""

import re

from pipelines.ingest.values import items, mapping, text

LAUNCHED = {"async_launched", "remote_launched", "teammate_spawned"}
UNFINISHED = LAUNCHED | {"running", "pending", "queued", "in_progress", "not_ready"}
RETURNED = "result_returned"
MAX_ERROR = 500
SHORT_REPORT = 2_000  # characters; a longer report has work in it, whatever it says of a refused step

_ERRORS = (
    ("user_rejected", r"user rejected|doesn't want to (?:proceed|take this action)|user declined"),
    ("user_interrupted", r"interrupted by (?:the )?user|request (?:was )?(?:interrupted|aborted|cancel+ed)"),
    ("sibling_failed", r"sibling tool call|cascad\w+ (?:error|failure)"),
    ("usage_limit", r"(?:usage|rate|session|weekly|spending) limit|limit reached|quota|credit balance"),
    ("login_expired", r"oauth token|token has expired|please run /login|authentication_error|invalid api key"),
    ("api_error", r"\bapi error|overloaded_error|internal server error|connection error|request timed out"),
    (
        "launch_failed",
        r"agent type .{0,80}not found|inputvalidationerror|no such tool available|unknown agent|"
        r"agent .{0,80}(?:not found|does not exist)|isolation|worktree|team .{0,60}(?:not exist|not found)|"
        r"denied by (?:permission|hook|policy)|permission to use \w+ .{0,80}denied|blocked by .{0,20}hook",
    ),
)
_ERROR_KINDS = tuple((kind, re.compile(pattern, re.IGNORECASE | re.DOTALL)) for kind, pattern in _ERRORS)

_API_ERROR = re.compile(r"\s*(?:API Error\b|Error: \d{3}\b|\{\"type\":\s*\"error\")", re.IGNORECASE)
_USAGE_LIMIT = re.compile(
    r"\s*(?:you'?ve (?:hit|reached) your|claude(?: ai)? usage limit|\w+ limit reached|(?:5-hour|weekly|session) limit)",
    re.IGNORECASE,
)
_LOGIN = re.compile(
    r"oauth token (?:has )?expired|please run /login|authentication_error|not logged in|invalid api key", re.IGNORECASE
)
_DENIED = re.compile(
    r"auto(?:matically)?[- ]denied|"
    r"permissions? (?:to use \S+ )?(?:has been|have been|was|were|is|are being|is being|keeps? being) denied|"
    r"denied (?:permission|access) to (?:use |run |write |edit |the )|"
    r"(?:don't|do not|didn't|did not) have (?:the )?permissions? to (?:use|run|write|edit|create|execute)|"
    r"(?:write|edit|bash|shell|tool) (?:tool |access |operations? |commands? )?(?:permission|access)s? "
    r"(?:was|were|is|are|has been|have been) (?:denied|blocked|refused|not granted)|"
    r"plan mode (?:is (?:still )?active|prevents|forbids|does not allow|doesn't allow|restricts|prohibits|blocks)|"
    r"(?:in|by) plan mode.{0,80}(?:cannot|can't|unable|not (?:allowed|permitted|able))|"
    r"(?:cannot|can't|unable to|not (?:allowed|permitted) to) .{0,80}(?:in|because of|due to) plan mode",
    re.IGNORECASE,
)
_UNAVAILABLE = re.compile(
    r"(?:tools?|server|mcp|integration)\b.{0,60}\b(?:is|are|was|were) (?:not|un)(?: currently)? ?"
    r"(?:available|accessible|connected|responding|reachable)",
    re.IGNORECASE,
)
_EDGE = 400  # characters at either end of a report in which a refusal counts


def report_text(content: object) -> str:
    """Return the words of a tool result: a string, or its text blocks joined."""
    if isinstance(content, str):
        return text(content)
    return "\n".join(text(mapping(block).get("text")) for block in items(content))


def error_kind(message: str) -> str:
    """Return the signal that an error in place of a result stands for; `tool_error` where it is none of the known."""
    head = message[:600]
    return next((kind for kind, pattern in _ERROR_KINDS if pattern.search(head)), "tool_error")


def report_kind(report: str, tokens: int | None) -> str:
    """Return the signal of a result that came back without an error flag; `tokens` as it reports them."""
    head = report[:_EDGE]
    if _USAGE_LIMIT.match(head):
        return "usage_limit"
    if _API_ERROR.match(head) or (len(report) < _EDGE and _LOGIN.search(head)):
        return "login_expired" if _LOGIN.search(head) else "api_error"
    if tokens == 0:
        return "zero_tokens"
    if len(report) < SHORT_REPORT and _DENIED.search(report):
        return "permission_denied"
    return RETURNED if report.strip() else "empty_report"
