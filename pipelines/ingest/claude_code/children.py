"""What a child's own lines say: the model that did the work, and the tokens it took."""

from collections.abc import Mapping
from typing import Any

from pipelines.ingest.costs import visible_tokens
from pipelines.ingest.facts import Facts, Message, count_message
from pipelines.ingest.values import count, items, mapping, name, reference

SYNTHETIC = "<synthetic>"  # the harness speaks, not a model

_STANDARD = {"standard", "global", "not_available", "default"}  # of speed, region and tier


def count_child_message(facts: Facts, message: Mapping[str, Any], at_ms: int) -> bool:
    """Count an assistant message of the child; False where it holds no usage."""
    message_id, model = reference(message.get("id")), name(message.get("model"))
    usage = mapping(message.get("usage"))
    if not message_id or not model or model == SYNTHETIC or not usage:
        return False
    long_writes = count(mapping(usage.get("cache_creation")).get("ephemeral_1h_input_tokens")) or 0
    writes = count(usage.get("cache_creation_input_tokens")) or 0
    copy = Message(
        is_final=int(bool(message.get("stop_reason"))),
        output=count(usage.get("output_tokens")) or 0,
        at_ms=at_ms,
        model=model,
        input=count(usage.get("input_tokens")) or 0,
        cache_read=count(usage.get("cache_read_input_tokens")) or 0,
        cache_write=writes,
        cache_write_1h=min(long_writes, writes),
        speed=_unless_standard(usage.get("speed")),
        region=_unless_standard(usage.get("inference_geo")),
        tier=_unless_standard(usage.get("service_tier")),
        web_searches=count(mapping(usage.get("server_tool_use")).get("web_search_requests")) or 0,
    )
    seen = [] if copy.is_final else [visible_tokens(mapping(block)) for block in items(message.get("content"))]
    count_message(facts, message_id, copy, dict(filter(None, seen)))
    return True


def _unless_standard(value: object) -> str:
    told = name(value).lower()
    return "" if told in _STANDARD else told
