"""From models to arms: where logs tell efforts of a model, each effort is judged by itself."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from pipelines.estimate.history import History, Names, named
from pipelines.estimate.outcomes import combined
from pipelines.estimate.priors import cheaper_models
from recommender.efforts import (
    LEVELS,
    arm_name,
    candidate_arm,
    default_effort,
    effort_level,
    effort_rank,
    model_of,
    split_arm,
)

LOWEST = effort_rank("low")  # no trial goes below: the levels under it switch thinking off


def with_arms(history: History) -> History:
    """Return the history with arms in place of its models, and of their baselines.

    A spawn whose effort nobody told ran at its version's default; where that is not known, at the effort of most spawns
    of the model that asked for none. A model of which no effort was ever told is one arm, under its own name.
    """
    usual = _usual_efforts(history)
    ran, row = combined(history.model.place, history.effort.place, history.version.place)
    arms = [
        _arm(history.model.distinct[model], _name(history.effort, effort), _name(history.version, version), usual)
        for model, effort, version in ran.tolist()
    ]
    would, place = combined(row, history.model.place, history.baseline.place, history.baseline_effort.place)
    baselines = [
        arms[own]
        if effort < 0 and _name(history.model, model) == _name(history.baseline, baseline)
        else _arm(_name(history.baseline, baseline), _name(history.baseline_effort, effort), "", usual)
        for own, model, baseline, effort in would.tolist()
    ]
    has_none = np.array([baseline < 0 for _, _, baseline, _ in would.tolist()], dtype=bool)[place]
    return replace(history, model=named(arms, row), baseline=named(baselines, np.where(has_none, -1, place)))


def arms_in_question(seen: Iterable[str], baselines: Iterable[str], candidates: Iterable[str]) -> list[str]:
    """Return the arms that were seen, and those that a trial may try beside.

    These are the `candidates` of the settings, the cheaper models of the vendors, and where efforts are told apart the
    next lower effort of each arm that usually runs somewhere.
    """
    usual = set(baselines)
    arms = set(seen) | usual
    models = {model_of(arm) for arm in arms}
    arms |= cheaper_models(models) - models
    for arm in usual:
        model, effort = split_arm(arm)
        if effort_rank(effort) > LOWEST:
            arms.add(arm_name(model, LEVELS[effort_rank(effort) - 1]))
    for arm in map(candidate_arm, candidates):
        if arm not in models:  # else it is there, at the efforts that are told
            arms.add(arm)
    return sorted(arms)


def _usual_efforts(history: History) -> dict[str, str]:
    """Return for each model of which efforts are told the one of most spawns that asked for none."""
    told: defaultdict[str, Counter[str]] = defaultdict(Counter)
    kinds, row = combined(history.model.place, history.effort.place, history.is_effort_asked.astype(np.int64))
    for (model, effort, is_asked), count in zip(kinds.tolist(), np.bincount(row).tolist(), strict=True):
        if level := effort_level(_name(history.effort, effort)):
            told[history.model.distinct[model]][level] += 0 if is_asked else count
    return {model: _usual(found) for model, found in told.items()}


def _usual(told: Counter[str]) -> str:
    most = max(told.values())
    return max((effort for effort, count in told.items() if count == most), key=effort_rank) if most else ""


def _name(column: Names, place: int) -> str:
    return column.distinct[place] if place >= 0 else ""


def _arm(model: str, effort: str, version: str, usual: Mapping[str, str]) -> str:
    if model not in usual:
        return model
    return arm_name(model, effort_level(effort) or default_effort(version or model) or usual[model])
