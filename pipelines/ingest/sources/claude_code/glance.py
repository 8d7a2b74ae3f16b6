"""Tell from a line's first bytes that it says nothing of spawns, so that most of a transcript need not be parsed.

Eight bytes in ten are results of ordinary tools, and the harness's own progress. Only the exact forms in which Claude
Code writes these are passed over; any other line is parsed. A line that is passed over must still end as a line does.
What is cheap to tell comes first: the first bytes, then the memory, and then all bytes of the line.
"""

import re

from pipelines.ingest.sources.claude_code.memory import Memory
from pipelines.ingest.values import reference

HEAD = 1_500
SPAWN, PLAIN = "spawn", "plain"
# What they are asked and what they return is never about an agent.
PLAIN_TOOLS = {
    *("Bash", "Read", "Edit", "MultiEdit", "Write", "Grep", "Glob", "LS", "NotebookEdit", "ToolSearch"),
    *("WebFetch", "WebSearch", "TodoWrite", "TaskCreate", "TaskUpdate", "TaskList", "TaskGet", "AskUserQuestion"),
}

_MESSAGE = b'"message":{'
_MESSAGES = {"result": 1, "childs": 2}  # in a record of each form
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
    rb'|(?P<request>api-request-(?:blob|shape))")'  # what a request said, in full
)


def is_plain(content: bytes, memory: Memory, is_agents_own: bool) -> bool:
    """Tell whether this is a line that may be passed over. Remembers of it what reading it would."""
    form = _FORMS.match(content, content.find(_TYPE, 0, HEAD), HEAD)
    if not form or content[-2:] != b"}\n":
        return False
    kind, key = form.lastgroup, ""
    if kind in _MESSAGES:
        key = reference(form[kind].decode("utf-8", "replace"))
        if not _is_plain_result(content, form, key, memory, is_agents_own):
            return False
    elif kind == "request" and _MESSAGE in content:
        return False
    if b"\0" in content or _is_joined(content, form):
        return False
    if kind == "result":
        del memory.unanswered[key]
    return True


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
