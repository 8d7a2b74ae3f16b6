"""Tell from a line's first bytes that it says nothing of spawns, so that most of a transcript need not be parsed.

Nine bytes in ten are calls and results of ordinary tools, and the harness's own progress. Only the exact forms in
which Claude Code writes these are passed over; any other line is parsed. A line that is passed over must still end as
a line does. What is cheap to tell comes first: the first bytes, then the memory, and then all bytes of the line.
"""

import re

from pipelines.ingest.sources.claude_code.memory import Memory, remember
from pipelines.ingest.values import reference

HEAD = 1_500
SPAWN, PLAIN = "spawn", "plain"
# What they are asked and what they return is never about an agent.
PLAIN_TOOLS = {
    *("Bash", "Read", "Edit", "MultiEdit", "Write", "Grep", "Glob", "LS", "NotebookEdit", "ToolSearch"),
    *("WebFetch", "WebSearch", "TodoWrite", "TaskCreate", "TaskUpdate", "TaskList", "TaskGet", "AskUserQuestion"),
}

_MESSAGE = b'"message":{'
_MESSAGES = {"words": 1, "call": 1, "result": 1, "childs": 2}  # in a record of each form
OF_MODEL = {"words", "call"}  # messages of the main conversation's model, which took tokens
_OF_SESSION = b'"sessionId":'
_TYPE = b'"type":"'
_ID = rb'[^"\\]{1,200}'
_RESULT = rb'"message":\{"role":"user","content":\[\{"tool_use_id":"(?P<%s>' + _ID + rb')","type":"tool_result"'
_FORMS = re.compile(
    _TYPE + rb"(?:"
    rb'progress","data":\{(?:"type":"(?:bash|hook|mcp)_progress"|"message":\{"type":"user",'
    + _RESULT
    % b"childs"
    + rb")"
    rb'|user",' + _RESULT % b"result" + rb'|system","subtype":"(?:stop_hook_summary|turn_duration)"'
    rb'|(?P<snapshot>file-history-snapshot)","messageId":"'
    rb'|(?P<request>api-request-(?:blob|shape))",'  # what a request said, in full
    rb'|message","role":"assistant","content":\[\{"type":"(?:(?P<words>text|thinking)"'
    rb'|tool_use","id":"(?P<call>' + _ID + rb')","name":"(?:' + "|".join(sorted(PLAIN_TOOLS)).encode() + rb')"))'
)


def plain_kind(content: bytes, memory: Memory, is_agents_own: bool) -> str:
    """Return which form of a line that may be passed over this is, empty for any other line.

    Remembers of its calls what reading it would.
    """
    if content[-2:] != b"}\n":
        return ""
    form = _FORMS.match(content, content.find(_TYPE, 0, HEAD), HEAD)
    if not form:
        return ""
    kind, key = form.lastgroup, ""
    if kind in OF_MODEL:
        is_plain = not (memory.watched or is_agents_own) and _is_plain_message(content, kind)
    elif kind in ("childs", "result"):
        key = reference(form[kind].decode("utf-8", "replace"))
        is_plain = _is_plain_result(content, form, key, memory, is_agents_own)
    else:
        is_plain = kind != "request" or _MESSAGE not in content
    if not is_plain or b"\0" in content or _is_joined(content, form):
        return ""
    if kind == "call":
        remember(memory.unanswered, reference(form[kind].decode("utf-8", "replace")), PLAIN)
    elif kind == "result":
        del memory.unanswered[key]
    return kind or "other"


def _is_joined(content: bytes, form: re.Match[bytes]) -> bool:
    """Tell whether a second record begins on the line: each names its session once, a snapshot never."""
    kind = form.lastgroup
    if content.count(_OF_SESSION) > (kind != "snapshot"):
        return True
    # Where the first was cut before it named its session, there are two messages all the same.
    is_late = content.find(_OF_SESSION, 0, form.end()) < 0
    return is_late and kind in _MESSAGES and content.count(_MESSAGE) != _MESSAGES[kind]


def _is_plain_result(content: bytes, form: re.Match[bytes], key: str, memory: Memory, is_agents_own: bool) -> bool:
    """Tell whether what a plain tool has returned is the only result of its message, and no test's."""
    held = memory.unanswered.get(key)
    if form.lastgroup == "childs":
        is_plain = held != SPAWN
    else:
        is_links = not is_agents_own and content.find(b'"isSidechain":true', 0, HEAD) >= 0  # of an inline chain
        is_plain = held == PLAIN and key not in memory.tests and not is_links
    return is_plain and content.find(b'"tool_use_id":"', form.end()) < 0


def _is_plain_message(content: bytes, kind: str) -> bool:
    """Tell whether a message is of the main conversation, and calls nothing but the one plain tool."""
    return (
        content.find(b'"isSidechain":false', 0, HEAD) >= 0
        # A child's message stands in a progress line of the conversation just so.
        and content.find(b'"type":"assistant"', -HEAD) >= 0
        and content.find(b'"type":"progress"', 0, HEAD) < 0
        and content.count(b'"type":"tool_use"') == (kind == "call")
    )
