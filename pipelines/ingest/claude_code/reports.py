"""What an agent's final report, or the error in its place, tells about how the spawn went.

Only forms that the harness itself writes, or sentences that leave no doubt, count: a reviewer that finds faults and a
researcher that finds nothing have succeeded. What each signal is worth is for the outcome rules to say.
"""

import re

from pipelines.ingest.claude_code.refusals import HEAD, says_refused, says_tool_is_missing
from pipelines.ingest.values import items, mapping, text

LAUNCHED = {"async_launched", "remote_launched", "teammate_spawned"}
UNFINISHED = LAUNCHED | {"running", "pending", "queued", "in_progress", "not_ready"}
RETURNED = "result_returned"
OUTAGES = {"usage_limit", "login_expired", "api_error"}
MAX_ERROR = 500
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
    (
        "user_interrupted",
        r"interrupted by (?:the )?user|request (?:was )?(?:interrupted|cancel+ed)|abort(?:ed|error)\b",
    ),
    ("sibling_failed", r"(?:sibling|parallel) tool call.{0,200}errored|cancel+ed: (?:parallel|sibling)"),
    (
        "launch_failed",
        r"agent type .{0,120}not found|inputvalidationerror|no such tool available|(?:unknown|invalid) agent"
        r"|agent .{0,120}(?:not found|does not exist|is not available|not allowed)"
        r"|model .{0,80}(?:not found|not available|not supported|is invalid)"
        r"|(?:create|set up) .{0,30}worktree|team .{0,60}(?:does not exist|not found)"
        r"|permission to use \w+ .{0,80}denied|hook .{0,80}(?:denied|blocked|error)|denied by|plan mode"
        r"|(?:subagents?|nested|teammates?) .{0,60}(?:cannot|can't|may not|not allowed)|maximum .{0,30}(?:depth|agents)"
        r"|permission for this action .{0,40}denied|already leading|required mcp servers? .{0,60}not available"
        r"|cannot resume",
    ),
    # The harness's own faults, some of which struck when the work was done.
    ("run_failed", r"is not defined\b|cannot read propert|missing due to internal error|is not a function\b"),
    ("usage_limit", _LIMIT),
    ("login_expired", _LOGIN),
    ("api_error", rf"\b(?:{_PROVIDER})"),
)
# As a result that claims to be one. What the harness says for itself is short, or begins with its name for it: a
# report may well be about rate limits, expired tokens or API errors.
STUB = 300
_FALSE_RESULTS = _kinds(
    ("user_interrupted", r"^\[request interrupted by user"),
    ("empty_report", r"^\(subagent completed but returned no output\.?\)"),
    (
        "login_expired",
        r"^(?:failed to authenticate\b|oauth token (?:has )?(?:expired|been revoked)|please run /login"
        r"|(?:not logged in|invalid api key)\s*(?:[\u00b7\u2219]|$)"
        r"|your (?:account|organization) does not have access to claude|this organization has been disabled)",
    ),
    (
        "usage_limit",
        r"^(?:you['\u2019]?ve (?:hit|reached|exceeded) your\b|you['\u2019]re out of (?:extra )?usage"
        r"|(?:claude |ai |5-hour |session |weekly |opus |sonnet |usage )+limit reached\s*(?:[|\u00b7\u2219.]|$)"
        r"|credit balance is too low|usage credits required)",
    ),
    (
        "api_error",
        r"^(?:(?:prompt is too long|overloaded|internal server error|connection error|no response requested)\W*$"
        r"|request timed out\W*(?:$|check)|request rejected \(\d|server is temporarily limiting requests"
        r"|unable to connect to api|error: \d{3}\b|there's an issue with the selected model"
        r"|no assistant messages? found|claude \w+ is experiencing high load)",
    ),
)
_API_ERROR = re.compile(r"api error(?::|\s*\(|\s+\d{3}\b)", re.IGNORECASE)


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
    head, is_short = report[:HEAD], len(report) < SHORT_REPORT
    if _API_ERROR.match(head):
        return next((kind for kind, pattern in _ERRORS if kind in OUTAGES and pattern.search(head)), "api_error")
    if len(report) <= STUB:
        said = next((kind for kind, pattern in _FALSE_RESULTS if pattern.search(head)), None)
        if said:
            return said
    if tokens == 0 and is_short:
        return "zero_tokens"
    if not report:
        return "empty_report"
    if is_short and says_refused(report):
        return "permission_denied"
    return "tool_unavailable" if says_tool_is_missing(report) else RETURNED
