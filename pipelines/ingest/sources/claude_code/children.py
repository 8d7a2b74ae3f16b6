"""What a child's own lines say: the model that did the work, and the tokens it took."""

from collections.abc import Mapping
from typing import Any

from pipelines.ingest.observations import Message
from pipelines.ingest.values import count, mapping, name, reference

SYNTHETIC = "<synthetic>"  # the harness speaks, not a model


def child_message(key: str, message: Mapping[str, Any], at_ms: int) -> Message | None:
    """Return an assistant message of the child, None where it holds no usage."""
    message_id, model = reference(message.get("id")), name(message.get("model"))
    usage = mapping(message.get("usage"))
    if not message_id or not model or model == SYNTHETIC or not usage:
        return None
    long_writes = count(mapping(usage.get("cache_creation")).get("ephemeral_1h_input_tokens")) or 0
    writes = count(usage.get("cache_creation_input_tokens")) or 0
    output, used, read = (
        count(usage.get(kind)) or 0 for kind in ("output_tokens", "input_tokens", "cache_read_input_tokens")
    )
    is_final = int(bool(message.get("stop_reason")))
    cached = (read, writes, min(long_writes, writes))
    return Message(key, message_id, is_final, output, at_ms, model, used, *cached)
