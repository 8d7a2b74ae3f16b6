"""Which model an agent runs on before anything is learned."""

from collections.abc import Mapping, Sequence

from recommender.models import model_family
from recommender.snapshot import Tier
from recommender.tiers import tier_of


def default_model(
    agent: str,
    *,
    declared: str | None,
    tiers: Sequence[Tier],
    usage: Mapping[str, int],
    fallback: str,
) -> str:
    """Return the family of the agent's default model.

    In order: what its spec declares; its tier in `model_tiers`; the model that it mostly ran on where nobody advised
    it; the fallback of the settings.
    """
    if declared is not None:
        return model_family(declared)
    if tier := tier_of(agent, tiers):
        return model_family(tier.model)
    if usage:
        return max(usage, key=lambda model: (usage[model], model))
    return model_family(fallback)
