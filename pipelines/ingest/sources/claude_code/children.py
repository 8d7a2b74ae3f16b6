"""What the lines of a model say, a child's or the main conversation's: which model, and the tokens that it took."""

import re
from collections.abc import Mapping
from typing import Any

from pipelines.ingest.observations import Message
from pipelines.ingest.sources.claude_code.memory import Memory, remember
from pipelines.ingest.usage_cost import visible_tokens
from pipelines.ingest.values import count, items, mapping, name, reference

SYNTHETIC = "<synthetic>"  # the harness speaks, not a model
_UNIQUE = re.compile(r"msg_(?:bdrk_|vrtx_)?01\w{20,}")  # an id of Anthropic's own; a proxy may give one to all messages
_STANDARD = {"standard", "global", "not_available", "default"}  # of speed, region and tier


def child_message(key: str, line: Mapping[str, Any], at_ms: int, memory: Memory) -> Message | None:
    """Return the assistant message of the child that a line holds, None where it holds no usage."""
    return _message(key, line, at_ms, memory, None)


def main_message(key: str, line: Mapping[str, Any], at_ms: int, memory: Memory) -> Message | None:
    """Return the assistant message of a main conversation; an id of Anthropic's own is one message in every copy."""
    own = reference(mapping(line.get("message")).get("id"))
    return _message(key, line, at_ms, memory, own if _UNIQUE.fullmatch(own) else None)


def _message(key: str, line: Mapping[str, Any], at_ms: int, memory: Memory, message_id: str | None) -> Message | None:
    message = mapping(line.get("message"))
    usage = mapping(message.get("usage"))
    if not usage or not message.get("id") or not (model := name(message.get("model"))) or model == SYNTHETIC:
        return None
    long_writes = count(mapping(usage.get("cache_creation")).get("ephemeral_1h_input_tokens")) or 0
    writes = count(usage.get("cache_creation_input_tokens")) or 0
    is_final = bool(message.get("stop_reason"))
    seen = () if is_final else map(visible_tokens, map(mapping, items(message.get("content"))))
    return Message(
        key,
        message_id or message_key(line, memory),
        int(is_final),
        count(usage.get("output_tokens")) or 0,
        at_ms,
        model,
        count(usage.get("input_tokens")) or 0,
        count(usage.get("cache_read_input_tokens")) or 0,
        writes,
        min(long_writes, writes),
        _unless_standard(usage.get("speed")),
        _unless_standard(usage.get("inference_geo")),
        name(line.get("effort")),
        _unless_standard(usage.get("service_tier")),
        count(mapping(usage.get("server_tool_use")).get("web_search_requests")) or 0,
        dict(filter(None, seen)),
    )


def message_key(line: Mapping[str, Any], memory: Memory) -> str:
    """Return what names the message of a line: its id, and the request that it answers.

    Where no request is named and the id may be a proxy's, it is the first of the lines that follow one another: of a
    message each line but the first has one of the same message as its parent.
    """
    message_id = reference(mapping(line.get("message")).get("id"))
    if request := reference(line.get("requestId")) or reference(line.get("requestRef")):
        return f"{message_id} {request}"
    uuid = reference(line.get("uuid"))
    if not uuid or "parentUuid" not in line or _UNIQUE.fullmatch(message_id):
        return message_id
    held: str = memory.answers.get(reference(line["parentUuid"]), "")
    key = held if held.startswith(f"{message_id} ") else f"{message_id} {uuid}"
    remember(memory.answers, uuid, key)
    return key


def _unless_standard(value: object) -> str:
    told = name(value).lower() if value else ""
    return "" if told in _STANDARD else told
