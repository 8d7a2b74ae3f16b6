"""What a task really costs with each model, in each scope."""

from collections.abc import Mapping, Sequence

import numpy as np

from pipelines.estimate.design import Design
from pipelines.estimate.model import fit_log_cost
from pipelines.estimate.outcomes import Cells, Floats, Outcomes
from pipelines.estimate.predict import Prediction, fitted_units, joint_spread
from pipelines.estimate.priors import EFFORT_LOG_COST, cost_shift
from pipelines.estimate.scopes import Scopes, unit_of_cell

CORRECTION_TASKS = 5.0  # how many tasks the log-normal mean is worth against the mean that was seen
USUAL_CALLS = 12.0  # of an agent of which nothing is known
CALLS_PRIOR_TASKS = 5.0


def expected_costs(
    design: Design,
    outcomes: Outcomes,
    cells: Cells,
    scopes: Scopes,
    prices: Mapping[str, float | None],
    weights: Mapping[str, float],
) -> Prediction:
    """Return the log of the expected cost in dollars of a task; NaN where neither costs nor a list price are known.

    Log costs are shrunk with the estimator's own regression around what the models' list prices and the length of the
    work lead to expect, and turned into means by the log-normal ratio exp(variance / 2), the variance of each model
    shrunk to that of all.
    """
    listed = np.array([np.log(price) if (price := prices.get(name)) else np.nan for name in outcomes.models])
    unit_reference = listed + cost_shift(np.exp(listed), design.prior.vendor, calls_of_units(outcomes, scopes))
    unit_reference += EFFORT_LOG_COST * design.prior.effort
    unit_reference += np.log([weights.get(name, 1.0) for name in outcomes.models])
    unit_reference += _anchor(unit_reference, cells, scopes, outcomes.models)
    shape = (len(scopes.keys), design.arms)
    cell_reference = unit_reference[unit_of_cell(scopes, cells), cells.model]
    is_priced = (cells.cost_tasks > 0) & np.isfinite(cell_reference)
    if not np.isfinite(unit_reference).any():
        return Prediction(np.full(shape, np.nan), np.zeros(shape), np.zeros(shape[0]), np.zeros(shape))
    seen = cells.only(is_priced)
    rows = design.rows(seen.units, seen.model)
    level = seen.log_cost - cell_reference[is_priced]
    effects = fit_log_cost(design, rows, seen.cost_tasks, level, seen.log_cost_scatter)
    if not is_priced.any():
        effects.mean[0] = 0.0  # list prices stand as they are
    fitted = fitted_units(design, effects, seen, scopes)
    unit_cost = np.exp(fitted.value.reshape(-1, design.arms) + unit_reference)
    unit_cost *= _mean_to_median(seen, effects.noise_variance if is_priced.any() else 0.0, design.arms)
    expected = scopes.mix @ unit_cost
    weight, scale = np.nan_to_num(unit_cost), np.where(np.isfinite(expected), expected, 1.0)
    return Prediction(np.log(expected), *joint_spread(design, effects, fitted, scopes, weight, scale))


def own_cost_sd(cost: Prediction) -> Floats:
    """Return the spread (scopes, models) of the log costs without what moves all models alike."""
    return np.sqrt(np.maximum(cost.sd**2 - cost.shared[:, None] ** 2, 0))


def calls_of_units(outcomes: Outcomes, scopes: Scopes) -> Floats:
    """Return about how many calls the agent of each unit of work makes: the median, shrunk to the usual in logs."""
    calls = np.full(len(outcomes.agents), USUAL_CALLS)
    is_known = outcomes.calls > 0
    for agent in range(len(outcomes.agents)):
        own = np.log(outcomes.calls[is_known & (outcomes.agent == agent)])
        if len(own):
            weight = len(own) / (len(own) + CALLS_PRIOR_TASKS)
            calls[agent] = np.exp(weight * np.median(own) + (1 - weight) * np.log(USUAL_CALLS))
    return calls[scopes.units[:, 0]] if len(scopes.units) else np.zeros(0)


def _anchor(reference: Floats, cells: Cells, scopes: Scopes, models: Sequence[str]) -> Floats:
    """Return what to add (models,) so that list prices agree on average with the costs that were seen.

    A model without a list price is set where its own costs lie.
    """
    seen = cells.only(cells.cost_tasks > 0)
    departure = seen.log_cost - reference[unit_of_cell(scopes, seen), seen.model]
    listed = np.isfinite(departure)
    shift = np.average(departure[listed], weights=seen.cost_tasks[listed]) if listed.any() else 0.0
    anchor = np.full(len(models), shift)
    for model in range(len(models)):
        own = seen.model == model
        if not np.isfinite(reference[:, model]).any() and own.any():
            anchor[model] = np.average(seen.log_cost[own], weights=seen.cost_tasks[own])
            reference[:, model] = 0.0
    return anchor


def _mean_to_median(seen: Cells, noise_variance: float, models: int) -> Floats:
    """Return for each model the ratio of mean to median cost, between its own and the log-normal's."""
    tasks, scatter = np.zeros(models), np.zeros(models)
    np.add.at(tasks, seen.model, seen.cost_tasks)
    np.add.at(scatter, seen.model, seen.log_cost_scatter)
    own = (scatter + CORRECTION_TASKS * noise_variance) / (tasks + CORRECTION_TASKS)
    ratio: Floats = np.exp(np.minimum(own, 2.0) / 2)
    return ratio
