"""The columns of the estimator: which effects a cell has."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from pipelines.estimate.outcomes import Floats, Ints
from pipelines.estimate.priors import EFFORT_SUCCESS, ModelPrior

GROUPS = (
    "overall",
    "agent",
    "work type",
    "kind",
    "project",
    "vendor",
    "agent and vendor",
    "work type and vendor",
    "kind and vendor",
    "model",
    "agent and model",
    "work type and model",
    "kind and model",
    "direction",
    "direction and model",
    "effort",
    "effort and agent",
    "effort and work type",
    "effort and kind",
    "effort and model",
    "arm",
)
FACTORS = ("overall", "agent", "work type", "kind")  # those that interact with the model, and with its vendor
DIRECTIONS = 24  # at most: the main ways in which the kinds' centroids differ
CLUSTERS_PER_DIRECTION = 4


@dataclass(frozen=True)
class Design:
    """Numbers of agents, work types and projects; the work type of each cluster and where it lies; the models.

    `cluster_type` (clusters,), `directions` (clusters, directions). The groups of columns stand in the order of GROUPS;
    a pair's column is that of its first part x models (or vendors) + its model (vendor). With one vendor, its groups
    are empty. So are those of efforts where every arm works at its model's default: the offset of any other effort
    grows with each level, and an arm may depart from that line.
    """

    agents: int
    work_types: int
    projects: int
    cluster_type: Ints
    directions: Floats
    prior: ModelPrior

    @property
    def arms(self) -> int:
        """Number of arms: of models, each at the efforts that are told apart."""
        return len(self.prior.mean)

    @property
    def offsets(self) -> list[int]:
        """First column of each group, and the number of columns at the end."""
        clusters, directions = self.directions.shape
        levels = {"overall": 1, "agent": self.agents, "work type": self.work_types, "kind": clusters}
        vendors = self.prior.vendors if self.prior.vendors > 1 else 0
        sizes = [*levels.values(), self.projects]
        sizes += [level * vendors for level in levels.values()]
        models = self.prior.models
        sizes += [level * models for level in levels.values()]
        sizes += [directions, directions * models]
        sizes += [*levels.values(), models, self.arms] if self.prior.has_efforts else [0] * 6
        return [0, *np.cumsum(sizes).tolist()]

    def group_of_column(self) -> Ints:
        """Return the index into GROUPS of each column."""
        return np.repeat(np.arange(len(GROUPS)), np.diff(self.offsets))

    def model_means(self) -> Floats:
        """Return the prior mean of each column: of the models' own effects and of an effort's, zero for all others."""
        means = np.zeros(self.offsets[-1])
        start = self.offsets[GROUPS.index("model")]
        means[start + self.prior.model] = self.prior.mean
        if self.prior.has_efforts:
            means[self.offsets[GROUPS.index("effort")]] = EFFORT_SUCCESS
        return means

    def rows(self, units: Ints, arm: Ints) -> sparse.csr_array:
        """Return the matrix (n, columns) of these cells; `units` (n, 3) are agent, cluster and project.

        A cluster of -1 has no effects of its own, nor has its work type.
        """
        agent, cluster, project = units.T
        one = np.ones(len(units))
        inside, safe = (cluster >= 0).astype(float), np.maximum(cluster, 0)
        kind_type = self.cluster_type[safe] if len(self.cluster_type) else np.zeros_like(safe)
        levels = ((np.zeros_like(agent), one), (agent, one), (kind_type, inside), (safe, inside))
        place = self.directions[safe] * inside[:, None] if len(self.directions) else np.zeros((len(agent), 0))
        start = dict(zip(GROUPS, self.offsets, strict=False))
        parts = [
            ((start[name] + level)[:, None], value[:, None])
            for name, (level, value) in zip(FACTORS, levels, strict=True)
        ]
        parts.append(((start["project"] + project)[:, None], one[:, None]))
        model, models = self.prior.model[arm], self.prior.models
        by = [(model, models, "model")]
        if self.prior.vendors > 1:
            by.append((self.prior.vendor[arm], self.prior.vendors, "vendor"))
        for index, count, name in by:
            for factor, (level, value) in zip(FACTORS, levels, strict=True):
                group = name if factor == "overall" else f"{factor} and {name}"
                parts.append(((start[group] + level * count + index)[:, None], value[:, None]))
        direction = np.arange(self.directions.shape[1])
        parts.append((np.broadcast_to(start["direction"] + direction, place.shape), place))
        parts.append((start["direction and model"] + direction * models + model[:, None], place))
        if self.prior.has_efforts:
            above = self.prior.effort[arm]
            for factor, (level, value) in zip(FACTORS, levels, strict=True):
                group = "effort" if factor == "overall" else f"effort and {factor}"
                parts.append(((start[group] + level)[:, None], (value * above)[:, None]))
            parts.append(((start["effort and model"] + model)[:, None], above[:, None]))
            parts.append(((start["arm"] + arm)[:, None], (above != 0).astype(float)[:, None]))
        column = np.concatenate([columns for columns, _ in parts], axis=1)
        value = np.concatenate([values for _, values in parts], axis=1)
        row, there = np.broadcast_to(np.arange(len(agent))[:, None], column.shape), value != 0
        return sparse.csr_array((value[there], (row[there], column[there])), shape=(len(agent), self.offsets[-1]))


def main_directions(centroids: Floats) -> Floats:
    """Return where each cluster lies along the main directions of the centroids: (clusters, directions), mean square 1.

    Kinds of task that lie near each other resemble each other in what they need; an effect along a direction lets them
    share it. With few clusters there is nothing to share, and no direction.
    """
    count = min(DIRECTIONS, len(centroids) // CLUSTERS_PER_DIRECTION)
    if count == 0:
        return np.zeros((len(centroids), 0))
    centered = centroids - centroids.mean(axis=0)
    left, scale, _ = np.linalg.svd(centered, full_matrices=False)
    scores = left[:, :count] * scale[:count]
    return np.asarray(scores / max(float(np.sqrt((scores**2).sum(axis=1).mean())), 1e-12))


@dataclass(frozen=True)
class Effects:
    """Posterior of the effects on one scale (logit of success, or log of cost).

    `mean` (columns,) over all columns; `covariance` (seen, seen) over the columns `seen` that data touch; every other
    column keeps its prior variance, in `prior_variance` (columns,). A cell's own departure has the prior variance
    `cell_variance`; of cell i the share `pull[i]` of (observed - predicted) is believed.
    """

    mean: Floats
    covariance: Floats
    seen: Ints
    prior_variance: Floats
    cell_variance: float
    pull: Floats
    observed: Floats
    spread_of_group: dict[str, float]
    noise_variance: float
