"""Who sells a model under a name, and where it stands on the price list.

A log names a model as its provider does: `us.anthropic.claude-haiku-4-5-20251001-v1:0` is Bedrock's and costs a tenth
more than Anthropic's own, an ARN ends in such a name, `claude-opus-4-5@20251101` is Vertex's, `anthropic/...:beta`
a router's. A name that a firm gave its own deployment is looked through for the model in it.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from recommender.models import claude_version

# Names of providers in front of a model's that the list does not know by itself.
_SELLERS = {"azure_ai": "azure", "azure_openai": "azure", "foundry": "azure", "publishers": "google", "xai": "x-ai"}
_VENDORS = {"anthropic", "openai", "google", "mistral", "x-ai", "deepseek"}  # who also sell what they make
_BEDROCK = re.compile(r"(?:[a-z-]{2,7}\.)?(?:anthropic|amazon|meta|mistral|openai|cohere|deepseek|qwen|ai21|writer)\.")
_ROUTED = re.compile(r":(?:beta|thinking|online|nitro|floor|exacto|extended|self-moderated)$")
_MODES = re.compile(r":(batch)$|[-:](fast)$")
_BRACKETS = re.compile(r"\[[^\]]*\]$")
_WITHIN = re.compile(r"(?<![a-z0-9])(?:gpt-|gemini-|grok-|o\d).*")
_RELEASE = re.compile(r"(?:[-@](?:20\d{2}-?\d{2}-?\d{2}|latest|default|\d{3}))?(?:-v\d+(?::\d+)?)?$")


class Listing(NamedTuple):
    """A model of the price list as one seller has it, and what its name says of how it is served."""

    seller: str
    model: Any  # genai_prices.types.ModelInfo
    speed: str
    tier: str
    is_by_time_of_day: bool


@lru_cache(maxsize=4096)
def find_listing(name: str) -> Listing | None:
    """Return where a model stands on the list, None where it does not."""
    resource = name.strip().lower()
    is_arn = resource.startswith("arn:")
    plain = _ROUTED.sub("", _BRACKETS.sub("", resource.rpartition("/")[2] if is_arn else resource))
    mode = _MODES.search(plain)
    for seller, reference in _candidates(plain, is_arn):
        if found := _listed(seller, reference):
            is_named = mode is not None and mode[0][1:] in found[1].id  # the list has the mode as a model of its own
            batch, fast = mode.groups() if mode and not is_named else (None, None)
            return _listing(*found, speed=fast or "", tier=batch or "")
    return None


@lru_cache(maxsize=256)
def listing_of_fast_mode(name: str) -> Listing | None:
    """Return the listing of a Claude model's fast mode where its own has none: Anthropic's, else the router's."""
    version = claude_version(name)
    if version is None:
        return None
    own = _listed("anthropic", version)
    if own and any(variant.when.get("speed") == "fast" for variant in own[1].price_variants or ()):
        return _listing(*own)
    dotted = re.sub(r"-(\d+)-(\d+)$", r"-\1.\2", version)
    found = _listed("openrouter", f"anthropic/{dotted}-fast")
    return _listing(*found) if found and found[1].id.endswith("-fast") else None


def _candidates(name: str, is_arn: bool) -> Iterator[tuple[str | None, str]]:
    """Yield (seller, name there), the likeliest first; without a seller the list tells by the name."""
    path, _, last = name.rpartition("/")
    standard = _MODES.sub("", last)  # without the mode that some sellers put into the name
    routed = name.removeprefix("openrouter/")
    seller = _seller(path.partition("/")[0]) if path else None
    if seller and seller != "openrouter":
        yield from _shorter(seller, last, standard)
    if is_arn or _BEDROCK.match(last):
        yield from _shorter("aws", last)
    if path and (standard != last or path.rpartition("/")[2] not in _VENDORS):
        yield from _shorter("openrouter", routed)
    yield from _shorter(None, last, standard)
    if version := claude_version(standard):
        yield "anthropic", version
    if path:
        yield from _shorter("openrouter", _MODES.sub("", routed))
    # A firm's own name for what it deployed, with the model's somewhere in it.
    if (within := _WITHIN.search(standard)) and within.start():
        words = within[0].split("-")
        yield from ((None, "-".join(words[:length])) for length in range(len(words), 1, -1))


def _seller(word: str) -> str | None:
    """Return whose name a path begins with; None for a vendor's, since a router sells at the vendor's price."""
    from genai_prices.data_snapshot import find_provider_by_id, get_snapshot

    if word in _VENDORS:
        return None
    provider = find_provider_by_id(get_snapshot().providers, _SELLERS.get(word, word))
    return provider.id if provider else None


def _shorter(seller: str | None, *names: str) -> Iterator[tuple[str | None, str]]:
    """Yield names, then those without their release: the list may know only the model."""
    for name in dict.fromkeys((*names, *(_RELEASE.sub("", name) for name in names))):
        yield seller, name


@lru_cache(maxsize=4096)
def _listed(seller: str | None, reference: str) -> tuple[str, Any] | None:
    from genai_prices.data_snapshot import get_snapshot

    try:
        provider, model = get_snapshot().find_provider_model(reference, None, seller, None)
    except LookupError:
        return None
    return provider.id, model


def _listing(seller: str, model: Any, speed: str = "", tier: str = "") -> Listing:
    from genai_prices.types import TimeOfDateConstraint

    conditions = [*(model.prices if isinstance(model.prices, list) else ()), *(model.price_variants or ())]
    is_by_time = any(isinstance(condition.constraint, TimeOfDateConstraint) for condition in conditions)
    return Listing(seller, model, speed, tier, is_by_time)
