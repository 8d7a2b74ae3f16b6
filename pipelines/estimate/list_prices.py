"""List prices, for where no real cost was seen."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache

from genai_prices import data_snapshot

from pipelines.ingest.prices import Usage
from pipelines.ingest.usage_cost import total_cost

# What a spawn typically moves (medians of real spawns): most of its input is read from the cache.
TYPICAL_INPUT, TYPICAL_CACHED, TYPICAL_OUTPUT = 60_000, 50_000, 3_000


def list_price_usd(family: str, versions: Mapping[str, str] | None = None) -> float | None:
    """Return the list price of a typical spawn, None where the model is unknown to the price list.

    `versions` maps a family to the version last seen; without one, the newest of that name on the list is meant.
    """
    known = (versions or {}).get(family)
    return (
        price_usd(known) if known and price_usd(known) is not None else price_usd(_newest_of_family(family) or family)
    )


def price_usd(model: str) -> float | None:
    """Return the list price of a typical spawn on a model, None where it is on no list."""
    return tokens_usd(model, TYPICAL_INPUT, TYPICAL_OUTPUT)


@cache
def tokens_usd(model: str, input_tokens: int, output_tokens: int) -> float | None:
    """Return the list price of tokens, most of the input read from the cache; None where the model is on no list."""
    cached = round(input_tokens * TYPICAL_CACHED / TYPICAL_INPUT)
    now_ms = round(datetime.now(UTC).timestamp() * 1000)
    return total_cost(model, now_ms, Usage(input_tokens - cached, output_tokens, cached, 0, 0), calls=None)


@cache
def _newest_of_family(family: str) -> str | None:
    """Return the newest Claude of that family name on the list: names end in their version."""
    for provider in data_snapshot.get_snapshot().providers:
        if provider.id == "anthropic":
            names = [model.id for model in provider.models if model.id.startswith(f"claude-{family}-")]
            return max(names, key=_version, default=None)
    return None


def _version(name: str) -> list[int]:
    return [int(part) for part in name.split("-") if part.isdigit()]
