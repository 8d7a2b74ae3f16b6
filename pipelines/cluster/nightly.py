"""Tonight's clustering: keep it, extend it, or make a new one."""

from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from pipelines.cluster import store
from pipelines.cluster.count import choose_clustering
from pipelines.cluster.kmeans import assign
from pipelines.cluster.labels import ClusterLabel, example_rows, kept_label, label_clusters
from pipelines.cluster.matching import match_clusters
from pipelines.cluster.radius import cluster_radii
from pipelines.cluster.store import Connection, EmbeddedTasks, StoredCluster, StoredClustering
from pipelines.progress import Progress
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse

RECLUSTER_GROWTH = 1.25  # times the tasks that the version was made from
STRANGERS_SHARE = 0.2  # of the new tasks beyond every radius: the work has changed
STRANGERS_AT_LEAST = 10  # so many, before their share means anything


@dataclass(frozen=True)
class ClusterReport:
    """What the night did: `action` is kept, extended or clustered; `continued` clusters kept their id."""

    version: int
    action: str
    criterion: str
    clusters: int
    tasks: int
    continued: int
    labels: tuple[tuple[str, int], ...]


def cluster_tasks(warehouse: Warehouse, settings: Settings, embedding_model: str, progress: Progress) -> ClusterReport:
    """Bring the clusters up to date in one transaction; the same tasks again change no row."""
    progress.stage("cluster")
    with warehouse.connect() as connection:
        tasks = store.read_tasks(connection, embedding_model)
        fingerprint = tasks.fingerprint(embedding_model)
        latest = store.read_latest(connection, embedding_model)
        progress.update(0, len(tasks.ids), "tasks")
        action, continued = "kept", 0 if latest is None else len(latest.clusters)
        if latest is None or latest.fingerprint != fingerprint:
            action = "extended"
            if latest is None or not _extend(connection, latest, tasks, fingerprint):
                action = "clustered"
                continued = _cluster(connection, latest, tasks, embedding_model, fingerprint)
                store.prune_versions(connection)
        version, criterion = store.read_criterion(connection, embedding_model)
        labels = store.read_labels(connection, version)
        progress.update(len(tasks.ids), len(tasks.ids), "tasks")
    return ClusterReport(version, action, criterion, len(labels), len(tasks.ids), continued, tuple(labels))


def needs_new_clusters(made_from: int, present: int, new: int, strangers: int) -> bool:
    """Tell whether the work has grown or changed too much for clusters made from `made_from` tasks.

    `strangers` of the `new` tasks lie beyond the radius of every cluster.
    """
    has_grown = present > RECLUSTER_GROWTH * made_from
    has_changed = strangers >= STRANGERS_AT_LEAST and strangers > STRANGERS_SHARE * new
    return has_grown or has_changed


def _extend(connection: Connection, latest: StoredClustering, tasks: EmbeddedTasks, fingerprint: str) -> bool:
    """Assign the new tasks to the clusters there are, unless the work has outgrown them."""
    if not latest.clusters:
        return False
    assigned = store.assigned_ids(connection, latest.version)
    new = [row for row, task_id in enumerate(tasks.ids) if task_id not in assigned]
    if new:
        members, distances = assign(tasks.vectors[new], latest.centroids)
        radii = np.array([cluster.radius for cluster in latest.clusters])
        strangers = int((distances > radii[members]).sum())
        if needs_new_clusters(latest.task_count, len(tasks.ids), len(new), strangers):
            return False
        ids = [latest.clusters[member].cluster_id for member in members]
        found = [(tasks.ids[row], cluster, float(far)) for row, cluster, far in zip(new, ids, distances, strict=True)]
        store.insert_assignments(connection, latest.version, found)
    store.extend_version(connection, latest.version, fingerprint)
    return True


def _cluster(
    connection: Connection,
    latest: StoredClustering | None,
    tasks: EmbeddedTasks,
    embedding_model: str,
    fingerprint: str,
) -> int:
    """Write a new version and return how many of its clusters continue one of the last."""
    if not tasks.ids:
        store.insert_clustering(connection, embedding_model, fingerprint, [], "no task has an embedding yet")
        return 0
    # More threads add up their sums in any order, and gain nothing up to 10,000 tasks; on a busy machine their waiting
    # for each other costs ten times the work.
    with threadpool_limits(limits=1):
        clustering, criterion = choose_clustering(tasks.vectors, tasks.outcomes())
    names = label_clusters(tasks.texts, clustering.members, len(clustering.centroids))
    old = {} if latest is None else {cluster.cluster_id: cluster for cluster in latest.clusters}
    before = np.zeros((0, 0)) if latest is None or not old else latest.centroids
    ids = match_clusters(before, list(old), clustering.centroids)
    radii = cluster_radii(tasks.vectors, clustering)
    clusters = [
        StoredCluster(
            ids[index],
            clustering.centroids[index],
            float(radii[index]),
            ClusterLabel(kept_label(old[ids[index]].label if ids[index] in old else None, name), name.terms),
        )
        for index, name in enumerate(names)
    ]
    sizes = np.bincount(clustering.members, minlength=len(clusters)).tolist()
    examples = [
        [tasks.ids[row] for row in example_rows(tasks.texts, clustering, index)] for index in range(len(clusters))
    ]
    version = store.insert_clustering(connection, embedding_model, fingerprint, sizes, criterion)
    store.insert_clusters(connection, version, embedding_model, clusters, sizes=sizes, examples=examples)
    rows = zip(tasks.ids, clustering.members, clustering.distances, strict=True)
    store.insert_assignments(connection, version, ((task, ids[member], float(far)) for task, member, far in rows))
    return sum(cluster_id in old for cluster_id in ids)
