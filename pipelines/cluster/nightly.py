"""Tonight's clustering: keep it, extend it, or make a new one."""

from dataclasses import dataclass

import numpy as np

from pipelines.cluster import store
from pipelines.cluster.directions import find_directions
from pipelines.cluster.embedded_tasks import EmbeddedTasks, read_tasks
from pipelines.cluster.labels import example_rows, label_clusters
from pipelines.cluster.matching import match_clusters
from pipelines.cluster.radius import cluster_radii
from pipelines.cluster.store import Connection, StoredCluster, StoredClustering
from pipelines.cluster.topics import Topics, assign_within, find_topics
from pipelines.one_thread import one_thread
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
        tasks = read_tasks(connection, embedding_model)
        fingerprint = tasks.fingerprint(embedding_model)
        latest = store.read_latest(connection, embedding_model)
        progress.update(0, len(tasks.ids), "tasks")
        action, continued = "kept", 0 if latest is None else len(latest.clusters)
        if latest is None or latest.fingerprint != fingerprint:
            action = "extended"
            if latest is None or not _extend(connection, latest, tasks, fingerprint):
                action = "clustered"
                continued = _cluster(connection, latest, tasks, settings, embedding_model, fingerprint)
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
    """Assign the new tasks to the clusters there are, unless the work has outgrown them or has a new type.

    A task whose type of work is read differently than in the night it was assigned is news as well.
    """
    if not latest.clusters or not len(latest.directions.vectors) or not set(tasks.types) <= set(latest.types):
        return False
    assigned = store.assigned_types(connection, latest.version)
    rows = [row for row, task_id in enumerate(tasks.ids) if assigned.get(task_id) != tasks.types[row]]
    if rows:
        new = tasks.among(rows)
        vectors = latest.directions.damp(new.vectors, new.projects)
        members, distances = assign_within(vectors, new.types, latest.centroids, latest.types)
        radii = np.array([cluster.radius for cluster in latest.clusters])
        moved = [task_id for task_id in new.ids if task_id in assigned]
        strangers = int((distances > radii[members]).sum())
        if needs_new_clusters(latest.task_count, len(tasks.ids), len(rows), max(strangers, len(moved))):
            return False
        store.delete_assignments(connection, latest.version, moved)
        ids = [latest.clusters[member].cluster_id for member in members]
        found = zip(new.ids, ids, distances.tolist(), strict=True)
        store.insert_assignments(connection, latest.version, found)
    store.extend_version(connection, latest.version, fingerprint)
    return True


def _cluster(
    connection: Connection,
    latest: StoredClustering | None,
    tasks: EmbeddedTasks,
    settings: Settings,
    embedding_model: str,
    fingerprint: str,
) -> int:
    """Write a new version and return how many of its clusters continue one of the last."""
    if not tasks.ids:
        store.insert_clustering(connection, embedding_model, fingerprint, [], "no task has an embedding yet")
        return 0
    directions = find_directions(tasks.vectors, tasks.projects)
    vectors = directions.damp(tasks.vectors, tasks.projects)
    with one_thread("sklearn.cluster"):
        topics = find_topics(vectors, tasks.types, tasks.outcomes())
        radii = cluster_radii(vectors, topics.clustering)
    clustering = topics.clustering
    old = {} if latest is None else {cluster.cluster_id: cluster for cluster in latest.clusters}
    ids = _continued_ids(latest, topics)
    labels = [old[cluster_id].label.label if cluster_id in old else None for cluster_id in ids]
    names = label_clusters(
        tasks.texts,
        tasks.projects,
        clustering.members,
        topics.types,
        labels,
        projects_at_least=settings.shown_words_need,
    )
    clusters = [
        StoredCluster(ids[index], clustering.centroids[index], float(radii[index]), name, topics.types[index])
        for index, name in enumerate(names)
    ]
    sizes = np.bincount(clustering.members, minlength=len(clusters)).tolist()
    examples = [
        [tasks.ids[row] for row in example_rows(tasks.texts, clustering, index)] for index in range(len(clusters))
    ]
    version = store.insert_clustering(connection, embedding_model, fingerprint, sizes, topics.criterion)
    store.insert_directions(connection, version, directions)
    store.insert_clusters(connection, version, embedding_model, clusters, sizes=sizes, examples=examples)
    rows = zip(tasks.ids, clustering.members, clustering.distances, strict=True)
    store.insert_assignments(connection, version, ((task, ids[member], float(far)) for task, member, far in rows))
    return sum(cluster_id in old for cluster_id in ids)


def _continued_ids(latest: StoredClustering | None, topics: Topics) -> list[int]:
    """Return the id of each new cluster: that of the one of its work type that it continues, else a new one."""
    if latest is None or not latest.clusters:
        return match_clusters(np.zeros((0, 0)), [], topics.clustering.centroids)
    is_one_type = np.array(topics.types)[:, None] == np.array(latest.types)
    old_ids = [cluster.cluster_id for cluster in latest.clusters]
    return match_clusters(latest.centroids, old_ids, topics.clustering.centroids, is_one_type)
