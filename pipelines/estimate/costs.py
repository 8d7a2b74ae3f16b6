"""What a task really costs with each model, in each scope."""

from collections.abc import Mapping, Sequence

import numpy as np

from pipelines.estimate.design import Design
from pipelines.estimate.model import fit_log_cost
from pipelines.estimate.outcomes import Cells, Floats
from pipelines.estimate.predict import predict_pairs
from pipelines.estimate.scopes import Scopes

CORRECTION_TASKS = 5.0  # how many tasks the log-normal mean is worth against the mean that was seen


def reference_log_prices(models: Sequence[str], prices: Mapping[str, float | None], cells: Cells) -> Floats:
    """Return for each model the log of what it is expected to cost before its costs are seen; NaN where unknown.

    The list price of a typical task where there is one, else the mean of its own log costs, set so that models with
    both agree on average.
    """
    listed = np.array([np.log(price) if (price := prices.get(model)) else np.nan for model in models])
    tasks, total = np.zeros(len(models)), np.zeros(len(models))
    np.add.at(tasks, cells.model, cells.cost_tasks)
    np.add.at(total, cells.model, cells.cost_tasks * cells.log_cost)
    with np.errstate(invalid="ignore"):
        own = np.where(tasks > 0, total / np.maximum(tasks, 1), np.nan)
    both = np.isfinite(listed) & np.isfinite(own)
    shift = float(np.average(own[both] - listed[both], weights=tasks[both])) if both.any() else 0.0
    return np.where(np.isfinite(listed), listed + shift, own)


def expected_costs(
    design: Design, cells: Cells, scopes: Scopes, models: Sequence[str], prices: Mapping[str, float | None]
) -> Floats:
    """Return the expected cost in dollars (scopes, models); NaN where neither costs nor a list price are known.

    Log costs are shrunk with the estimator's own regression around the models' reference prices, and turned into
    means by the log-normal ratio exp(variance / 2), the variance of each model shrunk to that of all.
    """
    reference = reference_log_prices(models, prices, cells)
    if not np.isfinite(reference).any():
        return np.full((len(scopes.agent_names), design.models), np.nan)
    priced = (cells.cost_tasks > 0) & np.isfinite(reference[cells.model])
    seen = Cells(**{name: getattr(cells, name)[priced] for name in Cells.__dataclass_fields__})
    rows = design.rows(seen.agent, seen.cluster, seen.model)
    level = seen.log_cost - reference[seen.model]
    effects = fit_log_cost(design, rows, seen.cost_tasks, level, seen.log_cost_scatter)
    if not priced.any():
        effects.mean[0] = 0.0  # list prices stand as they are
    fitted, _, _ = predict_pairs(design, effects, seen, scopes)
    pair_cost = np.exp(fitted.reshape(-1, design.models) + np.where(np.isfinite(reference), reference, np.nan))
    correction = _mean_to_median(seen, effects.noise_variance if priced.any() else 0.0, design.models)
    expected: Floats = scopes.mix @ (pair_cost * correction)
    return expected


def _mean_to_median(seen: Cells, noise_variance: float, models: int) -> Floats:
    """Return for each model the ratio of mean to median cost, between its own and the log-normal's."""
    tasks, scatter = np.zeros(models), np.zeros(models)
    np.add.at(tasks, seen.model, seen.cost_tasks)
    np.add.at(scatter, seen.model, seen.log_cost_scatter)
    own = (scatter + CORRECTION_TASKS * noise_variance) / (tasks + CORRECTION_TASKS)
    ratio: Floats = np.exp(np.minimum(own, 2.0) / 2)
    return ratio
