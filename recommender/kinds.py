"""Which kind of task a task is, and who does such tasks."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recommender.published_rows import TaskKind
from recommender.snapshot import Snapshot

Vectors = NDArray[np.floating]


class Match(NamedTuple):
    """The nearest kind of task, its cosine similarity, whether the task is near enough to be of that kind, and its
    cosine distances to all kinds: infinite to those of other work types, which have no say.
    """

    kind: TaskKind
    similarity: float
    is_inside: bool
    distances: NDArray[np.float32]


def kind_of_task(
    snapshot: Snapshot, vector: NDArray[np.float32], work_type: str, project: str | None = None
) -> Match | None:
    """Return the nearest kind of that work type for a task's vector of unit length; None where the type has no kinds.

    `project` is the path of the task's project, or the last part of it.
    """
    return nearest_kind(snapshot, without_project(snapshot, vector, project), work_type)


def nearest_kind(snapshot: Snapshot, vector: NDArray[np.float32], work_type: str) -> Match | None:
    """Return the nearest kind of that work type to a vector out of which its project is taken; None without kinds."""
    if work_type not in snapshot.kinds_of_type:
        return None
    rows, centroids = snapshot.kinds_of_type[work_type]
    similarities = centroids @ vector
    nearest = int(similarities.argmax())
    kind, similarity = snapshot.kinds[int(rows[nearest])], float(similarities[nearest])
    distances = np.full(len(snapshot.kinds), np.inf, dtype=np.float32)
    distances[rows] = 1 - similarities
    return Match(kind, similarity, 1 - similarity <= kind.radius, distances)


def without_project(snapshot: Snapshot, vector: NDArray[np.float32], project: str | None) -> NDArray[np.float32]:
    """Return a task's vector as the night clustered it: without what its project's tasks have in common."""
    directions = snapshot.direction_of
    if not directions:
        return vector
    known = directions.get(project_name(project)) if project else None
    return np.asarray(damped(vector, directions[""] if known is None else known), dtype=np.float32)


def damped(vectors: Vectors, directions: Vectors) -> Vectors:
    """Take directions out of vectors (d,) or (n, d), and scale what is left to unit length; nothing left stays zero."""
    rest = vectors - directions
    lengths = np.sqrt((rest * rest).sum(axis=-1, keepdims=True))
    return np.asarray(rest / np.where(lengths > 0, lengths, 1))


def project_name(project: str) -> str:
    """Return what a project is known by: the last part of its path."""
    return project.replace("\\", "/").rstrip("/").rpartition("/")[2]
