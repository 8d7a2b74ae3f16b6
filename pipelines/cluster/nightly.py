"""Tonight's clustering: keep it, extend it, or make a new one."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from pipelines.cluster import store
from pipelines.cluster.directions import ProjectDirections, find_directions
from pipelines.cluster.embedded_tasks import (
    EmbeddedTasks,
    Tasks,
    count_tasks,
    placed,
    read_all,
    read_news,
    read_tasks,
    reading_of_types,
)
from pipelines.cluster.kmeans import Clustering, Floats
from pipelines.cluster.labels import example_rows, label_clusters
from pipelines.cluster.matching import match_clusters
from pipelines.cluster.radius import cluster_radii
from pipelines.cluster.store import Assignments, Connection, StoredCluster, StoredClustering
from pipelines.cluster.topics import Topics, assign_within, find_topics, sampled
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
        latest = store.read_latest(connection, embedding_model)
        present = count_tasks(connection, embedding_model)
        progress.update(0, present, "tasks")
        continued = 0 if latest is None else len(latest.clusters)
        action = None if latest is None else _catch_up(connection, latest, embedding_model, present)
        if action is None:
            action, continued = "clustered", _cluster(connection, latest, settings, embedding_model)
            store.prune_versions(connection)
        version, criterion = store.read_criterion(connection, embedding_model)
        labels = store.read_labels(connection, version)
        progress.update(present, present, "tasks")
    return ClusterReport(version, action, criterion, len(labels), present, continued, tuple(labels))


def needs_new_clusters(made_from: int, present: int, new: int, strangers: int) -> bool:
    """Tell whether the work has grown or changed too much for clusters made from `made_from` tasks.

    `strangers` of the `new` tasks lie beyond the radius of every cluster.
    """
    has_grown = present > RECLUSTER_GROWTH * made_from
    has_changed = strangers >= STRANGERS_AT_LEAST and strangers > STRANGERS_SHARE * new
    return has_grown or has_changed


def _catch_up(connection: Connection, latest: StoredClustering, embedding_model: str, present: int) -> str | None:
    """Assign what is new to the clusters there are, and say what that was: kept or extended.

    None where the work has outgrown the clusters, or has a new type. A task whose type of work is read differently than
    in the night it was assigned is news as well.
    """
    is_reread = latest.fingerprint != reading_of_types()
    news = read_news(connection, embedding_model, latest.version, is_all=is_reread)
    if len(news.tasks.ids):
        if not latest.clusters or not len(latest.directions.vectors) or not set(news.tasks.types) <= set(latest.types):
            return None
        assigned, is_stranger = _assigned(connection, latest, embedding_model, news.tasks)
        strangers = int(is_stranger.sum())
        if needs_new_clusters(latest.task_count, present, len(is_stranger), max(strangers, news.count_moved)):
            return None
        store.delete_assignments(connection, latest.version, news.stale)
        store.insert_assignments(connection, latest.version, assigned)
    has_other_sizes = store.extend_version(connection, latest.version, reading_of_types()) > 0
    return "extended" if len(news.tasks.ids) or has_other_sizes else "kept"


def _assigned(
    connection: Connection, latest: StoredClustering, embedding_model: str, tasks: Tasks
) -> tuple[Assignments, Floats]:
    """Return the nearest cluster of each task's type, and whether the task lies beyond its radius."""
    keys: list[int] = []
    members, distances = [], []
    for part, found in placed(connection, embedding_model, tasks):
        vectors = latest.directions.damp(found.vectors, found.projects)
        nearest, far = assign_within(vectors, part.types, latest.centroids, latest.types)
        keys += found.keys
        members.append(nearest)
        distances.append(far)
    member, distance = np.concatenate(members), np.concatenate(distances)
    ids = np.array([cluster.cluster_id for cluster in latest.clusters])
    radii = np.array([cluster.radius for cluster in latest.clusters])
    return Assignments(tasks.ids.tolist(), keys, ids[member], distance), distance > radii[member]


def _cluster(connection: Connection, latest: StoredClustering | None, settings: Settings, embedding_model: str) -> int:
    """Write a new version and return how many of its clusters continue one of the last.

    Of many tasks, the clusters are those of a sample, and all others are assigned to them.
    """
    everything = read_all(connection, embedding_model)
    if not len(everything.ids):
        store.insert_clustering(connection, embedding_model, reading_of_types(), [], "no task has an embedding yet")
        return 0
    sample = sampled(everything.types)
    tasks = read_tasks(connection, embedding_model, everything.among(sample))
    made = _made_of(tasks, latest, settings)
    sizes = np.bincount(made.clustering.members, minlength=len(made.clusters)).tolist()
    examples = [
        [tasks.ids[row] for row in example_rows(tasks.texts, made.clustering, index)]
        for index in range(len(made.clusters))
    ]
    version = store.insert_clustering(
        connection, embedding_model, reading_of_types(), sizes, made.criterion, task_count=len(everything.ids)
    )
    store.insert_directions(connection, version, made.directions)
    store.insert_clusters(connection, version, embedding_model, made.clusters, sizes=sizes, examples=examples)
    ids = np.array([cluster.cluster_id for cluster in made.clusters])
    own = Assignments(tasks.ids, tasks.keys, ids[made.clustering.members], made.clustering.distances)
    store.insert_assignments(connection, version, own)
    others = np.setdiff1d(np.arange(len(everything.ids)), sample)
    if len(others):
        stored = StoredClustering(version, reading_of_types(), len(everything.ids), made.clusters, made.directions)
        assigned, _ = _assigned(connection, stored, embedding_model, everything.among(others))
        store.insert_assignments(connection, version, assigned)
        store.extend_version(connection, version, reading_of_types())
    old = set() if latest is None else {cluster.cluster_id for cluster in latest.clusters}
    return len(old.intersection(ids.tolist()))


class _Made(NamedTuple):
    """New clusters, and which of the tasks that they were made of lies in which."""

    clusters: list[StoredCluster]
    clustering: Clustering
    directions: ProjectDirections
    criterion: str


def _made_of(tasks: EmbeddedTasks, latest: StoredClustering | None, settings: Settings) -> _Made:
    """Find the clusters of tasks, with the ids and labels of those of the last version that they continue."""
    directions = find_directions(tasks.vectors, tasks.projects)
    vectors = directions.damp(tasks.vectors, tasks.projects)
    with one_thread("sklearn.cluster"):
        topics = find_topics(vectors, tasks.types, tasks.outcomes())
        radii = cluster_radii(vectors, topics.clustering)
    clustering = topics.clustering
    old = {} if latest is None else {cluster.cluster_id: cluster.label.label for cluster in latest.clusters}
    ids = _continued_ids(latest, topics)
    names = label_clusters(
        tasks.texts,
        tasks.projects,
        clustering.members,
        topics.types,
        [old.get(cluster_id) for cluster_id in ids],
        projects_at_least=settings.shown_words_need,
    )
    clusters = [
        StoredCluster(ids[index], clustering.centroids[index], float(radii[index]), name, topics.types[index])
        for index, name in enumerate(names)
    ]
    return _Made(clusters, clustering, directions, topics.criterion)


def _continued_ids(latest: StoredClustering | None, topics: Topics) -> list[int]:
    """Return the id of each new cluster: that of the one of its work type that it continues, else a new one."""
    if latest is None or not latest.clusters:
        return match_clusters(np.zeros((0, 0)), [], topics.clustering.centroids)
    is_one_type = np.array(topics.types)[:, None] == np.array(latest.types)
    old_ids = [cluster.cluster_id for cluster in latest.clusters]
    return match_clusters(latest.centroids, old_ids, topics.clustering.centroids, is_one_type)
