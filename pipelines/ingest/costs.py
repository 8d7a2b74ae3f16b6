"""What a child's messages cost, at the price of their date."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

LONG_CONTEXT = 200_000  # tokens; beyond it some models have another price, so the message is priced by itself
_PROBE = 1_000


class Usage(NamedTuple):
    """Tokens by kind; `input_tokens` without those of the cache, as Anthropic counts."""

    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    cache_write_1h_tokens: int


class Spent(NamedTuple):
    """Tokens and dollars of one spawn; `cost_usd` is None where a model's price is unknown."""

    usage: Usage
    cost_usd: float | None
    is_complete: bool


def spent(messages: Iterable[Sequence[Any]]) -> Spent | None:
    """Add up the messages of one child, each once; None where there are none.

    Complete means that every message was seen to its end: what was written while it still streamed has too few tokens.
    """
    total, cost, is_complete = [0, 0, 0, 0, 0], 0.0, True
    copies = sorted(messages, key=repr)  # floats add up differently in another order
    if not copies:
        return None
    is_priced = True
    for is_final, output, at_ms, model, *rest in copies:
        usage = Usage(rest[0], output, rest[1], rest[2], rest[3])
        total = [sum(pair) for pair in zip(total, usage, strict=True)]
        is_complete &= bool(is_final)
        price = _price(model, datetime.fromtimestamp(at_ms / 1000, UTC).date(), usage)
        if price is None:
            is_priced = False
        else:
            cost += price
    return Spent(Usage(*total), round(cost, 9) if is_priced else None, is_complete and is_priced)


def _price(model: str, on: date, usage: Usage) -> float | None:
    if usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens > LONG_CONTEXT:
        return _calculated(model, on, usage)
    rates = _rates(model, on)
    if rates is None:
        return None
    short_writes = usage.cache_write_tokens - usage.cache_write_1h_tokens
    counts = (
        usage.input_tokens,
        usage.output_tokens,
        usage.cache_read_tokens,
        short_writes,
        usage.cache_write_1h_tokens,
    )
    return sum(tokens * rate for tokens, rate in zip(counts, rates, strict=True))


@lru_cache(maxsize=4096)
def _rates(model: str, on: date) -> tuple[float, ...] | None:
    """Return dollars a token: input, output, cache read, cache write for 5 minutes and for an hour."""
    probes = (
        Usage(_PROBE, 0, 0, 0, 0),
        Usage(0, _PROBE, 0, 0, 0),
        Usage(0, 0, _PROBE, 0, 0),
        Usage(0, 0, 0, _PROBE, 0),
        Usage(0, 0, 0, _PROBE, _PROBE),
    )
    prices = [_calculated(model, on, probe) for probe in probes]
    return None if None in prices else tuple(price / _PROBE for price in prices if price is not None)


def _calculated(model: str, on: date, usage: Usage) -> float | None:
    import genai_prices

    everything_read = usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens
    counted = genai_prices.Usage(
        input_tokens=everything_read,
        output_tokens=usage.output_tokens,
        cache_read_tokens=usage.cache_read_tokens,
        cache_write_tokens=usage.cache_write_tokens,
        cache_write_1h_tokens=usage.cache_write_1h_tokens,
    )
    try:
        price = genai_prices.calc_price(
            counted, model, genai_request_timestamp=datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
        )
    except (LookupError, ValueError):
        return None
    return float(price.total_price)
