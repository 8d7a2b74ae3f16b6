"""Which kind of task a task is, and who does such tasks."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recommender.snapshot import Snapshot, TaskKind


class Match(NamedTuple):
    """The nearest kind of task, its cosine similarity, whether the task is near enough to be of that kind, and its
    cosine distances to all kinds.
    """

    kind: TaskKind
    similarity: float
    is_inside: bool
    distances: NDArray[np.float32]


def kind_of_task(snapshot: Snapshot, vector: NDArray[np.float32]) -> Match | None:
    """Return the nearest kind for a vector of unit length; None where no kinds are known."""
    if not len(snapshot.centroids):
        return None
    similarities = snapshot.centroids @ vector
    nearest = int(similarities.argmax())
    kind, similarity = snapshot.kinds[nearest], float(similarities[nearest])
    return Match(kind, similarity, 1 - similarity <= kind.radius, 1 - similarities)
