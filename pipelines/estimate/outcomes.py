"""The outcomes that estimates are made from, as arrays."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Ints = NDArray[np.integer]


@dataclass(frozen=True)
class Outcomes:
    """Tasks as columns (n,): indexes into `agents`, `clusters` (-1: in no cluster), `projects` and `models`.

    `success` in [0, 1] is NaN where unknown or not the agent's doing; such a task still counts as work there was, and
    its cost still counts. Where it is the probability of a success, and no score, `label_variance` is what a coin of
    that probability scatters. `information` in [0, 1] is what age, an uncertain label and repetition leave of one
    outcome, `counted` in [0, 1] how far it counts as an observed one. `propensity` is the logged probability of the
    model, NaN where nobody drew. `cost_usd` and `calls` (tool calls of the agent) are NaN where unknown. `cluster_type`
    (clusters,) indexes `work_types`; `centroids` (clusters, d), where known, tell which clusters are near each other.
    `is_self_reported` marks outcomes that a program tells of itself.
    """

    agents: tuple[str, ...]
    work_types: tuple[str, ...]
    clusters: tuple[int, ...]
    projects: tuple[str, ...]
    models: tuple[str, ...]
    cluster_type: Ints
    agent: Ints
    cluster: Ints
    project: Ints
    model: Ints
    success: Floats
    information: Floats
    counted: Floats
    propensity: Floats
    cost_usd: Floats
    calls: Floats
    centroids: Floats | None = None
    label_variance: Floats | None = None
    is_self_reported: NDArray[np.bool_] | None = None


@dataclass(frozen=True)
class Cells:
    """Outcomes summed over each (agent, cluster, project, model) that occurs: columns (cells,).

    `tasks` counts known outcomes, `self_reported` those that programs tell of themselves, `counted` the observed
    ones within the limits of a session and a text, `weight` is their effective number, `rate` their
    weighted success rate, `scatter` the square scatter of successes around it. `log_cost` is the mean of the logarithm
    of known costs, `cost_tasks` their number, `log_cost_scatter` their square scatter.
    """

    agent: Ints
    cluster: Ints
    project: Ints
    model: Ints
    tasks: Floats
    self_reported: Floats
    counted: Floats
    weight: Floats
    rate: Floats
    scatter: Floats
    cost_tasks: Floats
    log_cost: Floats
    log_cost_scatter: Floats

    @property
    def units(self) -> Ints:
        """Return (cells, 3): the agent, cluster and project of each cell."""
        return np.stack([self.agent, self.cluster, self.project], axis=1)

    def only(self, kept: NDArray[np.bool_]) -> "Cells":
        """Return some of the cells."""
        return Cells(**{name: getattr(self, name)[kept] for name in Cells.__dataclass_fields__})


def outcome_information(age_days: Floats, confidence: Floats, half_life_days: float) -> Floats:
    """Return confidence x 2^(-age / half-life): what is left of an outcome of full confidence seen today."""
    information: Floats = confidence * np.exp2(-np.maximum(age_days, 0) / half_life_days)
    return information


def within_limit(member: Ints, is_counted: NDArray[np.bool_], limit: float) -> Floats:
    """Return the share (n,) that each outcome keeps so that no group of `member` counts for more than `limit`."""
    count = np.bincount(member, weights=is_counted.astype(float))
    share: Floats = np.minimum(1.0, limit / np.maximum(count, 1))[member]
    return share


def combined(*columns: Ints) -> tuple[Ints, Ints]:
    """Return the distinct combinations of columns (k, columns) in order, and the place (n,) of each row among them.

    Values are -1 or more. As `numpy.unique` with an axis, which sorts rows as strings of bytes and takes ten times as
    long.
    """
    key, sizes = np.zeros(len(columns[0]), dtype=np.int64), []
    for column in columns:
        sizes.append(int(column.max(initial=-1)) + 2)
        key = key * sizes[-1] + column + 1
    keys, place = np.unique(key, return_inverse=True)
    parts = np.zeros((len(keys), len(columns)), dtype=np.int64)
    for index in reversed(range(len(columns))):
        parts[:, index] = keys % sizes[index] - 1
        keys = keys // sizes[index]
    return parts, place.reshape(-1)


def sum_cells(outcomes: Outcomes, *, propensity_limit: float) -> Cells:
    """Sum the outcomes of each cell, each weighted by its information and its clipped inverse propensity.

    Inverse propensities only weigh the outcomes of a cell against each other. The cell's total weight is the
    information times Kish's ratio (sum r)^2 / (n sum r^2) <= 1, so that one rare draw never counts as many outcomes.
    """
    if not len(outcomes.agent):
        empty, none = np.zeros(0), np.zeros(0, dtype=np.int64)
        return Cells(none, none, none, none, *(9 * [empty]))
    cells, member = combined(outcomes.agent, outcomes.cluster, outcomes.project, outcomes.model)

    def total(values: NDArray[Any]) -> NDArray[np.float64]:
        return np.asarray(np.bincount(member, weights=values, minlength=len(cells)), dtype=np.float64)

    known = np.isfinite(outcomes.success)
    is_self_reported = False if outcomes.is_self_reported is None else outcomes.is_self_reported
    rarity = np.minimum(1 / np.where(np.isfinite(outcomes.propensity), outcomes.propensity, 1), propensity_limit)
    information = np.where(known, outcomes.information, 0)
    weight = total(information * rarity)
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = total(np.where(known, outcomes.success, 0) * information * rarity) / weight
        square = np.where(known, (outcomes.success - rate[member]) ** 2, 0)
        square += 0 if outcomes.label_variance is None else np.where(known, outcomes.label_variance, 0)
        scattered = total(square * information * rarity) / weight
        effective = weight**2 / total(information * rarity**2)
    cost_known = np.isfinite(outcomes.cost_usd) & (outcomes.cost_usd > 0)
    log_cost = np.log(np.where(cost_known, outcomes.cost_usd, 1))
    cost_tasks = total(cost_known.astype(float))
    mean_log = total(log_cost) / np.maximum(cost_tasks, 1)
    scatter = total(np.where(cost_known, (log_cost - mean_log[member]) ** 2, 0))
    return Cells(
        agent=cells[:, 0],
        cluster=cells[:, 1],
        project=cells[:, 2],
        model=cells[:, 3],
        tasks=total(known.astype(float)),
        self_reported=total((known & is_self_reported).astype(float)),
        counted=total(np.where(known, outcomes.counted, 0)),
        weight=np.where(weight > 0, effective, 0),
        rate=np.where(weight > 0, rate, 0),
        scatter=np.where(weight > 0, scattered * effective, 0),
        cost_tasks=cost_tasks,
        log_cost=mean_log,
        log_cost_scatter=scatter,
    )
