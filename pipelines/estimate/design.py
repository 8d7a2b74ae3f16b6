"""The columns of the estimator: which effects a cell has."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from pipelines.estimate.outcomes import Floats, Ints

GROUPS = (
    "overall",
    "model",
    "agent",
    "cluster",
    "agent and model",
    "cluster and model",
    "direction",
    "direction and model",
)
DIRECTIONS = 24  # at most: the main ways in which the kinds' centroids differ
CLUSTERS_PER_DIRECTION = 4


@dataclass(frozen=True)
class Design:
    """Numbers of agents and models, and where each cluster lies (clusters, directions); fixes every effect's column.

    The groups of columns stand in the order of GROUPS; a pair's column is that of its first part x models + its model.
    """

    agents: int
    models: int
    directions: Floats

    @property
    def offsets(self) -> list[int]:
        """First column of each group, and the number of columns at the end."""
        clusters, directions = self.directions.shape
        alone = [self.agents, clusters]
        sizes = [
            1,
            self.models,
            *alone,
            *(count * self.models for count in alone),
            directions,
            directions * self.models,
        ]
        return [0, *np.cumsum(sizes).tolist()]

    def group_of_column(self) -> Ints:
        """Return the index into GROUPS of each column."""
        return np.repeat(np.arange(len(GROUPS)), np.diff(self.offsets))

    def rows(self, agent: Ints, cluster: Ints, model: Ints) -> sparse.csr_array:
        """Return the matrix (n, columns) of these cells; a cluster of -1 has no effects of its own."""
        start, models = self.offsets, self.models
        one, direction = np.ones((len(agent), 1)), np.arange(self.directions.shape[1])
        inside = (cluster >= 0).astype(float)[:, None]
        place = self.directions[np.maximum(cluster, 0)] * inside if len(self.directions) else np.zeros((len(agent), 0))
        parts = [
            (np.zeros_like(agent)[:, None], one),
            ((start[1] + model)[:, None], one),
            ((start[2] + agent)[:, None], one),
            ((start[3] + np.maximum(cluster, 0))[:, None], inside),
            ((start[4] + agent * models + model)[:, None], one),
            ((start[5] + np.maximum(cluster, 0) * models + model)[:, None], inside),
            (np.broadcast_to(start[6] + direction, place.shape), place),
            (start[7] + direction * models + model[:, None], place),
        ]
        column = np.concatenate([columns for columns, _ in parts], axis=1)
        value = np.concatenate([values for _, values in parts], axis=1)
        row, there = np.broadcast_to(np.arange(len(agent))[:, None], column.shape), value != 0
        return sparse.csr_array((value[there], (row[there], column[there])), shape=(len(agent), start[-1]))


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
