"""What an agent's final report, or the error in its place, tells about how the spawn went.

Only forms that the harness itself writes, or sentences that leave no doubt, count: a reviewer that finds faults and a
researcher that finds nothing have succeeded. What each signal is worth is for the outcome rules to say.
"""

import re

from pipelines.ingest.signals.signal_names import OUTAGES, RETURNED
from pipelines.ingest.sources.claude_code.harness_notes import without_notes
from pipelines.ingest.sources.claude_code.refusals import (
    HEAD,
    NOT_STARTED,
    REFUSALS,
    says_refused,
    says_tool_is_missing,
)
from pipelines.ingest.values import items, mapping, text

LAUNCHED = {"async_launched", "remote_launched", "teammate_spawned"}
UNFINISHED = LAUNCHED | {"running", "pending", "queued", "in_progress", "not_ready", "waiting", "paused"}
MAX_ERROR = 500
SHORT_REPORT = 2_000  # characters; a longer report has work in it, whatever it says of a refused step


def _kinds(*rules: tuple[str, str]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((kind, re.compile(pattern, re.IGNORECASE | re.DOTALL)) for kind, pattern in rules)


_LIMIT = (
    r"you'?ve (?:hit|reached|exceeded) your|\b(?:usage|rate|session|weekly|daily|5-hour|opus|spending) limit\b"
    r"|\blimit reached|credit balance|quota exceeded|out of (?:extra )?usage"
)
_LOGIN = (
    r"oauth token|please run /login|authentication[_ ]error|not logged in|invalid api key|token (?:has )?expired"
    r"|login expired|disabled organization|credentials expired"
)
_PROVIDER = (
    r"api error|overloaded|internal server error|connection error|request timed out|prompt is too long"
    r"|issue with the selected model|not_found_error|no (?:assistant messages?|response requested)"
    r"|agent stalled|request too large|\{\"type\":\s*\"error\"|error: \d{3}\b"
)
# In place of a result; the first that fits.
_ERRORS = _kinds(
    ("user_rejected", r"user rejected|doesn't want to (?:proceed|take this action)|user (?:declined|denied|refused)"),
    (
        "user_interrupted",
        r"interrupted by (?:the )?user|request (?:was )?(?:interrupted|cancel+ed)|abort(?:ed|error)\b",
    ),
    ("sibling_failed", r"(?:sibling|parallel) tool call.{0,200}errored|cancel+ed: (?:parallel|sibling)"),
    (NOT_STARTED, REFUSALS),
    # The harness's own faults, some of which struck when the work was done.
    ("run_failed", r"is not defined\b|cannot read propert|missing due to internal error|is not a function\b"),
    ("usage_limit", _LIMIT),
    ("login_expired", _LOGIN),
    ("api_error", rf"\b(?:{_PROVIDER})"),
)
# As a result that claims to be one. What the harness says for itself is short, or begins with its name for it, and its
# sentences end where it ends them: a report may well be about rate limits, expired tokens or API errors.
STUB = 300
_ENDS = r"\s*(?:[.\u00b7\u2219]|\|\d|$)"
_FALSE_RESULTS = _kinds(
    ("user_interrupted", r"^\[request interrupted by user[^\]]*\]\W*$"),
    (
        "empty_report",
        r"^(?:\(subagent completed but returned no output\.?\)\W*$"
        r"|the subagent ended without delivering a report through \w*handback)",
    ),
    (
        "login_expired",
        rf"^(?:failed to authenticate(?:{_ENDS}|: (?:api error|oauth))|please run /login{_ENDS}"
        rf"|oauth token (?:has )?(?:expired|(?:been )?revoked){_ENDS}"
        r"|(?:not logged in|login expired|invalid api key|authentication error)\s*(?:[\u00b7\u2219]|$)"
        rf"|your (?:account|organization) does not have access to claude|this organization has been disabled{_ENDS}"
        r"|your organization has disabled (?:api key|claude)[^\n]*\u00b7"
        r"|your (?:\w+_api_key belongs to a disabled organization|apikeyhelper script is failing)"
        r"|(?:aws|google cloud) (?:credentials expired or invalid|authentication failed)\W*$)",
    ),
    (
        "usage_limit",
        rf"^(?:you['\u2019]?ve (?:hit|reached|exceeded) your (?:[^.\n]{{0,60}} )?limit(?:{_ENDS}|,| \(| for )"
        rf"|you['\u2019]re out of (?:extra )?usage(?: credits)?{_ENDS}"
        rf"|(?:claude |ai |5-hour |session |weekly |opus |sonnet |usage )+limit reached{_ENDS}"
        rf"|credit balance is too low{_ENDS}|usage credits required(?:{_ENDS}| for ))",
    ),
    (
        "api_error",
        r"^(?:(?:api error|prompt is too long|overloaded|internal server error|connection error|no response requested"
        r"|repeated 529 overloaded errors|no assistant messages? found"
        r"|error: [45]\d\d(?: (?:overloaded|internal server error|too many requests|service unavailable))?)\W*$"
        rf"|error: [45]\d\d\s*\{{|request timed out(?:\W*$|\W+check your)|request rejected \(\d+\){_ENDS}"
        rf"|server is temporarily limiting requests(?: \(|{_ENDS})"
        rf"|unable to connect to api(?:{_ENDS}|\s*\(\w+\)|: ssl|: self| due to)"
        r"|there's an issue with the selected model \(|(?:claude )?(?:opus|sonnet|haiku|fable)[\w. ]{0,9} is "
        rf"experiencing high load(?:,|\W*$)|the model \S+ is not available on your \w+ deployment{_ENDS}"
        r"|(?:request|pdf) too large \(max [^)\n]*\)(?:\W*$|\. (?:double press|try) )"
        r"|image was too large\. (?:double press esc|try resizing)"
        r"|an image in the conversation exceeds the dimension limit for"
        r"|claude opus is not available with the claude pro plan)",
    ),
)
API_ERROR = re.compile(r"API Error(?::|\s*\(|\s+\d{3}\b)")
# Those who quote the error go on: in a paragraph or a list, or to a file. The body that an error brings may do so too.
_QUOTED = re.compile(
    r"\n\s*\n(?!request id)|\n\s*(?:[-*#|]|\d+\.) |[\w/]\.(?:py|[jt]sx?|go|rs|java|rb|css|html|md|json|ya?ml|png)\b",
    re.IGNORECASE,
)
_BODY = re.compile(r"[^\n]{0,200}?(?:\{[\"']|<[!a-z])", re.IGNORECASE)
# An agent that an outage ended, from 2.1.199 on: an error, or a note before what it had said until then.
_CUT_OFF = re.compile(r"(?:<tool_use_error>|error:\s)*agent terminated early due to an api error:", re.IGNORECASE)
_PARTIAL = "PARTIAL output recovered from the agent"
_TURN_LIMIT = re.compile(r"note: this agent stopped at its \d+-turn limit before finishing", re.IGNORECASE)


def report_text(content: object) -> str:
    """Return the words of a tool result: a string, or its text blocks joined."""
    if isinstance(content, str):
        return text(content)
    return "\n".join(text(mapping(block).get("text")) for block in items(content))


def outage_kind(words: str) -> str:
    """Return which of the outages an error of the provider's is."""
    return next((kind for kind, pattern in _ERRORS if kind in OUTAGES and pattern.search(words[:HEAD])), "api_error")


def error_kind(message: str) -> str:
    """Return the signal that an error in place of a result stands for; `tool_error` where it is none of the known."""
    if outage := _CUT_OFF.match(message) or API_ERROR.match(message):
        return outage_kind(message[outage.end() :])
    return next((kind for kind, pattern in _ERRORS if pattern.search(message[:HEAD])), "tool_error")


def report_kind(report: str, tokens: int | None) -> str:
    """Return the signal of a result that came back without an error flag; `tokens` as it reports them."""
    report = without_notes(report)
    is_short = len(report) < SHORT_REPORT
    if said := _said_in_its_place(report):
        return said
    if tokens == 0 and is_short:
        return "zero_tokens"
    if not report:
        return "empty_report"
    if is_short and says_refused(report):
        return "permission_denied"
    return "tool_unavailable" if says_tool_is_missing(report) else RETURNED


def _said_in_its_place(report: str) -> str:
    """Return the signal of what the harness says in a report's place, or of a part of one; empty where it is whole."""
    head = report[:HEAD]
    if API_ERROR.match(head) and (_BODY.match(head) or not _QUOTED.search(report)):
        return outage_kind(head)
    if (cut_off := _CUT_OFF.match(head)) and _PARTIAL in report:
        return outage_kind(report[cut_off.end() :].partition("\n")[0])
    if _TURN_LIMIT.match(head):
        return "turn_limit"
    stubs = _FALSE_RESULTS if len(report) <= STUB else ()
    return next((kind for kind, pattern in stubs if pattern.search(head)), "")
