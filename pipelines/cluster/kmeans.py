"""Spherical k-means: clusters of directions, not of lengths."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Ints = NDArray[np.integer]

MINIBATCH_FROM = 50_000  # above this full k-means takes minutes, and mini-batches find the same kinds
STARTS_UP_TO = 2_000  # rows: small data cluster in no time, and suffer most from an unlucky start
STARTS = 5


@dataclass(frozen=True)
class Clustering:
    """Unit centroids (k, d), the cluster of each row (n,), and its cosine distance to that centroid (n,)."""

    centroids: Floats
    members: Ints
    distances: Floats


def unit_rows(vectors: Floats) -> Floats:
    """Scale each row to length one; a zero row stays zero."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Floats = vectors / np.where(lengths > 0, lengths, 1)
    return scaled


def spherical_kmeans(vectors: Floats, count: int, *, seed: int = 0, starts: int = STARTS) -> Clustering:
    """Cluster unit rows (n, d) into at most `count` kinds; the same rows in the same order give the same clusters.

    Lloyd's steps on unit vectors, with centroids scaled back to the sphere at the end, as in Dhillon & Modha (2001)
    up to the normalisation between steps. The best of `starts` up to STARTS_UP_TO rows, of one beyond. Clusters left
    empty by the last assignment are dropped.
    """
    from sklearn.cluster import KMeans, MiniBatchKMeans  # a night that keeps its clusters does without the import

    distinct = _count_distinct(vectors, count) if count > 1 else 1
    count = max(1, min(count, distinct))
    kind = KMeans if len(vectors) < MINIBATCH_FROM else MiniBatchKMeans
    starts = starts if len(vectors) <= STARTS_UP_TO else 1
    fitted = kind(n_clusters=count, n_init=starts, random_state=seed).fit(np.asarray(vectors, dtype=np.float64))
    centroids = unit_rows(fitted.cluster_centers_)
    members, _ = assign(vectors, centroids)
    kept, members = np.unique(members, return_inverse=True)
    members, distances = assign(vectors, centroids[kept])
    return Clustering(centroids[kept], members, distances)


def _count_distinct(vectors: Floats, up_to: int) -> int:
    """Return how many rows differ, or `up_to` where so many do."""
    seen: set[bytes] = set()
    for row in vectors.round(6) + 0.0:  # -0.0 is 0.0
        seen.add(row.tobytes())
        if len(seen) >= up_to:
            break
    return len(seen)


def assign(vectors: Floats, centroids: Floats) -> tuple[Ints, Floats]:
    """Return for each unit row the index of the nearest centroid and the cosine distance to it."""
    similarity = vectors @ centroids.T
    members = similarity.argmax(axis=1)
    return members, np.clip(1 - similarity[np.arange(len(vectors)), members], 0, 2)
