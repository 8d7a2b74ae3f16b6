"""The models that a person, or the package, gives to agents and work types before anything is known of them."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from recommender.published_rows import Tier

SHIPPED_TIERS = Path(__file__).with_name("model_tiers.csv")
OF_WORK_TYPE = "type:"


@cache
def shipped_tiers() -> tuple[Tier, ...]:
    """Return the tiers that come with the package."""
    import csv

    with SHIPPED_TIERS.open(encoding="utf-8", newline="") as lines:
        return tuple(Tier(row["agent_pattern"], row["default_model"]) for row in csv.DictReader(lines))


def own_tier(agent: str | None, work_type: str | None, tiers: Sequence[Tier]) -> Tier | None:
    """Return the tier that a person gave: an order.

    An agent's own name goes before the longest pattern that fits, and that before its work type. Whether an agent is
    protected is not looked at: the caller lowers one for a tier under its own name alone.
    """
    return next(iter(_fitting(agent, work_type, [tier for tier in tiers if tier.is_own])), None)


def proposed_tiers(agent: str | None, work_type: str | None, tiers: Sequence[Tier]) -> list[Tier]:
    """Return the shipped tiers that fit, the closest first: each only proposes a trial."""
    return _fitting(agent, work_type, [tier for tier in tiers if not tier.is_own])


def shipped_tier(agent: str, tiers: Sequence[Tier]) -> Tier | None:
    """Return the tier that the package gives an agent."""
    return next(iter(proposed_tiers(agent, None, tiers)), None)


def is_under_its_name(tier: Tier, agent: str) -> bool:
    """Tell whether a tier is that of one agent by name, and not by a pattern or its work type."""
    return not is_of_work_type(tier) and _plain(tier.pattern) == _plain(agent)


def is_of_work_type(tier: Tier) -> bool:
    """Tell whether a tier is that of a work type, and not of an agent."""
    return tier.pattern.lower().startswith(OF_WORK_TYPE)


def is_listed(agent: str, names: Sequence[str]) -> bool:
    """Tell whether an agent is among names or patterns."""
    return any(fnmatchcase(_plain(agent), _plain(name)) for name in names)


def _fitting(agent: str | None, work_type: str | None, tiers: Sequence[Tier]) -> list[Tier]:
    """Return the tiers that fit, the closest first. `qa-tester` and `plugin:QA_TESTER` are the same agent here."""
    agents = [tier for tier in tiers if agent and not is_of_work_type(tier) and is_listed(agent, [tier.pattern])]
    agents.sort(key=lambda tier: (_plain(tier.pattern) == _plain(agent or ""), len(tier.pattern)), reverse=True)
    types = [tier for tier in tiers if work_type and tier.pattern.lower() == OF_WORK_TYPE + work_type]
    return agents + types


def _plain(agent: str) -> str:
    return agent.rpartition(":")[2].upper().replace("-", "_").replace(" ", "_")
