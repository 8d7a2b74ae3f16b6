"""From models to arms: where logs tell efforts of a model, each effort is judged by itself."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from pipelines.estimate.history import TaskRow
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


def with_arms(rows: Sequence[TaskRow]) -> list[TaskRow]:
    """Return the rows with arms in place of their models, and of their baselines.

    A spawn whose effort nobody told ran at its version's default; where that is not known, at the effort of most spawns
    of the model that asked for none. A model of which no effort was ever told is one arm, under its own name.
    """
    told: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        if effort := effort_level(row.effort):
            told[row.model][effort] += 0 if row.is_effort_asked else 1
    usual = {model: _usual(found) for model, found in told.items()}
    return [_with_arm(row, usual) for row in rows]


def arms_in_question(rows: Iterable[TaskRow], baselines: Iterable[str], candidates: Iterable[str]) -> list[str]:
    """Return the arms that were seen, and those that a trial may try beside.

    These are the `candidates` of the settings, the cheaper models of the vendors, and where efforts are told apart the
    next lower effort of each arm that usually runs somewhere.
    """
    usual = set(baselines)
    arms = {row.model for row in rows} | usual
    models = {model_of(arm) for arm in arms}
    arms |= cheaper_models(models) - models
    for arm in usual:
        model, effort = split_arm(arm)
        if effort_rank(effort) > LOWEST:
            arms.add(arm_name(model, LEVELS[effort_rank(effort) - 1]))
    for named in map(candidate_arm, candidates):
        if named not in models:  # else it is there, at the efforts that are told
            arms.add(named)
    return sorted(arms)


def _usual(told: Counter[str]) -> str:
    most = max(told.values())
    return max((effort for effort, count in told.items() if count == most), key=effort_rank) if most else ""


def _with_arm(row: TaskRow, usual: Mapping[str, str]) -> TaskRow:
    arm = _arm(row.model, row.effort, row.version, usual)
    if row.baseline is None:
        return row._replace(model=arm)
    is_own = row.baseline == row.model and row.baseline_effort is None
    baseline = arm if is_own else _arm(row.baseline, row.baseline_effort, None, usual)
    return row._replace(model=arm, baseline=baseline)


def _arm(model: str, effort: str | None, version: str | None, usual: Mapping[str, str]) -> str:
    if model not in usual:
        return model
    return arm_name(model, effort_level(effort) or default_effort(version or model) or usual[model])
