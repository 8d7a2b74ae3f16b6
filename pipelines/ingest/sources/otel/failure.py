"""How an agent's span failed, where it says that it did, and whose fault that is.

What broke an agent off is rarely its own fault: most errors are the provider's, and one that was cancelled, or waits
for a person's approval, has not failed at all.
"""

import re
from typing import NamedTuple

from pipelines.ingest.sources.otel.otlp import Span, as_text

HEAD = 400  # characters in which an error says what it is
_OK = (1, "1", "STATUS_CODE_OK")
_ERROR = (2, "2", "STATUS_CODE_ERROR")
_STOPPED = re.compile(
    r"cancel+ed|(?:keyboard|graph|node)interrupt|generatorexit|\babort(?:ed|error)\b|calldeferred|approvalrequired",
    re.IGNORECASE,
)
_PROVIDER = re.compile(
    r"timed? ?out|time-?out|rate.?limit|throttl|too.?many.?requests|quota|resource.?exhausted|overloaded|unavailable"
    r"|connection|(?:internal.?|\b)server.?error|bad.?gateway|bad.?request|\bapi\w*error|authenti|unauthori[sz]ed"
    r"|(?:permission|access).?denied|api.?key|context.?(?:length|window)|prompt is too long"
    r"|\b(?:error|status|http)(?:[ _]?code)?[ _:=(]{1,3}[45]\d\d\b|^[45]\d\d\b",
    re.IGNORECASE,
)


class Failure(NamedTuple):
    """What the error says, and the signal that it stands for."""

    message: str
    signal: str


def failure_of(span: Span) -> Failure | None:
    """Return the span's failure, None where it does not plainly tell of one."""
    code, kind = span.status.get("code"), as_text(span.attributes.get("error.type")) or ""
    if code not in _ERROR and (not kind or code in _OK):
        return None
    thrown = next((event.attributes for event in reversed(span.events) if event.name == "exception"), {})
    kind = kind or as_text(thrown.get("exception.type")) or ""
    message = as_text(span.status.get("message")) or as_text(thrown.get("exception.message")) or kind or "error"
    return Failure(message, _signal(f"{kind} {message[:HEAD]}".strip()))


def _signal(words: str) -> str:
    if _STOPPED.search(words):
        return "run_stopped"
    return "api_error" if _PROVIDER.search(words) else "tool_error"
