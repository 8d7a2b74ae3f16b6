"""What is asked for: an agent, a type of work, a kind of task, each or any, over the work that was seen there."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from pipelines.estimate.outcomes import Cells, Floats, Ints, Outcomes, combined
from recommender.published_rows import ANY_AGENT, ANY_TYPE, Scope


@dataclass(frozen=True)
class Scopes:
    """Scopes in order, and the mix of work that each averages over.

    `units` (units, 3) are the agents, clusters and projects that occur together; `mix` (scopes, units): each row's
    shares of the work, summing to one.
    """

    keys: tuple[Scope, ...]
    mix: sparse.csr_array
    units: Ints

    @property
    def row_of(self) -> dict[Scope, int]:
        """The row of each scope."""
        return {key: row for row, key in enumerate(self.keys)}


def scopes_of(outcomes: Outcomes) -> Scopes:
    """Return every scope that has tasks, from (agent, kind) up to (any, any).

    All tasks make the mix, whichever model did them: a model that was given the easy ones is judged on all of them.
    """
    units, member = combined(outcomes.agent, outcomes.cluster, outcomes.project)
    count = np.bincount(member, minlength=len(units))
    wanted: defaultdict[Scope, list[int]] = defaultdict(list)
    for index, (agent, cluster, _) in enumerate(units.tolist()):
        kinds = [(ANY_TYPE, -1)]
        if cluster >= 0:
            work_type = outcomes.work_types[outcomes.cluster_type[cluster]]
            kinds += [(work_type, -1), (work_type, outcomes.clusters[cluster])]
        for name in (ANY_AGENT, outcomes.agents[agent]):
            for kind in kinds:
                wanted[Scope(name, *kind)].append(index)
    keys = sorted(wanted)
    row = np.repeat(np.arange(len(keys)), [len(wanted[key]) for key in keys]) if keys else np.zeros(0, int)
    column = np.array([index for key in keys for index in wanted[key]], dtype=np.int64)
    mix = sparse.csr_array((count[column].astype(float), (row, column)), shape=(len(keys), len(units)))
    shares = sparse.csr_array(mix * (1 / np.maximum(mix.sum(axis=1), 1))[:, None])
    return Scopes(tuple(keys), shares, units)


def unit_of_cell(scopes: Scopes, cells: Cells) -> Ints:
    """Return the row of `scopes.units` that each cell belongs to."""
    place = {unit: index for index, unit in enumerate(map(tuple, scopes.units.tolist()))}
    return np.array([place[unit] for unit in map(tuple, cells.units.tolist())], dtype=np.int64)


def sum_over_scopes(scopes: Scopes, models: int, cells: Cells, values: Floats) -> Floats:
    """Sum a value of each cell over every scope: (scopes, models)."""
    table = np.zeros((len(scopes.units), models))
    np.add.at(table, (unit_of_cell(scopes, cells), cells.model), values)
    member = sparse.csr_array((np.ones(len(scopes.mix.data)), scopes.mix.indices, scopes.mix.indptr), scopes.mix.shape)
    summed: Floats = member @ table
    return summed
