"""The estimator: a hierarchical regression with Gaussian priors whose strengths the data set.

logit P(success) = overall + agent + work type + kind + project
                 + (vendor + model) x (1 + agent + work type + kind)
                 + levels above the model's default effort x (1 + agent + work type + kind + model) + arm
                 + (agent, kind, project, arm)

with each group of effects ~ N(0, sd of the group), but for the models' own, whose means are those of `priors`. Log cost
has the same form, with Gaussian noise. The posterior is Laplace's approximation at the mode; the groups' variances are
updated by EM between Newton steps (empirical Bayes), held by a scaled inverse chi-square prior so that few groups
cannot drive a variance to nothing or to the moon. The
innermost effects are integrated out cell by cell, so the size of the system is that of the outer ones.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from scipy import linalg, sparse
from scipy.special import expit, logit

from pipelines.estimate.design import GROUPS, Design, Effects
from pipelines.estimate.outcomes import Cells, Floats, Ints

# Prior standard deviations: what each group of effects is expected to be before any data, in logits or in log dollars.
# What tells the models of one vendor apart differs little between kinds of work; vendors differ by one or two logits.
SUCCESS_PRIOR = {
    "overall": 1.0,
    "agent": 1.0,
    "work type": 0.7,
    "kind": 1.0,
    "project": 0.5,
    "vendor": 0.7,
    "agent and vendor": 1.5,
    "work type and vendor": 1.0,
    "kind and vendor": 1.5,
    "model": 0.5,
    "agent and model": 0.3,
    "work type and model": 0.2,
    "kind and model": 0.4,
    "direction": 1.0,
    "direction and model": 0.3,
    "effort": 0.15,
    "effort and agent": 0.1,
    "effort and work type": 0.1,
    "effort and kind": 0.1,
    "effort and model": 0.15,
    "arm": 0.15,
    "cell": 0.2,
}
COST_PRIOR = {
    "overall": 5.0,
    "agent": 0.7,
    "work type": 0.5,
    "kind": 0.7,
    "project": 0.5,
    "vendor": 0.5,
    "agent and vendor": 0.3,
    "work type and vendor": 0.3,
    "kind and vendor": 0.3,
    "model": 0.35,
    "agent and model": 0.3,
    "work type and model": 0.2,
    "kind and model": 0.2,
    "direction": 0.5,
    "direction and model": 0.3,
    "effort": 0.2,
    "effort and agent": 0.1,
    "effort and work type": 0.1,
    "effort and kind": 0.1,
    "effort and model": 0.3,
    "arm": 0.2,
    "cell": 0.2,
}
OVERALL_SUCCESS = (
    2.5  # logit of .92: agents of real logs fail by themselves in 1 to 7 of 100 tasks, and rules miss some
)
PRIOR_GROUPS = 8.0  # the prior standard deviation counts as much as this many effects seen
STEPS = 40
OVERRELAXATION = 1.7  # of the EM step in log variance: its own steps are short, and converge from far too slowly
SMALLEST_DISPERSION = 0.25
DENSE_UP_TO = 200_000
TOLERANCE = 3e-3  # of the largest change of a standard deviation or of a fitted logit, in one step


def fit_success(design: Design, rows: sparse.csr_array, cells: Cells) -> Effects:
    """Fit the success rates of cells that all hold an outcome; `rows` is (cells, columns) of the design.

    Outcomes that are scores between 0 and 1 scatter less than coin flips do, and tell more: their weight is divided by
    the dispersion (quasi-likelihood, McCullagh & Nelder 1989), which is one where outcomes are true or false.
    """
    dispersion = score_dispersion(cells)
    overall = float((cells.weight @ cells.rate + 1) / (cells.weight.sum() + 2))

    def response(fitted: Floats, _: float) -> tuple[Floats, Floats]:
        probability = expit(fitted)
        curvature = np.maximum(probability * (1 - probability), 1e-4)
        return cells.weight * curvature / dispersion, fitted + (cells.rate - probability) / curvature

    return _fit(design, rows, response, np.full(len(cells.weight), logit(overall)), SUCCESS_PRIOR, OVERALL_SUCCESS)


def score_dispersion(cells: Cells) -> float:
    """Return the scatter of scores within cells by that of coin flips of the same mean, at most one.

    Only cells with several outcomes tell; true-or-false outcomes give one exactly.
    """
    several = cells.weight > 2
    weight, rate = cells.weight[several], cells.rate[several]
    flips = float((weight * rate * (1 - rate)).sum())
    if flips <= 0:
        return 1.0
    return min(1.0, max(SMALLEST_DISPERSION, float((cells.scatter[several] * weight / (weight - 1)).sum()) / flips))


def fit_log_cost(design: Design, rows: sparse.csr_array, count: Floats, mean_log: Floats, scatter: Floats) -> Effects:
    """Fit mean log costs (cells,) of `count` tasks each; `scatter` is the squared scatter within each cell."""
    freedom = float(np.maximum(count - 1, 0).sum())
    noise = (float(scatter.sum()) + 4 * 0.5) / (freedom + 4)

    def response(_: Floats, noise_variance: float) -> tuple[Floats, Floats]:
        return count / noise_variance, mean_log

    center = float(np.average(mean_log, weights=count)) if count.sum() else -2.0
    return _fit(design, rows, response, mean_log.copy(), COST_PRIOR, center, noise=noise)


def _fit(
    design: Design,
    rows: sparse.csr_array,
    response: Callable[[Floats, float], tuple[Floats, Floats]],
    fitted: Floats,
    prior: Mapping[str, float],
    center: float,
    *,
    noise: float = 1.0,
) -> Effects:
    """Iterate Newton and EM steps; `response` gives working weights and working responses at the fitted values.

    The prior means are `center` for the overall level and, on the scale of success, those of the models.
    """
    group = design.group_of_column()
    seen = np.unique(np.concatenate([[0], rows.indices]))
    columns, group_seen = _dense_if_small(rows[:, seen].tocsr()), group[seen]
    variance = np.array([prior[name] ** 2 for name in GROUPS])
    cell_variance = prior["cell"] ** 2
    means = design.model_means() if prior is SUCCESS_PRIOR else np.zeros(len(group))
    means[0] = center
    offset = means[seen]
    for _ in range(STEPS):
        weight, observed = response(fitted, noise)
        kept = weight / (1 + cell_variance * weight)
        precision = _gram(columns, kept) + np.diag(1 / variance[group_seen])
        covariance = linalg.inv(precision, check_finite=False, assume_a="pos")
        mean = covariance @ (columns.T @ (kept * observed) + offset / variance[group_seen])
        outer, pull = columns @ mean, cell_variance * weight / (1 + cell_variance * weight)
        before, spread_before = fitted, np.append(variance, cell_variance)
        fitted = np.clip(outer + pull * (observed - outer), before - 2, before + 2)
        squares = (mean - offset) ** 2 + np.diag(covariance)
        variance = _farther(variance, _variances(squares, group_seen, variance, prior))
        has_weight = weight > 0
        inner = float(((pull * (observed - outer)) ** 2 + cell_variance * (1 - pull))[has_weight].sum())
        # The variances x C x' of all cells' predictions in one sum, the trace of C X'X: no row of C for each cell.
        inner += float((covariance * _gram(columns, pull**2 * has_weight)).sum())
        cell_variance = float(_farther(cell_variance, _pooled(inner, int(has_weight.sum()), prior["cell"])))
        change = np.abs(np.sqrt(np.append(variance, cell_variance)) - np.sqrt(spread_before)).max()
        if max(change, np.abs(fitted - before).max(initial=0)) < TOLERANCE:
            break
    full = means
    full[seen] = mean
    spread = {name: float(np.sqrt(value)) for name, value in zip(GROUPS, variance, strict=True)}
    return Effects(
        mean=full,
        covariance=covariance,
        seen=seen,
        prior_variance=variance[group],
        cell_variance=cell_variance,
        pull=pull,
        observed=observed,
        spread_of_group=spread | {"cell": float(np.sqrt(cell_variance))},
        noise_variance=noise,
    )


def _dense_if_small(matrix: sparse.csr_array) -> sparse.csr_array | Floats:
    """Return a small matrix as an array: the handling of sparse ones would take most of a small history's time."""
    return _as_array(matrix) if matrix.shape[0] * matrix.shape[1] <= DENSE_UP_TO else matrix


def _gram(columns: sparse.csr_array | Floats, weight: Floats) -> Floats:
    return _as_array(columns.T @ (columns * weight[:, None]))


def _as_array(matrix: Any) -> Floats:
    return np.asarray(matrix.toarray() if sparse.issparse(matrix) else matrix)


def _variances(squares: Floats, group: Ints, variance: Floats, prior: Mapping[str, float]) -> Floats:
    """Return the variance of each group of effects from the expected squares of the effects seen."""
    updated = variance.copy()
    for index, name in enumerate(GROUPS):
        if name != "overall":
            own = squares[group == index]
            updated[index] = _pooled(float(own.sum()), len(own), prior[name])
    return updated


def _farther(before: Floats | float, after: Floats | float) -> Floats:
    return np.asarray(before * (after / before) ** OVERRELAXATION)


def _pooled(squares: float, count: int, prior_spread: float) -> float:
    return (squares + PRIOR_GROUPS * prior_spread**2) / (count + PRIOR_GROUPS)
