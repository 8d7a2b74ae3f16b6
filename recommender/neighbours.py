"""The cheapest model that the nearest past tasks show to be reliable."""

import math
from collections import defaultdict
from collections.abc import Iterable
from typing import Protocol

from recommender.models import model_family, price_rank
from recommender.settings import LookupSettings

# What a step down saves of a spawn's cost, at least: where no cost is known, a failure is priced against this.
SAVED_SHARE = 0.3
STRONGEST_MODEL = "opus"


class PastTask(Protocol):
    """A past task as the similarity query returns it."""

    @property
    def model_used(self) -> str | None:
        """The model that did it."""
        ...

    @property
    def success(self) -> bool | None:
        """How it went; None where nobody knows, which counts for nothing."""
        ...

    @property
    def similarity(self) -> float:
        """Cosine similarity to the new task: how much this outcome says about it."""
        ...


def recommend_model(similar_tasks: Iterable[PastTask]) -> str:
    """Return the cheapest model whose success is so near the best that its extra failures cost less than it saves.

    Each outcome counts as much as its task is similar; a model's success is (1 + successes) / (2 + outcomes), so that
    a model which was hardly tried, or only on far tasks, is not taken for a reliable one. Where no model reaches the
    floor, the answer is the default, or the strongest where the default itself has failed.
    """
    settings = LookupSettings.from_environment()
    good: defaultdict[str, float] = defaultdict(float)
    seen: defaultdict[str, float] = defaultdict(float)
    for task in similar_tasks:
        weight = task.similarity if math.isfinite(task.similarity) else 0.0
        if task.model_used and task.success is not None and weight > 0:
            family = model_family(task.model_used)
            seen[family] += weight
            good[family] += weight * task.success
    success = {model: (1 + good[model]) / (2 + seen[model]) for model in seen}
    best = max(success.values(), default=0.0)
    if best < settings.success_floor:
        default = model_family(settings.default_model)
        only_cheaper_failed = all(price_rank(model) < price_rank(default) for model in success)
        return default if only_cheaper_failed else STRONGEST_MODEL
    tolerated = SAVED_SHARE / settings.failure_cost if settings.failure_cost else 1.0
    reliable = [model for model in success if success[model] >= best - tolerated]
    return min(reliable, key=lambda model: (price_rank(model), -success[model], model))
