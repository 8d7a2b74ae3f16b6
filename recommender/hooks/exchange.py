"""What clients' hooks have in common: reading what is said of a spawn, and telling a person of a change."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recommender.recommendation import Recommendation

EVERY_SECOND = 0.5
NAME_CHARACTERS, PATH_CHARACTERS = 200, 4_096
OPT_OUT = re.compile(r"\bspawnwise\s*[:=]\s*off\b", re.IGNORECASE)


def text_in(value: object, characters: int = NAME_CHARACTERS) -> str | None:
    """Return a text, cut to what is needed of it; None where the value is something else."""
    return value[:characters] if isinstance(value, str) else None


def obstacle_in(**found: object) -> str | None:
    """Return the name of the first of these that stands in the way of a change; None where none does."""
    return next((why for why, is_so in found.items() if is_so), None)


def without_idle_draw(recommendation: "Recommendation", is_applied: bool) -> "Recommendation":
    """Take a spawn out of the trial that drew its candidate, where it cannot be applied: the baseline runs there."""
    if recommendation.trial_arm != "candidate" or is_applied:
        return recommendation
    return replace(recommendation, trial_id=None, trial_arm=None)


def line(text: str) -> str:
    """Return a text as one line that a terminal may print."""
    from recommender.terminal import printable

    return " ".join(printable(text).split())


def change_in_words(
    agent: str, recommendation: "Recommendation", mode: str, model: str | None = None, usual: str | None = None
) -> str:
    """Return the line that tells of a change: an advice, or what was done; and that a trial drew it, where one did.

    `model` and `usual` are its words for what is answered and what would run, where these are more than their names.
    """
    model, usual = model or recommendation.model, usual or recommendation.baseline_model
    if mode == "advise":
        return line(f"spawnwise: use {model} instead of {usual} for {agent}. {recommendation.reason}")
    if recommendation.trial_arm:
        share = recommendation.propensity
        drawn = "every second one is drawn" if share == EVERY_SECOND else f"{share * 100:.0f}% of them are drawn"
        trial = f"spawnwise trial {recommendation.trial_id}"
        return line(f"{trial}: {model} instead of {usual} for this spawn ({drawn})")
    return line(f"spawnwise: {agent} runs on {model} instead of {usual}. {recommendation.reason}")
