"""What is asked for: an agent or any, in one kind of task or any, over the work that was seen there."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from pipelines.estimate.outcomes import ANY_AGENT, ANY_CLUSTER, Floats, Ints, Outcomes


@dataclass(frozen=True)
class Scopes:
    """Scopes as columns, and the mix of (agent, cluster) each averages over.

    `agent_names`, `cluster_ids`: one per scope. `mix` (scopes, pairs): each row's shares of the work, summing to one.
    `pair_agent`, `pair_cluster`: the (agent, cluster) of each column of `mix`.
    """

    agent_names: tuple[str, ...]
    cluster_ids: tuple[int, ...]
    mix: sparse.csr_array
    pair_agent: Ints
    pair_cluster: Ints


def scopes_of(outcomes: Outcomes) -> Scopes:
    """Return every scope that has tasks: (agent, cluster), (agent, any), (any, cluster) and (any, any).

    All tasks make the mix, whichever model did them: a model that was given the easy ones is judged on all of them.
    """
    pairs, pair, count = np.unique(
        np.stack([outcomes.agent, outcomes.cluster], axis=1), axis=0, return_inverse=True, return_counts=True
    )
    del pair
    agent, cluster = pairs[:, 0], pairs[:, 1]
    wanted: dict[tuple[str, int], list[int]] = {(ANY_AGENT, ANY_CLUSTER): list(range(len(pairs)))}
    for index in range(len(pairs)):
        name = outcomes.agents[agent[index]]
        wanted.setdefault((name, ANY_CLUSTER), []).append(index)
        if cluster[index] >= 0:
            cluster_id = outcomes.clusters[cluster[index]]
            wanted.setdefault((ANY_AGENT, cluster_id), []).append(index)
            wanted.setdefault((name, cluster_id), []).append(index)
    scopes = sorted(wanted) if len(pairs) else []
    row = np.repeat(np.arange(len(scopes)), [len(wanted[scope]) for scope in scopes]) if scopes else np.zeros(0, int)
    column = np.array([index for scope in scopes for index in wanted[scope]], dtype=np.int64)
    mix = sparse.csr_array((count[column].astype(float), (row, column)), shape=(len(scopes), len(pairs)))
    shares = sparse.csr_array(mix * (1 / np.maximum(mix.sum(axis=1), 1))[:, None])
    return Scopes(
        agent_names=tuple(scope[0] for scope in scopes),
        cluster_ids=tuple(scope[1] for scope in scopes),
        mix=shares,
        pair_agent=agent,
        pair_cluster=cluster,
    )


def sum_over_scopes(scopes: Scopes, models: int, cell: tuple[Ints, Ints, Ints], values: Floats) -> Floats:
    """Sum a value of each (agent, cluster, model) cell over every scope: (scopes, models)."""
    pairs = {
        (int(a), int(c)): index for index, (a, c) in enumerate(zip(scopes.pair_agent, scopes.pair_cluster, strict=True))
    }
    column = np.array([pairs[int(a), int(c)] for a, c in zip(cell[0], cell[1], strict=True)], dtype=np.int64)
    table = np.zeros((len(scopes.pair_agent), models))
    np.add.at(table, (column, cell[2]), values)
    member = sparse.csr_array((np.ones(len(scopes.mix.data)), scopes.mix.indices, scopes.mix.indptr), scopes.mix.shape)
    summed: Floats = member @ table
    return summed
