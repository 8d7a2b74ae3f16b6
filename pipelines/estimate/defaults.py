"""Which model an agent runs on before anything is learned."""

from collections.abc import Mapping
from fnmatch import fnmatchcase

from recommender.models import model_family

NO_MODEL = frozenset({"", "inherit", "default", "auto"})


def default_model(
    agent: str,
    *,
    declared: str | None,
    tiers: Mapping[str, str],
    usage: Mapping[str, int],
    fallback: str,
) -> str:
    """Return the family of the agent's default model.

    In order: what its spec declares; `model_tiers`, an exact name before the longest pattern that fits; the model that
    it mostly ran on where nobody advised it; the fallback of the settings.
    """
    if declared is not None and declared.strip().lower() not in NO_MODEL:
        return model_family(declared)
    fitting = [pattern for pattern in tiers if pattern == agent or fnmatchcase(agent, pattern)]
    if fitting:
        return model_family(tiers[max(fitting, key=lambda pattern: (pattern == agent, len(pattern), pattern))])
    if usage:
        return max(usage, key=lambda model: (usage[model], model))
    return model_family(fallback)
