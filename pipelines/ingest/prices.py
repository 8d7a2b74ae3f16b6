"""What one call of a model costs, from the price list that genai-prices brings: by seller, mode, prompt size and time.

Nothing here is a price of our own. The one thing that the list lacks and logs tell is the region that Anthropic's own
API was asked to stay in: `REGION_FACTORS` names it and where it is published.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from pipelines.ingest.sellers import Listing, find_listing, listing_of_fast_mode

# "US-only inference ... 1.1x on all token pricing categories" of Anthropic's own API, from Opus 4.6 on; earlier models
# refuse the request. https://platform.claude.com/docs/en/about-claude/pricing#data-residency-pricing
REGION_FACTORS = {"us": 1.1}

# Of the conditions under which the list has another price, those that logs tell, and their values there.
TOLD_CONDITIONS = {
    "speed": {"fast"},
    "processing": {"batch"},
    "service_tier": {"default", "priority", "fast", "flex"},
}
# And those that no log tells: a search's own kind, and one router's choice of a European host.
UNTOLD_CONDITIONS = {"search_type", "route"}

_STANDARD_TIERS = {"standard", "default", "auto", "priority"}  # Anthropic's priority is a commitment at list price
_PROBE = 1_000
_MINUTE_MS, _DAY_MS = 60_000, 86_400_000


class Usage(NamedTuple):
    """Tokens by kind; `input_tokens` without those of the cache, as Anthropic counts."""

    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    cache_write_1h_tokens: int

    @property
    def prompt_tokens(self) -> int:
        """Tokens that the model read, which decide the step of its price."""
        return self.input_tokens + self.cache_read_tokens + self.cache_write_tokens


class Mode(NamedTuple):
    """How a call was served, as far as the log tells; empty is the standard."""

    speed: str = ""
    tier: str = ""
    region: str = ""


class Rates(NamedTuple):
    """Dollars a token by kind, a web search and a call; not exact where the list has no price for the mode."""

    input: float
    output: float
    cache_read: float
    cache_write: float
    cache_write_1h: float
    web_search: float
    call: float
    is_exact: bool

    def cost(self, usage: Usage, web_searches: int = 0) -> float:
        """Return what the call costs in dollars."""
        return (
            usage.input_tokens * self.input
            + usage.output_tokens * self.output
            + usage.cache_read_tokens * self.cache_read
            + (usage.cache_write_tokens - usage.cache_write_1h_tokens) * self.cache_write
            + usage.cache_write_1h_tokens * self.cache_write_1h
            + web_searches * self.web_search
            + self.call
        )


@dataclass(frozen=True)
class _Listed:
    """A price as the list has it; on most days a model has the same one."""

    words: str
    price: Any = field(compare=False)


def rates(model: str, at_ms: int, mode: Mode, prompt_tokens: int) -> Rates | None:
    """Return the rates of a call, None where the model is on no list; `at_ms` is in UTC milliseconds."""
    period = _period_ms(model)
    if period is None:
        return None
    for start, step in _steps(model, at_ms // period * period, mode):
        if prompt_tokens > start:
            return step
    raise AssertionError("the last step starts below any prompt")


@lru_cache(maxsize=4096)
def _period_ms(model: str) -> int | None:
    """Return for how long a price holds: for a day, but of the few models that have one by the time of day."""
    listing = find_listing(model)
    return None if listing is None else _MINUTE_MS if listing.is_by_time_of_day else _DAY_MS


@lru_cache(maxsize=4096)
def _steps(model: str, at_ms: int, mode: Mode) -> tuple[tuple[int, Rates], ...]:
    """Return the prompt sizes beyond which rates hold, and these, the largest first."""
    from genai_prices.types import TieredPrices

    price, is_exact = _price(model, at_ms, mode)
    listing = find_listing(model)
    assert listing is not None
    factor = 1.0
    if listing.seller == "anthropic" and mode.region:
        factor = REGION_FACTORS.get(mode.region, 1.0)
        is_exact = is_exact and mode.region in REGION_FACTORS
    tiered = (value for value in vars(price).values() if isinstance(value, TieredPrices))
    starts = sorted({-1, *(tier.start for value in tiered for tier in value.tiers)}, reverse=True)
    listed = _Listed(repr(vars(price)), price)
    return tuple((start, _rates(listed, start + 1, factor)._replace(is_exact=is_exact)) for start in starts)


@lru_cache(maxsize=1024)
def _rates(listed: _Listed, prompt_tokens: int, factor: float) -> Rates:
    """Return the rates of a prompt of that size, tokens at `factor` times the list's price."""
    price = listed.price
    standing = _total(price, input_tokens=prompt_tokens)

    def rate(reads: int = 0, **more: int) -> float:
        return float(_total(price, input_tokens=prompt_tokens + reads, **more) - standing) / _PROBE

    return Rates(
        input=factor * rate(_PROBE),
        output=factor * rate(output_tokens=_PROBE),
        cache_read=factor * rate(_PROBE, cache_read_tokens=_PROBE),
        cache_write=factor * rate(_PROBE, cache_write_tokens=_PROBE),
        cache_write_1h=factor * rate(_PROBE, cache_write_tokens=_PROBE, cache_write_1h_tokens=_PROBE),
        web_search=rate(web_searches=_PROBE),
        call=float(_total(price)),
        is_exact=True,
    )


def _price(model: str, at_ms: int, mode: Mode) -> tuple[Any, bool]:
    """Return the list's prices for the mode at that time, and whether it has any of that mode."""
    listing = find_listing(model)
    assert listing is not None
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    context = _context(listing, mode)
    missing = [name for name, value in context.items() if not _has(listing, name, value, at)]
    if "speed" in missing and (fast := listing_of_fast_mode(model)):
        return fast.model.get_prices(at, context), True
    is_standard = context.get("service_tier") in {None, *_STANDARD_TIERS} or "service_tier" not in missing
    return listing.model.get_prices(at, context), is_standard and not {"speed", "processing"} & {*missing}


def _context(listing: Listing, mode: Mode) -> dict[str, str]:
    """Return the mode in the list's words; what the model's own name says of it counts too."""
    speed, tier = mode.speed or listing.speed, mode.tier or listing.tier
    context = {"speed": speed} if speed else {}
    if tier == "batch":
        context["processing"] = tier
    elif tier:
        context["service_tier"] = tier
    return context


def _has(listing: Listing, condition: str, value: str, at: datetime) -> bool:
    return any(
        variant.when.get(condition) == value and (variant.constraint is None or variant.constraint.active(at))
        for variant in listing.model.price_variants or ()
    )


def _total(price: Any, **counts: int) -> Any:
    from genai_prices import Usage as Counted

    return price.calc_price(Counted(**counts))["total_price"]
