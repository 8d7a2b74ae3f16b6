"""Where clusterings are kept."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
import psycopg
from pgvector import Vector

from pipelines.cluster.count import KnownOutcomes
from pipelines.cluster.kmeans import Floats, unit_rows
from pipelines.cluster.labels import ClusterLabel
from pipelines.warehouse import named_sql

VERSIONS_KEPT = 2  # the one in use and the one before it, which a lookup may still be reading

Connection = psycopg.Connection[Any]


@dataclass(frozen=True)
class EmbeddedTasks:
    """The tasks of one embedding model in a fixed order: unit vectors (n, d), texts, models' families, outcomes."""

    ids: list[UUID]
    hashes: list[str]
    texts: list[str]
    vectors: Floats
    models: list[str | None]
    success: list[bool | None]

    def fingerprint(self, embedding_model: str) -> str:
        """Return a hash of what clustering depends on; outcomes alone do not move clusters."""
        digest = hashlib.sha256(embedding_model.encode())
        for task_id, task_hash in zip(self.ids, self.hashes, strict=True):
            digest.update(task_id.bytes + task_hash.encode())
        return digest.hexdigest()

    def outcomes(self) -> KnownOutcomes:
        """Return the known outcomes by row."""
        known = [
            row
            for row, (model, good) in enumerate(zip(self.models, self.success, strict=True))
            if model is not None and good is not None
        ]
        names = {name: index for index, name in enumerate(sorted({str(self.models[row]) for row in known}))}
        return KnownOutcomes(
            row=np.array(known, dtype=np.int64),
            model=np.array([names[str(self.models[row])] for row in known], dtype=np.int64),
            success=np.array([float(bool(self.success[row])) for row in known]),
        )


@dataclass(frozen=True)
class StoredCluster:
    """One cluster of a stored version."""

    cluster_id: int
    centroid: Floats
    radius: float
    label: ClusterLabel


@dataclass(frozen=True)
class StoredClustering:
    """A stored version; `task_count` is the number of tasks that it was made from."""

    version: int
    fingerprint: str
    task_count: int
    clusters: list[StoredCluster]

    @property
    def centroids(self) -> Floats:
        """Unit centroids (k, d) in the order of `clusters`."""
        return np.array([cluster.centroid for cluster in self.clusters])


def read_tasks(connection: Connection, embedding_model: str) -> EmbeddedTasks:
    """Read every task that has an embedding of this model, oldest first."""
    rows = connection.execute(named_sql(__file__, "select_embedded_tasks"), [embedding_model]).fetchall()
    columns: Sequence[list[Any]] = [[row[index] for row in rows] for index in range(6)]
    vectors = unit_rows(np.array([vector.to_numpy() for vector in columns[3]])) if rows else np.zeros((0, 1))
    return EmbeddedTasks(columns[0], columns[1], columns[2], vectors, columns[4], columns[5])


def read_latest(connection: Connection, embedding_model: str) -> StoredClustering | None:
    """Read the newest version made with this embedding model, None where there is none."""
    head = connection.execute(named_sql(__file__, "select_latest_clustering"), [embedding_model]).fetchone()
    if head is None:
        return None
    rows = connection.execute(named_sql(__file__, "select_clusters"), [head[0]]).fetchall()
    clusters = [
        StoredCluster(cluster_id, vector.to_numpy().astype(np.float64), radius, ClusterLabel(label, tuple(terms)))
        for cluster_id, vector, radius, label, terms in rows
    ]
    return StoredClustering(head[0], head[1], head[2], clusters)


def read_criterion(connection: Connection, embedding_model: str) -> tuple[int, str]:
    """Return the newest version made with this embedding model and how its number of clusters was chosen."""
    row = connection.execute(named_sql(__file__, "select_criterion"), [embedding_model]).fetchone()
    assert row is not None
    return int(row[0]), str(row[1])


def read_labels(connection: Connection, version: int) -> list[tuple[str, int]]:
    """Return label and size of each cluster, largest first."""
    return connection.execute(named_sql(__file__, "select_labels"), [version]).fetchall()


def insert_clustering(
    connection: Connection, embedding_model: str, fingerprint: str, sizes: Sequence[int], criterion: str
) -> int:
    """Open a new version and return its number."""
    parameters = [embedding_model, fingerprint, len(sizes), sum(sizes), criterion]
    row = connection.execute(named_sql(__file__, "insert_clustering"), parameters).fetchone()
    assert row is not None
    return int(row[0])


def insert_clusters(
    connection: Connection,
    version: int,
    embedding_model: str,
    clusters: Sequence[StoredCluster],
    *,
    sizes: Sequence[int],
    examples: Sequence[Sequence[UUID]],
) -> None:
    """Write the clusters of a new version."""
    with connection.cursor() as cursor:
        cursor.executemany(
            named_sql(__file__, "insert_cluster"),
            [
                (
                    version,
                    cluster.cluster_id,
                    embedding_model,
                    Vector(cluster.centroid),
                    size,
                    cluster.radius,
                    cluster.label.label,
                    list(cluster.label.terms),
                    list(chosen),
                )
                for cluster, size, chosen in zip(clusters, sizes, examples, strict=True)
            ],
        )


def insert_assignments(connection: Connection, version: int, rows: Iterable[tuple[UUID, int, float]]) -> None:
    """Assign tasks: (task id, cluster id, cosine distance)."""
    statement = "copy learning.cluster_assignments (task_id, clustering_version, cluster_id, distance) from stdin"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for task_id, cluster_id, distance in rows:
            copy.write_row((task_id, version, cluster_id, distance))


def assigned_ids(connection: Connection, version: int) -> set[UUID]:
    """Return the tasks that the version has assigned."""
    statement = "select task_id from learning.cluster_assignments where clustering_version = %s"
    return {row[0] for row in connection.execute(statement, [version])}


def extend_version(connection: Connection, version: int, fingerprint: str) -> None:
    """Let a version stand for the tasks now assigned to it: its fingerprint and its clusters' sizes."""
    connection.execute(named_sql(__file__, "extend_clustering"), {"version": version, "fingerprint": fingerprint})
    connection.execute(named_sql(__file__, "update_cluster_sizes"), {"version": version})


def prune_versions(connection: Connection) -> None:
    """Delete all but the newest versions of each embedding model, unless estimates still stand on them."""
    connection.execute(named_sql(__file__, "prune_clusterings"), [VERSIONS_KEPT])
