"""What the sampled agents do: their model calls with token usage, and the words of their last report."""

import random
from dataclasses import dataclass
from typing import Any

from pipelines.ingest.sample.plan import PlannedSpawn

MODEL_IDS = {"haiku": "claude-haiku-4-5-20251001", "sonnet": "claude-sonnet-4-6", "opus": "claude-opus-4-6"}
SECONDS_A_CALL = {"haiku": 3.5, "sonnet": 7.0, "opus": 9.0}
_TOOLS = ("Read", "Grep", "Glob", "Read", "Edit", "Bash")
_POOR_REPORT = "I looked at the files and made a first change, but I am not sure that it covers the whole task."
_API_ERROR = 'API Error: 529 {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}'
_DENIED = "I could not do this: permission to use Bash was auto-denied, so nothing has been changed."


@dataclass(frozen=True)
class ModelCall:
    """One call of the child's model: the message as the log has it, and how long it took."""

    message: dict[str, Any]
    seconds: float


def final_report(spawn: PlannedSpawn) -> str:
    """Return the text that the spawn hands back."""
    return {"api_error": _API_ERROR, "denied": _DENIED}.get(
        spawn.ending, _POOR_REPORT if spawn.ending in ("redone", "test_failed") else spawn.report
    )


def model_calls(spawn: PlannedSpawn, source: random.Random) -> list[ModelCall]:
    """Return the spawn's calls: the context grows, most of it is read from the cache."""
    if spawn.ending in ("api_error", "unlaunched", "rejected"):
        return []
    calls, cached, written = [], 0, source.randrange(9_000, 16_000)
    for number in range(spawn.calls):
        is_last = number == spawn.calls - 1
        output = source.randrange(400, 1_400) if is_last else source.randrange(60, 600)
        usage = {
            "input_tokens": source.randrange(2, 12),
            "cache_creation_input_tokens": written,
            "cache_read_input_tokens": cached,
            "cache_creation": {"ephemeral_5m_input_tokens": written, "ephemeral_1h_input_tokens": 0},
            "output_tokens": output,
            "service_tier": "standard",
        }
        content = {"type": "text", "text": final_report(spawn)} if is_last else _tool_use(number, source)
        message = {
            "model": MODEL_IDS[spawn.model],
            "id": f"msg_01{token(source, 22)}",
            "type": "message",
            "role": "assistant",
            "content": [content],
            "stop_reason": "end_turn" if is_last else "tool_use",
            "stop_sequence": None,
            "usage": usage,
        }
        calls.append(ModelCall(message, SECONDS_A_CALL[spawn.model] * source.uniform(0.5, 1.8)))
        cached, written = cached + written, source.randrange(600, 4_000)
    return calls


def token(source: random.Random, length: int) -> str:
    """Return an identifier as the harness makes them."""
    alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz123456789"
    return "".join(source.choices(alphabet, k=length))


def _tool_use(number: int, source: random.Random) -> dict[str, Any]:
    name = _TOOLS[number % len(_TOOLS)]
    return {"type": "tool_use", "id": f"toolu_01{token(source, 22)}", "name": name, "input": {}}
