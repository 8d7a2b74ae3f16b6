"""Tell from a line's first bytes that it says nothing of spawns, so that most of a transcript need not be parsed.

Nine bytes in ten are calls and results of ordinary tools, and the harness's own progress. Only the exact forms in
which Claude Code writes these are passed over; any other line is parsed. A line that is passed over must still end as
a line does.
"""

import re

from pipelines.ingest.sources.claude_code.memory import Memory, remember
from pipelines.ingest.values import reference

HEAD = 1_500
SPAWN, PLAIN = "spawn", "plain"
# What they are asked and what they return is never about an agent.
PLAIN_TOOLS = {"Bash", "Read", "Edit", "MultiEdit", "Write", "Grep", "Glob", "LS", "WebFetch", "WebSearch", "TodoWrite"}

_REQUEST_PARTS = (b'{"type":"api-request-blob",', b'{"type":"api-request-shape",')  # what a request said, in full
_ID = rb'"([^"\\]{1,200})"'
_RESULT = rb'"message":\{"role":"user","content":\[\{"tool_use_id":' + _ID + rb',"type":"tool_result"'
_MESSAGE = b'"message":{'
_OF_SESSION = b'"sessionId":'
_FORMS = re.compile(
    rb'"type":"(?:'
    rb'progress","data":\{(?:"type":"(?:bash|hook)_progress"|"message":\{"type":"user",' + _RESULT + rb")"
    rb'|user",' + _RESULT + rb""
    rb'|message","role":"assistant","content":\[\{"type":"(?:(text|thinking)"|tool_use","id":' + _ID + rb',"name":'
    rb'"(' + "|".join(sorted(PLAIN_TOOLS)).encode() + rb')"))'
)


def tells_nothing(content: bytes, memory: Memory, is_agents_own: bool) -> bool:
    """Tell whether the line may be passed over; remembers of its calls what reading it would."""
    if content[-2:] != b"}\n" or b"\0" in content:
        return False
    if content.startswith(_REQUEST_PARTS):
        return _MESSAGE not in content  # of a second record on the line
    form = _FORMS.search(content, 0, HEAD)
    if not form or _is_joined(content, form.end()):
        return False
    return _is_plain(form, content, memory, is_agents_own)


def _is_plain(form: re.Match[bytes], content: bytes, memory: Memory, is_agents_own: bool) -> bool:
    of_child, of_conversation, words, called, _ = form.groups()
    if of_child or of_conversation:
        if content.find(b'"tool_use_id":"', form.end()) >= 0:
            return False  # of another result in the same message
        if of_child:
            return memory.unanswered.get(_text(of_child)) != SPAWN
        return _is_plain_result(content, _text(of_conversation), memory, is_agents_own)
    if words or called:
        return _is_plain_message(content, _text(called or b""), memory, is_agents_own)
    return True


def _is_joined(content: bytes, place: int) -> bool:
    """Tell whether a second record begins on the line, around a place in the first one: each names its session once."""
    before, after = content.count(_OF_SESSION, 0, place), content.find(_OF_SESSION, place)
    return before > 1 or (after >= 0 and (before > 0 or content.find(_OF_SESSION, after + 1) >= 0))


def _is_plain_result(content: bytes, key: str, memory: Memory, is_agents_own: bool) -> bool:
    if memory.unanswered.get(key) != PLAIN or key in memory.tests:
        return False
    if not is_agents_own and content.find(b'"isSidechain":true', 0, HEAD) >= 0:
        return False  # a link of an inline chain
    del memory.unanswered[key]
    return True


def _is_plain_message(content: bytes, key: str, memory: Memory, is_agents_own: bool) -> bool:
    """Tell whether a message of the main conversation calls at most one plain tool, and nobody waits for its words."""
    if memory.watched or is_agents_own or content.find(b'"isSidechain":false', 0, HEAD) < 0:
        return False
    # A child's message stands in a progress line of the conversation just so.
    if content.find(b'"type":"assistant"', -HEAD) < 0 or content.find(b'"type":"progress"', 0, HEAD) >= 0:
        return False
    if content.count(b'"type":"tool_use"') != bool(key):
        return False
    if key:
        remember(memory.unanswered, key, PLAIN)
    return True


def _text(key: bytes) -> str:
    return reference(key.decode("utf-8", "replace"))
