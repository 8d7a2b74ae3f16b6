"""From the effects to what each model can be trusted with in each scope."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.special import expit, logit

from pipelines.estimate.design import Design, Effects
from pipelines.estimate.outcomes import Cells, Floats, Ints
from pipelines.estimate.scopes import Scopes, unit_of_cell

SCOPES_AT_ONCE = 400  # bounds the memory of one step to a few tens of MB at 100 clusters and 200 agents


@dataclass(frozen=True)
class Prediction:
    """Joint posterior of the arms' success (logit scale) or cost (log scale) in each scope.

    `mean` and `sd` (scopes, arms); `shared` (scopes,) is the part of the spread that moves all arms alike, `kin`
    (scopes, arms) the part beside it that moves all efforts of one model alike.
    """

    mean: Floats
    sd: Floats
    shared: Floats
    kin: Floats


@dataclass(frozen=True)
class Fitted:
    """What the effects say of each unit of work and model, models fastest.

    `value` and its own `variance` (units x models,), and the derivative of the value by the effects, a sparse row each:
    where a cell was observed, part of it is believed directly and the row shrinks by as much.
    """

    value: Floats
    variance: Floats
    rows: sparse.csr_array


def fitted_units(design: Design, effects: Effects, cells: Cells, scopes: Scopes) -> Fitted:
    """Apply the effects to every unit of work that the scopes are made of, with every model."""
    models = design.arms
    model = np.tile(np.arange(models), len(scopes.units))
    found = unit_of_cell(scopes, cells) * models + cells.model
    pull, observed = np.zeros(len(model)), np.zeros(len(model))
    pull[found], observed[found] = effects.pull, effects.observed
    rows = design.rows(np.repeat(scopes.units, models, axis=0), model)
    value = (1 - pull) * (rows @ effects.mean) + pull * observed
    return Fitted(value, effects.cell_variance * (1 - pull), sparse.csr_array(rows * (1 - pull)[:, None]))


def predict_success(design: Design, effects: Effects, cells: Cells, scopes: Scopes) -> Prediction:
    """Average success over each scope's mix of work, by the delta method on the logit scale."""
    fitted = fitted_units(design, effects, cells, scopes)
    probability = expit(fitted.value).reshape(-1, design.arms)
    mean = np.clip(scopes.mix @ probability, 1e-6, 1 - 1e-6)
    spread = joint_spread(design, effects, fitted, scopes, probability * (1 - probability), mean * (1 - mean))
    return Prediction(logit(mean), *spread)


def joint_spread(
    design: Design, effects: Effects, fitted: Fitted, scopes: Scopes, slope: Floats, scale: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return the spread of each scope's mean by the delta method: own, shared and kin, as in `Prediction`.

    `slope` (units, models) is the derivative of what is averaged by the fitted value, `scale` (scopes, models) that of
    the average by what is told of it.
    """
    count, models = len(scopes.keys), design.arms
    unseen = np.ones(len(effects.mean), dtype=bool)
    unseen[effects.seen] = False
    outer_variance = np.where(unseen, effects.prior_variance, 0)
    covariance = np.zeros((count, models, models))
    gradients, own = [], np.zeros((count, models))
    for model in range(models):
        scaled = sparse.csr_array(scopes.mix * slope[:, model][None, :])
        scaled = sparse.csr_array(scaled * (1 / scale[:, model])[:, None])
        gradient = sparse.csr_array(scaled @ fitted.rows[model::models])
        own[:, model] = scaled.power(2) @ fitted.variance[model::models] + gradient.power(2) @ outer_variance
        gradients.append(sparse.csr_array(gradient[:, effects.seen]))
    for start in range(0, count, SCOPES_AT_ONCE):
        block = slice(start, start + SCOPES_AT_ONCE)
        for first in range(models):
            spread = gradients[first][block] @ effects.covariance
            for second in range(first, models):
                joint = gradients[second][block].multiply(spread).sum(axis=1)
                covariance[block, first, second] = covariance[block, second, first] = joint
    index = np.arange(models)
    covariance[:, index, index] += own
    return _own_and_shared(covariance, design.prior.model)


def _own_and_shared(covariance: Floats, model_of: Ints) -> tuple[Floats, Floats, Floats]:
    """Return each arm's standard deviation (scopes, arms), the one that all share, and that of one model's arms.

    The covariance of two models comes from the effects of the work itself, and is nearly the same for every pair: its
    mean stands for all, which keeps what a lookup must know to a few numbers per row. Efforts of one model share more.
    """
    arms = covariance.shape[1]
    variance = np.diagonal(covariance, axis1=1, axis2=2)
    kin = np.zeros(variance.shape)
    if arms == 1:
        return np.sqrt(variance), np.zeros(len(covariance)), kin
    is_kin = model_of[:, None] == model_of[None, :]
    apart = ~is_kin if not is_kin.all() else ~np.eye(arms, dtype=bool)
    if is_kin.sum() == arms:
        mean = (covariance.sum(axis=(1, 2)) - variance.sum(axis=1)) / (arms * (arms - 1))
    else:
        mean = covariance[:, apart].mean(axis=1)
    shared = np.clip(mean, 0, variance.min(axis=1))
    for model in np.unique(model_of) if not is_kin.all() else ():
        own = np.flatnonzero(model_of == model)
        if len(own) > 1:
            block = covariance[:, own[:, None], own[None, :]]
            among = (block.sum(axis=(1, 2)) - variance[:, own].sum(axis=1)) / (len(own) * (len(own) - 1))
            kin[:, own] = np.clip(among - shared, 0, variance[:, own].min(axis=1) - shared)[:, None]
    return np.sqrt(variance), np.sqrt(shared), np.sqrt(kin)


def success_summary(prediction: Prediction, low_quantile_z: float) -> tuple[Floats, Floats, Floats]:
    """Return mean, standard deviation and lower bound of success (scopes, models) from the logit-normal posterior."""
    spread = prediction.sd
    nodes, weights = np.polynomial.hermite_e.hermegauss(15)
    values = expit(prediction.mean[..., None] + spread[..., None] * nodes)
    weights = weights / weights.sum()
    mean = values @ weights
    deviation = np.sqrt(np.maximum((values**2) @ weights - mean**2, 0))
    return mean, deviation, expit(prediction.mean - low_quantile_z * spread)
