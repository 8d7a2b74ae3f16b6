"""Where clusterings are kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
import psycopg
from pgvector import Vector
from psycopg import sql

from pipelines.cluster.directions import ProjectDirections
from pipelines.cluster.kmeans import Floats, Ints
from pipelines.cluster.labels import ClusterLabel
from pipelines.warehouse import named_sql, uuid_array
from pipelines.warehouse.fixed_width import BIGINT, DOUBLE, INTEGER, UUID_BYTES, rows_for, write_rows

VERSIONS_KEPT = 2  # the one in use and the one before it, which a lookup may still be reading

Connection = psycopg.Connection[Any]
ASSIGNMENT = {
    "task_id": UUID_BYTES,
    "clustering_version": INTEGER,
    "cluster_id": INTEGER,
    "distance": DOUBLE,
    "task_key": BIGINT,
}


@dataclass(frozen=True)
class StoredCluster:
    """One cluster of a stored version."""

    cluster_id: int
    centroid: Floats
    radius: float
    label: ClusterLabel
    work_type: str


@dataclass(frozen=True)
class StoredClustering:
    """A stored version; `task_count` is the number of tasks that it was made from, `fingerprint` what their types were
    read by, `directions` what was taken out of their vectors.
    """

    version: int
    fingerprint: str
    task_count: int
    clusters: list[StoredCluster]
    directions: ProjectDirections

    @property
    def centroids(self) -> Floats:
        """Unit centroids (k, d) in the order of `clusters`."""
        return np.array([cluster.centroid for cluster in self.clusters])

    @property
    def types(self) -> list[str]:
        """The work type of each of `clusters`."""
        return [cluster.work_type for cluster in self.clusters]


def read_latest(connection: Connection, embedding_model: str) -> StoredClustering | None:
    """Read the newest version made with this embedding model, None where there is none."""
    head = connection.execute(named_sql(__file__, "select_latest_clustering"), [embedding_model]).fetchone()
    if head is None:
        return None
    rows = connection.execute(named_sql(__file__, "select_clusters"), [head[0]]).fetchall()
    clusters = [
        StoredCluster(cluster_id, vector.to_numpy().astype(np.float64), radius, ClusterLabel(label, tuple(terms)), kind)
        for cluster_id, vector, radius, label, terms, kind in rows
    ]
    return StoredClustering(head[0], head[1], head[2], clusters, _read_directions(connection, head[0]))


def _read_directions(connection: Connection, version: int) -> ProjectDirections:
    rows = connection.execute(named_sql(__file__, "select_directions"), [version]).fetchall()
    vectors = np.array([vector.to_numpy() for _, _, vector in rows], dtype=np.float64)
    return ProjectDirections(tuple(row[0] for row in rows[1:]), tuple(row[1] for row in rows[1:]), vectors)


def read_criterion(connection: Connection, embedding_model: str) -> tuple[int, str]:
    """Return the newest version made with this embedding model and how its number of clusters was chosen."""
    row = connection.execute(named_sql(__file__, "select_criterion"), [embedding_model]).fetchone()
    assert row is not None
    return int(row[0]), str(row[1])


def read_labels(connection: Connection, version: int) -> list[tuple[str, int]]:
    """Return label and size of each cluster, largest first."""
    return connection.execute(named_sql(__file__, "select_labels"), [version]).fetchall()


def insert_clustering(
    connection: Connection,
    embedding_model: str,
    fingerprint: str,
    sizes: Sequence[int],
    criterion: str,
    *,
    task_count: int | None = None,
) -> int:
    """Open a new version and return its number; `task_count` is told where the sizes are those of a sample."""
    parameters = [embedding_model, fingerprint, len(sizes), task_count or sum(sizes), criterion]
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
                    cluster.work_type,
                )
                for cluster, size, chosen in zip(clusters, sizes, examples, strict=True)
            ],
        )


class Assignments(NamedTuple):
    """Tasks and what each is known by, the ids of their clusters, and the cosine distances to the centroids."""

    tasks: Sequence[UUID]
    keys: Sequence[int]
    clusters: Ints
    distances: Floats


def insert_assignments(connection: Connection, version: int, assigned: Assignments) -> None:
    """Assign tasks to clusters of a version."""
    rows = rows_for(ASSIGNMENT, len(assigned.tasks))
    rows["task_id"] = np.frombuffer(b"".join([task.bytes for task in assigned.tasks]), dtype=ASSIGNMENT["task_id"])
    rows["clustering_version"], rows["cluster_id"] = version, assigned.clusters
    rows["distance"], rows["task_key"] = assigned.distances, assigned.keys
    write_rows(connection, sql.SQL("learning.cluster_assignments"), ASSIGNMENT, rows)


def insert_directions(connection: Connection, version: int, directions: ProjectDirections) -> None:
    """Write what was taken out of the vectors of each project; the row of no project is that of all others."""
    with connection.cursor() as cursor:
        cursor.executemany(
            named_sql(__file__, "insert_direction"),
            [
                (version, project, tasks, Vector(vector))
                for project, tasks, vector in zip(
                    ("", *directions.projects), (0, *directions.tasks), directions.vectors, strict=True
                )
            ],
        )


def delete_assignments(connection: Connection, version: int, tasks: Sequence[UUID]) -> None:
    """Take tasks out of their clusters."""
    statement = "delete from learning.cluster_assignments where clustering_version = %s and task_id = any(%s::uuid [])"
    connection.execute(statement, [version, uuid_array(tasks)])


def extend_version(connection: Connection, version: int, fingerprint: str) -> int:
    """Let a version stand for the tasks now assigned to it; return how many of its clusters have another size."""
    connection.execute(named_sql(__file__, "extend_clustering"), {"version": version, "fingerprint": fingerprint})
    return connection.execute(named_sql(__file__, "update_cluster_sizes"), {"version": version}).rowcount


def prune_versions(connection: Connection) -> None:
    """Delete all but the newest versions of each embedding model, unless estimates still stand on them."""
    connection.execute(named_sql(__file__, "prune_clusterings"), [VERSIONS_KEPT])
