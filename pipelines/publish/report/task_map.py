"""Lay tasks out in two dimensions, so that like tasks are near each other."""

from collections import defaultdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.one_thread import one_thread
from pipelines.publish.report.reading import Row

SEED = 0
COMPONENTS = 30
NEIGHBOURS = 30
STEPS = 500


def lay_out(vectors: NDArray[Any]) -> NDArray[np.float64]:
    """Return a place for each vector, shape (n, 2), within -1 and 1; the same for the same vectors.

    t-SNE started from the first two principal components, which keeps the map alike from night to night; too few
    tasks for neighbourhoods are shown on these components themselves.
    """
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE

    distinct, of = np.unique(np.asarray(vectors, dtype=np.float64).round(6), axis=0, return_inverse=True)
    places = np.zeros((len(distinct), 2))
    if len(distinct) > 2:
        reduced = PCA(min(COMPONENTS, *distinct.shape), svd_solver="full").fit_transform(distinct)
        places = reduced[:, :2]
        if len(distinct) > NEIGHBOURS:
            perplexity = min(NEIGHBOURS, (len(distinct) - 1) / 3)
            tsne = TSNE(2, perplexity=perplexity, init="pca", random_state=SEED, max_iter=STEPS)
            places = tsne.fit_transform(reduced)
    places = places - places.mean(axis=0) if len(places) else places
    reach = np.abs(places).max(axis=0, initial=0)
    return np.asarray((places / np.where(reach > 0, reach, 1))[of.ravel()], dtype=np.float64)


def map_of(tasks: list[Row]) -> tuple[list[Row], list[Row]]:
    """Return a point per task, and a label per kind where the middle of its tasks is."""
    if not tasks:
        return [], []
    with one_thread("sklearn.manifold", "sklearn.decomposition"):
        places = lay_out(np.array([task["embedding"].to_numpy() for task in tasks]))
    points = [
        {"x": round(float(x), 3), "y": round(float(y), 3), **_told(task)}
        for task, (x, y) in zip(tasks, places, strict=True)
    ]
    of_kind: defaultdict[str, list[Row]] = defaultdict(list)
    for point in points:
        of_kind[point["kind"]].append(point)
    labels = [
        {
            "kind": kind,
            "short": kind.split(",")[0],
            "x": round(float(np.median([point["x"] for point in own])), 3),
            "y": round(float(np.median([point["y"] for point in own])), 3),
            "tasks": len(own),
        }
        for kind, own in of_kind.items()
        if own[0]["cluster_id"] >= 0
    ]
    return points, sorted(labels, key=lambda label: (-label["tasks"], label["kind"]))


def _told(task: Row) -> Row:
    told = {
        "agent": task["agent_name"],
        "project": task["project"],
        "user": task["user_name"],
        "kind": task["cluster_label"],
        "cluster_id": task["cluster_id"],
        "recommended": task["recommended_model"],
        "model": task["model"],
        "outcome": task["outcome"],
        "day": task["spawned_on"].isoformat(),
    }
    return told | ({"title": task["title"]} if task["title"] else {})
