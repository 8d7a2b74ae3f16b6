"""From the effects to what each model can be trusted with in each scope."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.special import expit, logit

from pipelines.estimate.design import Design, Effects
from pipelines.estimate.outcomes import Cells, Floats
from pipelines.estimate.scopes import Scopes

SCOPES_AT_ONCE = 400  # bounds the memory of one step to a few tens of MB at 100 clusters and 200 agents


@dataclass(frozen=True)
class Prediction:
    """Joint posterior of the models' success in each scope, on the logit scale.

    `logit` and `sd` (scopes, models); `shared` (scopes,) is the part of the spread that moves all models alike.
    """

    logit: Floats
    sd: Floats
    shared: Floats


def predict_pairs(
    design: Design, effects: Effects, cells: Cells, scopes: Scopes
) -> tuple[Floats, Floats, sparse.csr_array]:
    """Return for each (pair, model), models fastest: fitted value, variance of its own, and its row of effects.

    The row is the derivative of the fitted value by the effects; where a cell was observed, part of it is believed
    directly and the row shrinks by as much.
    """
    models = design.models
    agent, cluster = np.repeat(scopes.pair_agent, models), np.repeat(scopes.pair_cluster, models)
    model = np.tile(np.arange(models), len(scopes.pair_agent))
    place = {key: index for index, key in enumerate(zip(agent.tolist(), cluster.tolist(), model.tolist(), strict=True))}
    found = np.array(
        [place[key] for key in zip(cells.agent.tolist(), cells.cluster.tolist(), cells.model.tolist(), strict=True)],
        dtype=np.int64,
    )
    pull, observed = np.zeros(len(agent)), np.zeros(len(agent))
    pull[found], observed[found] = effects.pull, effects.observed
    rows = design.rows(agent, cluster, model)
    fitted = (1 - pull) * (rows @ effects.mean) + pull * observed
    return fitted, effects.cell_variance * (1 - pull), sparse.csr_array(rows * (1 - pull)[:, None])


def predict_success(design: Design, effects: Effects, cells: Cells, scopes: Scopes) -> Prediction:
    """Average success over each scope's mix of work, by the delta method on the logit scale."""
    count, models = len(scopes.agent_names), design.models
    fitted, own_variance, rows = predict_pairs(design, effects, cells, scopes)
    probability = expit(fitted).reshape(-1, models)
    mean = np.clip(scopes.mix @ probability, 1e-6, 1 - 1e-6)
    slope = probability * (1 - probability)
    unseen = np.ones(len(effects.mean), dtype=bool)
    unseen[effects.seen] = False
    outer_variance = np.where(unseen, effects.prior_variance, 0)
    covariance = np.zeros((count, models, models))
    gradients, own = [], np.zeros((count, models))
    for model in range(models):
        scaled = sparse.csr_array(scopes.mix * slope[:, model][None, :])
        scaled = sparse.csr_array(scaled * (1 / (mean[:, model] * (1 - mean[:, model])))[:, None])
        gradient = sparse.csr_array(scaled @ rows[model::models])
        own[:, model] = scaled.power(2) @ own_variance[model::models] + gradient.power(2) @ outer_variance
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
    return Prediction(logit(mean), *_own_and_shared(covariance))


def _own_and_shared(covariance: Floats) -> tuple[Floats, Floats]:
    """Return each model's standard deviation (scopes, models), and the one that they share (scopes,).

    The covariance of two models comes from the effects of the work itself, and is nearly the same for every pair: its
    mean stands for all, which keeps what a lookup must know to a few numbers per row.
    """
    models = covariance.shape[1]
    variance = np.diagonal(covariance, axis1=1, axis2=2)
    if models == 1:
        return np.sqrt(variance), np.zeros(len(covariance))
    mean = (covariance.sum(axis=(1, 2)) - variance.sum(axis=1)) / (models * (models - 1))
    return np.sqrt(variance), np.sqrt(np.clip(mean, 0, variance.min(axis=1)))


def success_summary(prediction: Prediction, low_quantile_z: float) -> tuple[Floats, Floats, Floats]:
    """Return mean, standard deviation and lower bound of success (scopes, models) from the logit-normal posterior."""
    spread = prediction.sd
    nodes, weights = np.polynomial.hermite_e.hermegauss(15)
    values = expit(prediction.logit[..., None] + spread[..., None] * nodes)
    weights = weights / weights.sum()
    mean = values @ weights
    deviation = np.sqrt(np.maximum((values**2) @ weights - mean**2, 0))
    return mean, deviation, expit(prediction.logit - low_quantile_z * spread)
