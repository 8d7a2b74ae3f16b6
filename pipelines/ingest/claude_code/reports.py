"""What an agent's final report, or the error in its place, tells about how the spawn went.

Only forms that the harness itself writes, or sentences that leave no doubt, count: a reviewer that finds faults and a
researcher that finds nothing have succeeded. What each signal is worth is for the outcome rules to say.
"""

import re

from pipelines.ingest.values import items, mapping, text

LAUNCHED = {"async_launched", "remote_launched", "teammate_spawned"}
UNFINISHED = LAUNCHED | {"running", "pending", "queued", "in_progress", "not_ready"}
RETURNED = "result_returned"
OUTAGES = {"usage_limit", "login_expired", "api_error"}
MAX_ERROR = 500
HEAD = 400  # characters in which an error or a refusal says what it is
SHORT_REPORT = 2_000  # characters; a longer report has work in it, whatever it says of a refused step


def _kinds(*rules: tuple[str, str]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((kind, re.compile(pattern, re.IGNORECASE | re.DOTALL)) for kind, pattern in rules)


_LIMIT = (
    r"you'?ve (?:hit|reached|exceeded) your|\b(?:usage|rate|session|weekly|daily|5-hour|opus|spending) limit\b"
    r"|\blimit reached|credit balance|quota exceeded|out of (?:extra )?usage"
)
_LOGIN = r"oauth token|please run /login|authentication_error|not logged in|invalid api key|token (?:has )?expired"
_PROVIDER = (
    r"api error|overloaded|internal server error|connection error|request timed out|prompt is too long"
    r"|issue with the selected model|not_found_error|no (?:assistant messages?|response requested)"
    r"|\{\"type\":\s*\"error\"|error: \d{3}\b"
)
# In place of a result; the first that fits.
_ERRORS = _kinds(
    ("user_rejected", r"user rejected|doesn't want to (?:proceed|take this action)|user (?:declined|denied|refused)"),
    ("user_interrupted", r"interrupted by (?:the )?user|request (?:was )?(?:interrupted|aborted|cancel+ed)"),
    ("sibling_failed", r"(?:sibling|parallel) tool call.{0,200}errored|cancel+ed: (?:parallel|sibling)"),
    (
        "launch_failed",
        r"agent type .{0,120}not found|inputvalidationerror|no such tool available|(?:unknown|invalid) agent"
        r"|agent .{0,120}(?:not found|does not exist|is not available|not allowed)"
        r"|model .{0,80}(?:not found|not available|not supported|is invalid)"
        r"|(?:create|set up) .{0,30}worktree|team .{0,60}(?:does not exist|not found)"
        r"|permission to use \w+ .{0,80}denied|hook .{0,80}(?:denied|blocked|error)|denied by|plan mode"
        r"|(?:subagents?|nested) .{0,60}(?:cannot|can't|may not|not allowed)|maximum .{0,30}(?:depth|agents)",
    ),
    ("usage_limit", _LIMIT),
    ("login_expired", _LOGIN),
    ("api_error", rf"\b(?:{_PROVIDER})"),
)
# As a result that claims to be one. What the harness says for itself is short, or begins with its name for it: a
# report may well be about rate limits, expired tokens or API errors.
STUB = 300
_FALSE_RESULTS = _kinds(
    ("login_expired", r"oauth token (?:has )?(?:expired|been revoked)|please run /login|invalid api key|not logged in"),
    (
        "usage_limit",
        r"you'?ve (?:hit|reached|exceeded) your .{0,40}limit|^.{0,40}limit (?:has been )?(?:reached|exceeded)"
        r"|credit balance is too low|quota exceeded|out of (?:extra )?usage",
    ),
    (
        "api_error",
        r"^(?:prompt is too long|overloaded|internal server error|connection error|request timed out"
        r"|error: \d{3}\b|there's an issue with the selected model|no (?:assistant messages?|response requested))",
    ),
)
_API_ERROR = re.compile(r"api error(?::|\s*\(|\s+\d{3}\b)", re.IGNORECASE)
_CANNOT = r"\b(?:cannot|can't|can not|unable to|could not|couldn't|was(?:n't| not) able to|not allowed to|blocked)\b"
_DENIED = re.compile(
    r"auto(?:matically)?[- ]denied"
    r"|permissions? (?:to (?:use|run|write|edit) \S+ )?(?:has been|have been|was|were|is|are|keeps? being) (?:being )?"
    r"(?:denied|refused|rejected|blocked|not granted)"
    r"|denied (?:permission|access) to (?:use|run|write|edit|create|the)\b"
    r"|(?:don't|do not|didn't|did not) have (?:the )?(?:necessary |required )?permissions? to "
    r"(?:use|run|write|edit|create)"
    r"|(?:write|edit|bash|shell|tool)s? (?:tool |access |operation |command )?(?:permission|access|use|call)s? "
    r"(?:was|were|is|are|has been|have been|got) (?:denied|refused|rejected|blocked)"
    rf"|plan mode.{{0,120}}{_CANNOT}|{_CANNOT}.{{0,120}}plan mode"
    r"|plan mode (?:is (?:still )?active|prevents|forbids|restricts|prohibits|blocks|does not allow|doesn't allow)",
    re.IGNORECASE,
)
_REFUSED_IN_PLAN_MODE = re.compile(rf"plan mode.{{0,120}}{_CANNOT}|{_CANNOT}.{{0,120}}plan mode", re.IGNORECASE)
_NO_TOOL = re.compile(
    r"\b(?:tools?|mcp|server|connection)\b.{0,250}\b(?:(?:not|n't) (?:currently )?(?:available|accessible|connected"
    r"|present|reachable|responding|configured)|unavailable|inaccessible)",
    re.IGNORECASE | re.DOTALL,
)
_UNABLE = re.compile(_CANNOT, re.IGNORECASE)


def report_text(content: object) -> str:
    """Return the words of a tool result: a string, or its text blocks joined."""
    if isinstance(content, str):
        return text(content)
    return "\n".join(text(mapping(block).get("text")) for block in items(content))


def error_kind(message: str) -> str:
    """Return the signal that an error in place of a result stands for; `tool_error` where it is none of the known."""
    return next((kind for kind, pattern in _ERRORS if pattern.search(message[:HEAD])), "tool_error")


def report_kind(report: str, tokens: int | None) -> str:
    """Return the signal of a result that came back without an error flag; `tokens` as it reports them."""
    report = report.strip()
    head = report[:HEAD]
    is_api_error = bool(_API_ERROR.match(head))
    if is_api_error or len(report) <= STUB:
        said = next((kind for kind, pattern in _FALSE_RESULTS if pattern.search(head)), None)
        if said or is_api_error:
            return said or "api_error"
    if tokens == 0:
        return "zero_tokens"
    if not report:
        return "empty_report"
    if _REFUSED_IN_PLAN_MODE.search(head) or (len(report) < SHORT_REPORT and _DENIED.search(report)):
        return "permission_denied"
    return "tool_unavailable" if _UNABLE.search(head) and _NO_TOOL.search(head) else RETURNED
