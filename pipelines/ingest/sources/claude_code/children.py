"""What a child's own lines say: the model that did the work, and the tokens it took."""

from collections.abc import Mapping
from typing import Any

from pipelines.ingest.costs import visible_tokens
from pipelines.ingest.observations import Message
from pipelines.ingest.values import count, items, mapping, name, reference

SYNTHETIC = "<synthetic>"  # the harness speaks, not a model

_STANDARD = {"standard", "global", "not_available", "default"}  # of speed, region and tier


def child_message(key: str, message: Mapping[str, Any], at_ms: int) -> Message | None:
    """Return an assistant message of the child, None where it holds no usage."""
    message_id, model = reference(message.get("id")), name(message.get("model"))
    usage = mapping(message.get("usage"))
    if not message_id or not model or model == SYNTHETIC or not usage:
        return None
    long_writes = count(mapping(usage.get("cache_creation")).get("ephemeral_1h_input_tokens")) or 0
    writes = count(usage.get("cache_creation_input_tokens")) or 0
    is_final = bool(message.get("stop_reason"))
    seen = [] if is_final else [visible_tokens(mapping(block)) for block in items(message.get("content"))]
    return Message(
        key,
        message_id,
        int(is_final),
        count(usage.get("output_tokens")) or 0,
        at_ms,
        model,
        count(usage.get("input_tokens")) or 0,
        count(usage.get("cache_read_input_tokens")) or 0,
        writes,
        min(long_writes, writes),
        speed=_unless_standard(usage.get("speed")),
        region=_unless_standard(usage.get("inference_geo")),
        tier=_unless_standard(usage.get("service_tier")),
        web_searches=count(mapping(usage.get("server_tool_use")).get("web_search_requests")) or 0,
        said=dict(filter(None, seen)),
    )


def _unless_standard(value: object) -> str:
    told = name(value).lower()
    return "" if told in _STANDARD else told
