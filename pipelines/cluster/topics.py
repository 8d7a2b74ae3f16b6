"""Kinds of task within the types of work: a topic never reaches over two types."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.cluster.count import KnownOutcomes, choose_clustering
from pipelines.cluster.kmeans import Clustering, Floats, Ints
from pipelines.one_thread import one_thread

Types = Sequence[str] | NDArray[np.str_]
FITTED_UP_TO = 12_000  # tasks: of more, as many are drawn to find the topics in, and all are assigned to these
SIDE_BY_SIDE_FROM = 5_000  # tasks: with fewer, threads wait for Python's lock longer than they gain
FITTED_AT_LEAST = 1_500  # of each type, so that a sample does not lose the rare ones


@dataclass(frozen=True)
class Topics:
    """A clustering whose clusters lie in one work type each, those types, and in words how it was found."""

    clustering: Clustering
    types: tuple[str, ...]
    criterion: str


def find_topics(vectors: Floats, types: Sequence[str], outcomes: KnownOutcomes | None = None) -> Topics:
    """Cluster the unit rows (n, d) of each work type apart, each into as many topics as its data tell apart."""
    of_task = np.array(types)
    rows_of = {work_type: np.flatnonzero(of_task == work_type) for work_type in sorted(set(types))}
    members, distances = np.zeros(len(types), dtype=np.int64), np.zeros(len(types))
    centroids: list[Floats] = []
    found: list[str] = []
    why: list[str] = []
    for (work_type, rows), (clustering, criterion) in zip(
        rows_of.items(), _side_by_side(vectors, [*rows_of.values()], outcomes), strict=True
    ):
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


def _side_by_side(
    vectors: Floats, parts: Sequence[Ints], outcomes: KnownOutcomes | None
) -> Iterator[tuple[Clustering, str]]:
    """Yield the clustering of each part of the rows; of many rows, as many parts at once as there are cores."""

    def cluster(rows: Ints) -> tuple[Clustering, str]:
        return choose_clustering(vectors[rows], None if outcomes is None else outcomes.among(rows))

    def cluster_in_thread(rows: Ints) -> tuple[Clustering, str]:
        with one_thread():  # of OpenMP, which every thread has to be told
            return cluster(rows)

    if len(vectors) < SIDE_BY_SIDE_FROM:
        yield from map(cluster, parts)
        return
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        largest_first = sorted(range(len(parts)), key=lambda part: -len(parts[part]))
        begun = {part: threads.submit(cluster_in_thread, parts[part]) for part in largest_first}
        yield from (begun[part].result() for part in range(len(parts)))


def sampled(types: Types) -> Ints:
    """Return the rows in which topics are sought: all, or of many as large a share of each type, and all of a rare one.

    The same types in the same order give the same sample.
    """
    of_task = np.array(types)
    drawn = []
    for work_type in np.unique(of_task):
        rows = np.flatnonzero(of_task == work_type)
        size = max(FITTED_AT_LEAST, len(rows) * FITTED_UP_TO // len(of_task))
        if len(of_task) > FITTED_UP_TO and len(rows) > size:
            rows = np.random.default_rng(0).choice(rows, size, replace=False)
        drawn.append(rows)
    return np.sort(np.concatenate(drawn))


def assign_within(
    vectors: Floats, types: Types, centroids: Floats, cluster_types: Sequence[str]
) -> tuple[Ints, Floats]:
    """Return for each unit row the nearest centroid of its own work type and the cosine distance to it.

    Every type must have a centroid.
    """
    similarity = np.where(np.array(types)[:, None] == np.array(cluster_types), vectors @ centroids.T, -np.inf)
    members = similarity.argmax(axis=1)
    return members, np.clip(1 - similarity[np.arange(len(vectors)), members], 0, 2)
