"""Kinds of task within the types of work: a topic never reaches over two types."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipelines.cluster.count import KnownOutcomes, choose_clustering
from pipelines.cluster.kmeans import Clustering, Floats, Ints, assign

FITTED_UP_TO = 12_000  # tasks: of more, as many are drawn to find the topics in, and all are assigned to these
FITTED_AT_LEAST = 1_500  # of each type, so that a sample does not lose the rare ones
ASSIGNED_AT_ONCE = 10_000


@dataclass(frozen=True)
class Topics:
    """A clustering whose clusters lie in one work type each, those types, and in words how it was found."""

    clustering: Clustering
    types: tuple[str, ...]
    criterion: str


def find_topics(vectors: Floats, types: Sequence[str], outcomes: KnownOutcomes | None = None) -> Topics:
    """Cluster the unit rows (n, d) of each work type apart, each into as many topics as its data tell apart.

    Above FITTED_UP_TO rows the topics are those of a sample; the same rows in the same order give the same sample.
    """
    of_task = np.array(types)
    members, distances = np.zeros(len(types), dtype=np.int64), np.zeros(len(types))
    centroids: list[Floats] = []
    found: list[str] = []
    why: list[str] = []
    for work_type in sorted(set(types)):
        rows = np.flatnonzero(of_task == work_type)
        drawn = _drawn(rows, len(types))
        clustering, criterion = choose_clustering(vectors[drawn], None if outcomes is None else outcomes.among(drawn))
        if len(drawn) < len(rows):
            clustering = _assigned(vectors, rows, clustering.centroids)
        members[rows] = len(found) + clustering.members
        distances[rows] = clustering.distances
        centroids.append(clustering.centroids)
        found += [work_type] * len(clustering.centroids)
        if len(clustering.centroids) > 1:
            why.append(f"{work_type}: {criterion}")
    clustering = Clustering(np.concatenate(centroids), members, distances)
    single = [work_type for work_type in set(found) if found.count(work_type) == 1]
    if single:
        why.append(f"one topic each: {', '.join(sorted(single))}")
    return Topics(clustering, tuple(found), "; ".join(why))


def _drawn(rows: Ints, total: int) -> Ints:
    """Return the rows of one type in which its topics are sought: all, or a sample of as large a share of them."""
    size = max(FITTED_AT_LEAST, len(rows) * FITTED_UP_TO // total)
    if total <= FITTED_UP_TO or len(rows) <= size:
        return rows
    return np.sort(np.random.default_rng(0).choice(rows, size, replace=False))


def _assigned(vectors: Floats, rows: Ints, centroids: Floats) -> Clustering:
    """Assign all rows of one type, so many at once, to the centroids that were found in a sample of them."""
    parts = [
        assign(vectors[rows[start : start + ASSIGNED_AT_ONCE]], centroids)
        for start in range(0, len(rows), ASSIGNED_AT_ONCE)
    ]
    members, distances = (np.concatenate(part) for part in zip(*parts, strict=True))
    return Clustering(centroids, members, distances)


def assign_within(
    vectors: Floats, types: Sequence[str], centroids: Floats, cluster_types: Sequence[str]
) -> tuple[Ints, Floats]:
    """Return for each unit row the nearest centroid of its own work type and the cosine distance to it.

    Every type must have a centroid.
    """
    similarity = np.where(np.array(types)[:, None] == np.array(cluster_types), vectors @ centroids.T, -np.inf)
    members = similarity.argmax(axis=1)
    return members, np.clip(1 - similarity[np.arange(len(vectors)), members], 0, 2)
