"""What Codex puts into a payload: an object or text, either of which may be wrapped."""

import json
from collections.abc import Mapping
from typing import Any

from pipelines.ingest.values import items, mapping

PAYLOAD = "\nPayload:\n"  # behind it is what one agent tells another
Entry = Mapping[str, Any]  # timestamp, ordinal, kind and payload of a line


def json_object(value: object) -> Mapping[str, Any]:
    """Return the object, also where it is written as a string; an empty one where it is none."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return {}
    return mapping(value)


def words(content: object) -> str:
    """Return the text of a message, plain or in blocks, of which an encrypted one has none."""
    if isinstance(content, str):
        return content
    return "".join(str(mapping(block).get("text", "")) for block in items(content))


def event_of(entry: Entry) -> Mapping[str, Any]:
    """Return the event of a line, or the item that it completed; an empty one where the line is no event."""
    if entry["kind"] != "event_msg":
        return {}
    payload: Mapping[str, Any] = entry["payload"]
    return mapping(payload.get("item")) if payload.get("type") == "item_completed" else payload
