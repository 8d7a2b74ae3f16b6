import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
from pgvector import Vector

from pipelines.cluster import ClusterReport, cluster_tasks
from pipelines.cluster.checks import count_unassigned
from pipelines.progress import SilentProgress
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse

EMBEDDER = "test-8"
TEXTS = ("write unit tests for the parser", "deploy the web server", "summarise the quarterly report")


def add_tasks(warehouse: Warehouse, kinds: Sequence[int], *, seed: int = 0, directions: int = 8) -> None:
    """Insert one task per kind given: its vector lies near the axis of its kind."""
    rng = np.random.default_rng(seed)
    rows = []
    for number, kind in enumerate(kinds):
        vector = np.eye(directions)[kind] + rng.normal(0, 0.05, directions)
        key = f"{seed}-{number}"
        created = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number + 100_000 * seed)
        text = TEXTS[kind % 3] + f" {key}"
        rows.append((uuid.uuid5(uuid.NAMESPACE_OID, key), key, created, text, key, Vector(vector), EMBEDDER))
    with warehouse.connect() as connection, connection.cursor() as cursor:
        cursor.executemany(
            "insert into learning.task_history (id, source, source_key, created_at, task_description, task_hash,"
            " agent_used, task_embedding, embedding_model) values (%s, 'test', %s, %s, %s, %s, 'A', %s, %s)",
            rows,
        )


def cluster(warehouse: Warehouse) -> ClusterReport:
    return cluster_tasks(warehouse, Settings(), EMBEDDER, SilentProgress())


def dump(warehouse: Warehouse) -> list[object]:
    with warehouse.connect() as connection:
        return [
            connection.execute(f"select *, xmin from learning.{table} order by 1, 2").fetchall()
            for table in ("clusterings", "task_clusters", "cluster_assignments")
        ]


def clusters_of(warehouse: Warehouse, version: int) -> dict[int, str]:
    with warehouse.connect() as connection:
        statement = "select cluster_id, label from learning.task_clusters where clustering_version = %s"
        return dict(connection.execute(statement, [version]).fetchall())


def test_no_task_gives_an_empty_clustering(warehouse: Warehouse) -> None:
    report = cluster(warehouse)
    assert (report.clusters, report.tasks) == (0, 0)
    assert cluster(warehouse).action == "kept"


def test_one_task_gives_one_cluster(warehouse: Warehouse) -> None:
    add_tasks(warehouse, [0])
    assert cluster(warehouse).clusters == 1
    assert count_unassigned(warehouse) == (1, 0)


def test_same_tasks_change_no_row(warehouse: Warehouse) -> None:
    add_tasks(warehouse, [0, 1, 2] * 30)
    first = cluster(warehouse)
    before = dump(warehouse)
    again = cluster(warehouse)
    assert (first.action, again.action, again.version) == ("clustered", "kept", first.version)
    assert dump(warehouse) == before


def test_few_new_tasks_join_the_clusters_there_are(warehouse: Warehouse) -> None:
    add_tasks(warehouse, [0, 1, 2] * 30)
    first = cluster(warehouse)
    add_tasks(warehouse, [0, 1, 2], seed=1)
    second = cluster(warehouse)
    assert (second.action, second.version) == ("extended", first.version)
    assert sum(size for _, size in second.labels) == 93
    assert count_unassigned(warehouse) == (93, 0)
    assert cluster(warehouse).action == "kept"


def test_grown_work_is_clustered_anew_and_keeps_ids_and_labels(warehouse: Warehouse) -> None:
    add_tasks(warehouse, [0, 1, 2] * 20)
    first = cluster(warehouse)
    add_tasks(warehouse, [0, 1, 2] * 20, seed=1)
    second = cluster(warehouse)
    assert second.action == "clustered"
    assert second.version > first.version
    before, after = clusters_of(warehouse, first.version), clusters_of(warehouse, second.version)
    shared = before.keys() & after.keys()
    assert len(shared) == second.continued == len(before)
    assert {key: before[key] for key in shared} == {key: after[key] for key in shared}


def test_a_new_kind_of_work_is_clustered_anew(warehouse: Warehouse) -> None:
    add_tasks(warehouse, [0, 1, 2] * 40)
    cluster(warehouse)
    add_tasks(warehouse, [5] * 12, seed=1)
    assert cluster(warehouse).action == "clustered"


def test_only_the_last_two_versions_stay(warehouse: Warehouse) -> None:
    versions = []
    for night in range(4):
        add_tasks(warehouse, [0, 1, 2] * 10 * 2**night, seed=night)
        versions.append(cluster(warehouse).version)
    with warehouse.connect() as connection:
        kept = [row[0] for row in connection.execute("select clustering_version from learning.clusterings order by 1")]
    assert kept == versions[-2:]
