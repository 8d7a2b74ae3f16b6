"""A decision in one plain sentence."""

from collections.abc import Mapping, Sequence

import numpy as np

from recommender.decision import Floats, Ground, Ints, Rule


def reason_of(
    ground: Ground,
    models: Sequence[str],
    row: Mapping[str, Floats | Ints],
    *,
    chosen: int,
    default: int,
    best: int,
    rule: Rule,
) -> str:
    """Say why `chosen` answers: what was seen, how often, and why not a cheaper one.

    `row` holds per model: success_rate, success_low, tasks, effective_n, cost_usd, reliable.
    """
    seen, cost = _seen(models, row, chosen), row["cost_usd"]
    price = f"{_money(cost[chosen])} a task against {_money(cost[default])} for {models[default]}"
    if ground is Ground.CHEAPER:
        near = models[best] if best != chosen else models[default]
        return f"{seen}: reliably within {100 * rule.tolerated_gap:.0f} points of {near}, at {price}."
    if ground is Ground.BETTER:
        return f"{seen}: better than the default {models[default]}, at {_share(row['success_rate'][default])}."
    if ground is Ground.ONLY_BEST:
        return f"{seen}: no model reaches {_share(rule.success_floor)} here, and this one does best, at {price}."
    if ground is Ground.DEFAULT_UNCHALLENGED:
        return f"{seen}: the default stays, for no cheaper model has {rule.minimum_evidence:.0f} known outcomes here."
    return f"{seen}: the default stays. {_doubt(models, row, default, rule)}."


def _doubt(models: Sequence[str], row: Mapping[str, Floats | Ints], default: int, rule: Rule) -> str:
    """Name the cheaper model that came nearest, and what it lacks."""
    tried = (row["cost_usd"] < row["cost_usd"][default]) & (row["effective_n"] >= rule.minimum_evidence)
    nearest = int(np.where(tried, row["reliable"], -1).argmax())
    probability, required = row["reliable"][nearest], rule.required_probability
    return (
        f"{_seen(models, row, nearest)}, good enough with probability {probability:.2f} where {required:.2f} is asked"
    )


def _seen(models: Sequence[str], row: Mapping[str, Floats | Ints], model: int) -> str:
    tasks = int(row["tasks"][model])
    if not tasks:
        return f"{models[model]} has no known outcome here"
    plural = "outcome" if tasks == 1 else "outcomes"
    rate, low = row["success_rate"][model], row["success_low"][model]
    return f"{models[model]} succeeds in about {_share(rate)} (at least {_share(low)}) by {tasks} known {plural}"


def _share(rate: float) -> str:
    return f"{100 * float(rate):.0f} %"


def _money(cost: float) -> str:
    if not np.isfinite(cost):
        return "an unknown cost"
    return f"${float(cost):.2f}" if cost >= 0.1 else f"${float(cost):.2g}"
