"""The cheapest model that the nearest past tasks show to be reliable."""

import math
from collections import defaultdict
from collections.abc import Iterable
from typing import Protocol

from recommender.models import model_family, price_rank

TOLERATED_GAP = 0.03
SUCCESS_FLOOR = 0.5
DEFAULT_MODEL = "sonnet"
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
    """Return the cheapest model whose success is within the tolerated gap of the best.

    Each outcome counts as much as its task is similar; a model's success is (1 + successes) / (2 + outcomes), so that
    a model which was hardly tried, or only on far tasks, is not taken for a reliable one. Where no model reaches the
    floor, the answer is the default, or the strongest where the default itself has failed.
    """
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
    if best < SUCCESS_FLOOR:
        only_cheaper_failed = all(price_rank(model) < price_rank(DEFAULT_MODEL) for model in success)
        return DEFAULT_MODEL if only_cheaper_failed else STRONGEST_MODEL
    reliable = [model for model in success if success[model] >= best - TOLERATED_GAP]
    return min(reliable, key=lambda model: (price_rank(model), -success[model], model))
