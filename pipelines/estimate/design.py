"""The columns of the estimator: which effects a cell has."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from pipelines.estimate.outcomes import Floats, Ints

GROUPS = ("overall", "model", "agent", "cluster", "agent and model", "cluster and model")


@dataclass(frozen=True)
class Design:
    """Numbers of agents, clusters and models; fixes the column of every effect.

    Columns in order: overall, each model, each agent, each cluster, each (agent, model), each (cluster, model).
    """

    agents: int
    clusters: int
    models: int

    @property
    def offsets(self) -> list[int]:
        """First column of each group, and the number of columns at the end."""
        sizes = [1, self.models, self.agents, self.clusters, self.agents * self.models, self.clusters * self.models]
        return [0, *np.cumsum(sizes).tolist()]

    def group_of_column(self) -> Ints:
        """Return the index into GROUPS of each column."""
        return np.repeat(np.arange(len(GROUPS)), np.diff(self.offsets))

    def rows(self, agent: Ints, cluster: Ints, model: Ints) -> sparse.csr_array:
        """Return the indicator matrix (n, columns) of these cells; a cluster of -1 has no effects of its own."""
        start = self.offsets
        columns = [
            np.zeros(len(agent), dtype=np.int64),
            start[1] + model,
            start[2] + agent,
            np.where(cluster >= 0, start[3] + cluster, -1),
            start[4] + agent * self.models + model,
            np.where(cluster >= 0, start[5] + cluster * self.models + model, -1),
        ]
        row = np.tile(np.arange(len(agent)), len(columns))
        column = np.concatenate(columns)
        there = column >= 0
        values = np.ones(int(there.sum()))
        return sparse.csr_array((values, (row[there], column[there])), shape=(len(agent), start[-1]))


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
