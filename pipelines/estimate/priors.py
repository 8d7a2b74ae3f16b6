"""What is expected of models before any outcome is seen: how they compare within a vendor, in success and in cost.

The gaps were estimated from outcomes under MIT licences of models on the same tasks: CodeRouterBench
(arXiv 2606.22902), MCPMark, SWE-bench Verified with mini-swe-agent, and the OpenHands index. In logits of success, a
smaller model of Anthropic trails a larger one by N(.5, .7 squared), one step or two; a mini of OpenAI trails by
N(1.0, .7 squared), a Flash of Google by N(.5, .65 squared); models of two vendors differ by N(0, 1.1 squared).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from pipelines.estimate.outcomes import Floats, Ints
from recommender.efforts import USUAL, default_effort, effort_rank, model_of, split_arm
from recommender.models import price_rank, vendor_of

# How far a class of models trails the largest of its vendor, in logits. Two steps of Anthropic's are hardly more than
# one: the gap of .5 is that of sonnet and haiku to opus, taken together.
TRAILS = (
    (re.compile(r"haiku"), 0.65),
    (re.compile(r"sonnet"), 0.35),
    (re.compile(r"nano|flash-lite"), 1.5),
    (re.compile(r"mini(?!max)"), 1.0),
    (re.compile(r"flash"), 0.5),
)
# Log of measured cost against list price, for a model at most a quarter of the price of its vendor's dearest and for
# one between: smaller models take more calls, the more so the longer the task. Measured at 6 and at 20 calls.
ANTHROPIC = ("haiku", "sonnet", "opus")
SHORT_CALLS, LONG_CALLS = 6.0, 20.0
COST_SHIFT = {"small": (0.0, 0.9), "middle": (0.1, 0.4)}
SMALL_UP_TO, MIDDLE_UP_TO = 0.25, 0.9
# What one level of effort more does, in logits of success and in log cost. Measured on MCPMark, two to three levels of
# each of six models: .02 to .2 logits a level (a mini at its lowest effort falls out with 1.4), .0 to 1.0 in log cost.
EFFORT_SUCCESS, EFFORT_LOG_COST = 0.15, 0.35


@dataclass(frozen=True)
class ModelPrior:
    """Of each arm, a model or a model at one effort: the prior mean of its model's effect in logits, indexes of its
    vendor and its model, and how many levels its effort lies above the model's default (arms,).
    """

    mean: Floats
    vendor: Ints
    model: Ints
    effort: Floats

    @property
    def models(self) -> int:
        """Number of models."""
        return int(self.model.max(initial=-1)) + 1

    @property
    def has_efforts(self) -> bool:
        """Whether any arm works at another effort than its model's default."""
        return bool(self.effort.any())

    @property
    def vendors(self) -> int:
        """Number of vendors."""
        return int(self.vendor.max(initial=-1)) + 1


def model_prior(models: Sequence[str], trails: dict[str, float] | None = None) -> ModelPrior:
    """Return what is expected of models; `trails` replaces the table for the models that it names."""
    names = sorted({vendor_of(model) for model in models})
    vendor = np.array([names.index(vendor_of(model)) for model in models], dtype=np.int64)
    mean = np.array([-_trails(model) if trails is None else -trails.get(model, _trails(model)) for model in models])
    families = list(dict.fromkeys(map(model_of, models)))
    number = np.array([families.index(model_of(model)) for model in models], dtype=np.int64)
    return ModelPrior(mean, vendor, number, np.array([_levels_above_default(model) for model in models]))


def cost_shift(list_price: Floats, vendor: Ints, calls: Floats) -> Floats:
    """Return the log of measured by list cost that is expected (n, models) where an agent makes so many `calls` (n,).

    `list_price` (models,) is that of a typical task, NaN where unknown.
    """
    shift = np.zeros((len(calls), len(list_price)))
    length = np.clip(np.log(np.maximum(calls, 1) / SHORT_CALLS) / np.log(LONG_CALLS / SHORT_CALLS), 0, 1)
    for model, price in enumerate(list_price):
        of_vendor = list_price[vendor == vendor[model]]
        share = price / np.nanmax(of_vendor) if np.isfinite(of_vendor).any() else np.nan
        if not share <= MIDDLE_UP_TO:
            continue
        short, long = COST_SHIFT["small" if share <= SMALL_UP_TO else "middle"]
        shift[:, model] = short + (long - short) * length
    return shift


def _levels_above_default(arm: str) -> float:
    model, effort = split_arm(arm)
    return float(effort_rank(effort) - effort_rank(default_effort(model) or USUAL)) if effort else 0.0


def _trails(model: str) -> float:
    return next((gap for pattern, gap in TRAILS if pattern.search(model)), 0.0)


def cheaper_models(models: Iterable[str]) -> set[str]:
    """Return the names that are known for cheaper models of the vendors of `models`, by list price."""
    ranks = [price_rank(model) for model in models if vendor_of(model) == "anthropic"]
    return {model for model in ANTHROPIC if price_rank(model) < max(ranks, default=0)}
