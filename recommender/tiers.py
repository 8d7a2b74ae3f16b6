"""What is known of an agent before anything is learned: the model that its spec names, or its tier's."""

import os
import re
from collections.abc import Sequence
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from recommender.home import claude_home
from recommender.models import declared_family
from recommender.snapshot import AgentSpec, Tier

SHIPPED_TIERS = Path(__file__).parents[1] / "dbt_project" / "seeds" / "model_tiers.csv"
_SPEC_HEAD_CHARACTERS = 4_096
_DECLARED = re.compile(r"^(?:model:|>\s*\*\*Model Tier:\*\*)\s*[\"']?([\w.:@/\[\]-]+)", re.MULTILINE | re.IGNORECASE)


@cache
def shipped_tiers() -> tuple[Tier, ...]:
    """Return the tiers that come with the package."""
    import csv

    with SHIPPED_TIERS.open(encoding="utf-8", newline="") as lines:
        return tuple(Tier(row["agent_pattern"], row["default_model"]) for row in csv.DictReader(lines))


def tier_of(agent: str, tiers: Sequence[Tier]) -> Tier | None:
    """Return an agent's tier: its own name's, else that of the longest pattern that fits.

    `qa-tester` and `plugin:QA_TESTER` are the same agent here.
    """
    name = _plain(agent)
    fitting = [tier for tier in tiers if fnmatchcase(name, _plain(tier.agent_pattern))]
    return max(fitting, key=lambda tier: (_plain(tier.agent_pattern) == name, len(tier.agent_pattern)), default=None)


def is_listed(agent: str, names: Sequence[str]) -> bool:
    """Tell whether an agent is among names or patterns."""
    return any(fnmatchcase(_plain(agent), _plain(name)) for name in names)


def declared_model(agent: str, agents: Sequence[AgentSpec]) -> str | None:
    """Return the family of the model that the agent's spec names; None where it names none, or inherits."""
    known = next((spec.declared_model for spec in agents if spec.name == agent), None)
    return declared_family(known or _declared_in_file(agent) or "")


def _declared_in_file(agent: str) -> str | None:
    """Look into the spec file of that name, for specs newer than the snapshot."""
    if not re.fullmatch(r"[\w-][\w .-]{0,99}", agent):  # the name becomes part of a path
        return None
    for home in (Path(".claude"), claude_home()):
        try:
            # Not blocking: a pipe of that name would be waited for.
            descriptor = os.open(home / "agents" / f"{agent}.md", os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
            with open(descriptor, encoding="utf-8", errors="replace") as spec:  # noqa: PTH123
                found = _DECLARED.search(spec.read(_SPEC_HEAD_CHARACTERS))
        except OSError:
            continue
        if found:
            return found[1]
    return None


def _plain(agent: str) -> str:
    return agent.rpartition(":")[2].upper().replace("-", "_").replace(" ", "_")
