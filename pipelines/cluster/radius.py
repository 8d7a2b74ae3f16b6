"""How far from a centroid a task may lie and still be of its kind."""

import numpy as np

from pipelines.cluster.kmeans import Clustering, Floats

RADIUS_QUANTILE = 0.99  # of the distances seen: 2 to 4 in 100 new tasks of known kinds are taken for strangers
OWN_QUANTILE_FROM = 20  # below this many members a quantile of their distances says little
OTHERS_QUANTILE = 0.05  # of the distances of other kinds' tasks: where those begin


def cluster_radii(vectors: Floats, clustering: Clustering) -> Floats:
    """Return the radius (k,) of each cluster as a quantile of the distances that unseen members would have.

    Each member is measured against the centroid of the others: measured against its own share of the centroid, a
    small cluster would look tighter than it is. No radius is below the median distance over all clusters. Where the
    tasks of other kinds begin far beyond, the radius goes half the way: a kind whose tasks were all worded alike is
    still meant by a task that says it in fewer words.
    """
    distances = left_out_distances(vectors, clustering)
    known = distances[np.isfinite(distances)]
    if not len(known):
        return np.ones(len(clustering.centroids))
    pooled, median = np.quantile(known, [RADIUS_QUANTILE, 0.5])
    radii = np.full(len(clustering.centroids), pooled)
    for cluster in range(len(radii)):
        own = distances[clustering.members == cluster]
        own = own[np.isfinite(own)]
        if len(own) >= OWN_QUANTILE_FROM:
            radii[cluster] = max(np.quantile(own, RADIUS_QUANTILE), median)
    halfway = (radii + _where_others_begin(vectors, clustering)) / 2
    return np.asarray(np.maximum(np.fmax(radii, halfway), 1e-6))


def _where_others_begin(vectors: Floats, clustering: Clustering) -> Floats:
    """Return for each cluster a low quantile of the distances of all other tasks; NaN where there are none."""
    begin = np.full(len(clustering.centroids), np.nan)
    distances = 1 - clustering.centroids @ vectors.T
    for cluster, far in enumerate(distances):
        others = far[clustering.members != cluster]
        if len(others):
            begin[cluster] = np.quantile(others, OTHERS_QUANTILE)
    return begin


def left_out_distances(vectors: Floats, clustering: Clustering) -> Floats:
    """Return each row's cosine distance to the centroid of the other members; NaN for a cluster's only member."""
    count = len(clustering.centroids)
    sums = np.zeros((count, vectors.shape[1]))
    np.add.at(sums, clustering.members, vectors)
    others = sums[clustering.members] - vectors
    lengths = np.linalg.norm(others, axis=1)
    alone = np.bincount(clustering.members, minlength=count)[clustering.members] < 2
    with np.errstate(invalid="ignore", divide="ignore"):
        similarity = (others * vectors).sum(axis=1) / lengths
    return np.where(alone | (lengths < 1e-9), np.nan, np.clip(1 - similarity, 0, 2))
