"""Which of tonight's clusters is which of last night's."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipelines.cluster.kmeans import Floats

SAME_KIND_FROM = 0.8  # cosine similarity of two centroids that are still one kind of task


def match_clusters(
    old: Floats, old_ids: Sequence[int], new: Floats, comparable: NDArray[np.bool_] | None = None
) -> list[int]:
    """Return an id for each new centroid: that of the old one it continues, else one never used before.

    One-to-one with the largest total similarity (Hungarian method); pairs less alike than SAME_KIND_FROM do not count,
    nor do those that are not `comparable` (new, old), such as kinds of two work types.
    """
    ids = [-1] * len(new)
    if len(old):
        from scipy.optimize import linear_sum_assignment  # as in `spherical_kmeans`

        similarity = new @ old.T if comparable is None else np.where(comparable, new @ old.T, -1)
        worth = np.where(similarity >= SAME_KIND_FROM, similarity, 0)
        for row, column in zip(*linear_sum_assignment(-worth), strict=True):
            if similarity[row, column] >= SAME_KIND_FROM:
                ids[row] = old_ids[column]
    unused = max([*old_ids, -1]) + 1
    for row, cluster_id in enumerate(ids):
        if cluster_id < 0:
            ids[row], unused = unused, unused + 1
    return ids
