"""How hard a model is set to think: the second axis beside the model.

An arm is a model and, where efforts are told apart, its effort: `opus@low`. A model that logs never tell an effort of
is an arm by itself.
"""

import re
from collections.abc import Sequence

from recommender.models import CLAUDE_FAMILIES, claude_version, model_family

LEVELS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
USUAL = "medium"  # what offsets are counted from where a model's own default is unknown
# https://platform.claude.com/docs/en/build-with-claude/effort. Earlier ones had other defaults in other clients.
_DEFAULTS = {"opus-5-5": "medium", "haiku-5-5": "medium"}
_DEFAULT_OF_OTHERS = "high"
_FIRST_KNOWN = 5  # major version


def effort_level(told: object) -> str:
    """Return the level that a word names, empty where it names none."""
    if not isinstance(told, str):
        return ""
    word = re.sub(r"[^a-z]", "", told.lower()).replace("extrahigh", "xhigh")
    return word if word in LEVELS else ""


def effort_rank(effort: str) -> int:
    """Return the place of a level among all, the lowest first; -1 where it is none."""
    return LEVELS.index(effort) if effort in LEVELS else -1


def default_effort(model: str) -> str:
    """Return the effort at which a model works if nobody names one, empty where that is not known.

    A family alone means its newest version.
    """
    version = claude_version(model)
    if version is None:
        family = model.strip().lower()
        if family not in CLAUDE_FAMILIES:
            return ""
        return _DEFAULTS.get(f"{family}-5-5", _DEFAULT_OF_OTHERS)
    name = version.removeprefix("claude-")
    number = re.search(r"-(\d+)", name)
    if number is None or int(number[1]) < _FIRST_KNOWN:
        return ""
    return _DEFAULTS.get(name, _DEFAULT_OF_OTHERS)


def arm_name(model: str, effort: str = "") -> str:
    """Return the name of a model at an effort."""
    return f"{model}@{effort}" if effort else model


def split_arm(arm: str) -> tuple[str, str]:
    """Return the model and the effort of an arm; only a level behind the last `@` is an effort."""
    model, mark, effort = arm.rpartition("@")
    return (model, effort) if mark and model and effort in LEVELS else (arm, "")


def model_of(arm: str) -> str:
    """Return the model of an arm."""
    return split_arm(arm)[0]


def candidate_arm(named: str) -> str:
    """Return the arm that a person names: `claude-opus-5-5@low` is `opus@low`."""
    model, effort = split_arm(named.strip().lower())
    return arm_name(model_family(model), effort)


def arm_among(arms: Sequence[str], model: str, effort: str = "", usual: str = "") -> str | None:
    """Return the arm that a model at an effort is, None where there is none of that model.

    Where the effort is not told it is the usual one: `usual` if that is an arm of the model, the model alone, its
    default. Where no arm has that effort, the nearest stands for it.
    """
    own = [arm for arm in arms if model_of(arm) == model]
    if not own:
        return None
    if not effort and usual in own:
        return usual
    wanted = effort or default_effort(model) or USUAL
    if arm_name(model, wanted) in own:
        return arm_name(model, wanted)
    if model in own:
        return model
    return min(own, key=lambda arm: (abs(effort_rank(split_arm(arm)[1]) - effort_rank(wanted)), arm))


def words_of(arm: str) -> str:
    """Return an arm in words for a person."""
    model, effort = split_arm(arm)
    return f"{model} at {effort} effort" if effort else model
