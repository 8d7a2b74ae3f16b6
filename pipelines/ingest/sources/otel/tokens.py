"""The tokens of a span, by the names of the conventions and of those who wrote before these had any."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from pipelines.ingest.values import count

_USAGE = "gen_ai.usage."
_INPUT = ("input_tokens", "prompt_tokens")
_OUTPUT = ("output_tokens", "completion_tokens")
_READ = ("cache_read.input_tokens", "cache_read_input_tokens")
_WRITTEN = (
    "cache_creation.input_tokens",
    "cache_creation_input_tokens",
    "cache_write.input_tokens",
    "cache_write_input_tokens",
)
_AGGREGATED = "gen_ai.aggregated_usage."  # of Pydantic AI's agents


def tokens_of(told: Mapping[str, Any]) -> Counter[str]:
    """Return the tokens by the names of the record format, all 0 where none are told."""
    usage = {name.removeprefix(_AGGREGATED): value for name, value in told.items() if name.startswith(_AGGREGATED)}
    usage |= {name.removeprefix(_USAGE): value for name, value in told.items() if name.startswith(_USAGE)}
    everything, output, read, written = (_first(usage, names) for names in (_INPUT, _OUTPUT, _READ, _WRITTEN))
    is_apart = _is_cache_apart(usage, everything + output, read + written)
    return Counter(
        input_tokens=everything if is_apart else everything - read - written,
        output_tokens=output,
        cache_read_tokens=read,
        cache_write_tokens=written,
    )


def puts_out(told: Mapping[str, Any]) -> bool:
    """Tell whether output is counted, as only a model's call has it."""
    return any(f"{_USAGE}{name}" in told for name in _OUTPUT)


def _is_cache_apart(usage: Mapping[str, Any], used: int, cached: int) -> bool:
    """Tell whether the input lacks the cache's tokens: the conventions count them in, Bedrock's numbers do not."""
    everything = _first(usage, _INPUT)
    return cached > everything or _first(usage, ("total_tokens",)) >= used + cached > used


def _first(usage: Mapping[str, Any], names: tuple[str, ...]) -> int:
    return next((number for name in names if (number := count(usage.get(name))) is not None), 0)
