import hashlib
import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from pipelines.cluster import ClusterReport, cluster_tasks, embedded_tasks, nightly, topics
from pipelines.cluster.checks import count_unassigned
from pipelines.ingest.vectors import TextVectors, store_vectors
from pipelines.progress import SilentProgress
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from recommender.embedding.local import LocalEmbedder
from recommender.kinds import kind_of_task
from recommender.serving_tables import read_kinds
from recommender.snapshot import Snapshot
from recommender.snapshot_file import read_snapshot, write_snapshot
from recommender.work_types import work_type_of
from tests.support.made_up_work import PROJECTS, Task, made_up_tasks

EMBEDDER = "test-8"
# All of one type of work.
TEXTS = ("find the parser of tokens", "find the web server", "find the quarterly reports")


def add_tasks(
    warehouse: Warehouse, kinds: Sequence[int], *, seed: int = 0, directions: int = 8, texts: Sequence[str] = TEXTS
) -> None:
    """Insert one task per kind given: its vector lies near the axis of its kind."""
    rng = np.random.default_rng(seed)
    rows, vectors = [], []
    for number, kind in enumerate(kinds):
        vector = np.eye(directions)[kind] + rng.normal(0, 0.05, directions)
        key = f"{seed}-{number}"
        created = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number + 100_000 * seed)
        text = texts[kind % 3] + f" {key}"
        rows.append((uuid.uuid5(uuid.NAMESPACE_OID, key), key, created, text, key))
        vectors.append(vector)
    with warehouse.connect() as connection, connection.cursor() as cursor:
        cursor.executemany(
            "insert into learning.task_history (id, source, source_key, created_at, task_description, task_hash,"
            " agent_used) values (%s, 'test', %s, %s, %s, %s, 'A')",
            rows,
        )
        store_vectors(connection, TextVectors(EMBEDDER, [row[-1] for row in rows], np.array(vectors)))


def add_work(warehouse: Warehouse, tasks: Sequence[Task]) -> None:
    """Insert invented tasks with the vectors of the local embedder."""
    vectors = LocalEmbedder().embed([task.text for task in tasks])
    with warehouse.connect() as connection, connection.cursor() as cursor:
        for number, task in enumerate(tasks):
            created = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number)
            cursor.execute(
                "insert into learning.task_history (id, source, source_key, created_at, task_description, task_hash,"
                " agent_used, project) values (%s, 'test', %s, %s, %s, md5(%s), %s, %s)",
                [
                    uuid.uuid5(uuid.NAMESPACE_OID, task.text),
                    str(number),
                    created,
                    task.text,
                    task.text,
                    task.agent,
                    task.project,
                ],
            )
        hashes = [hashlib.md5(task.text.encode()).hexdigest() for task in tasks]
        store_vectors(connection, TextVectors(LocalEmbedder.name, hashes, vectors))


def say(warehouse: Warehouse, text: str, which: str) -> None:
    """Give tasks other words that lie where their own lay."""
    with warehouse.connect() as connection:
        connection.execute(
            "update learning.task_embeddings set task_hash = task_hash || '+' where task_hash like %s", [which]
        )
        connection.execute(
            "update learning.task_history set task_description = %s, task_hash = task_hash || '+'"
            " where source_key like %s",
            [text, which],
        )


def cluster(warehouse: Warehouse, embedder: str = EMBEDDER) -> ClusterReport:
    return cluster_tasks(warehouse, Settings(), embedder, SilentProgress())


def published(warehouse: Warehouse, version: int, tmp_path: Path) -> Snapshot:
    """Return what a lookup knows of the kinds, read back from the snapshot's file."""
    with warehouse.connect() as connection:
        kinds = read_kinds(connection, version)
    write_snapshot(tmp_path / "s", Snapshot(LocalEmbedder.name, datetime.now(UTC), version, **kinds))
    return read_snapshot(tmp_path / "s")


def kinds_by_night(warehouse: Warehouse, version: int) -> dict[str, int]:
    """Return the cluster of each task's text."""
    statement = (
        "select task_description, cluster_id from learning.cluster_assignments"
        " inner join learning.task_history on id = task_id where clustering_version = %s"
    )
    with warehouse.connect() as connection:
        return dict(connection.execute(statement, [version]).fetchall())


def dump(warehouse: Warehouse) -> list[object]:
    with warehouse.connect() as connection:
        return [
            connection.execute(f"select *, xmin from learning.{table} order by 1, 2").fetchall()
            for table in ("clusterings", "task_clusters", "cluster_assignments", "project_directions")
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


def test_kinds_lie_within_types_and_span_projects(warehouse: Warehouse, tmp_path: Path) -> None:
    tasks = made_up_tasks()
    add_work(warehouse, tasks)
    report = cluster(warehouse, LocalEmbedder.name)
    snapshot, found = published(warehouse, report.version, tmp_path), kinds_by_night(warehouse, report.version)
    types = {kind.cluster_id: kind.work_type for kind in snapshot.kinds}
    projects, topics = defaultdict(set), defaultdict(set)
    for task in tasks:
        assert types[found[task.text]] == work_type_of(task.text, task.agent)
        projects[found[task.text]].add(task.project)
        topics[found[task.text]].add(task.topic)
    assert set(snapshot.projects) == set(PROJECTS)
    assert all(names == set(PROJECTS) for names in projects.values())
    assert all(len(names) == 1 for names in topics.values())
    assert len(topics) == 6


def test_no_label_of_made_up_work_holds_a_projects_own_word(warehouse: Warehouse) -> None:
    add_work(warehouse, made_up_tasks())
    labels = dict(cluster(warehouse, LocalEmbedder.name).labels)
    terms = " ".join(label.partition(" · ")[2] for label in labels).replace(",", "").split()
    own = {word for name, words in PROJECTS.items() for word in (name, *words.split())} | {"ida", "home", "src"}
    assert len(labels) == 6
    assert len(terms) == 12
    assert not set(terms) & own
    assert {"login", "buttons", "email", "cache", "encryption", "performance"} <= {
        word for label in labels for word in label.replace(",", "").split()
    }


def test_a_nights_task_asked_again_is_of_its_own_kind(warehouse: Warehouse, tmp_path: Path) -> None:
    tasks = made_up_tasks()
    add_work(warehouse, tasks)
    version = cluster(warehouse, LocalEmbedder.name).version
    snapshot, found = published(warehouse, version, tmp_path), kinds_by_night(warehouse, version)
    vectors = LocalEmbedder().embed([task.text for task in tasks])

    def share_found(is_project_told: bool) -> float:
        hits = 0
        for task, vector in zip(tasks, vectors, strict=True):
            project = f"/home/ida/{task.project}/" if is_project_told else None
            match = kind_of_task(snapshot, vector, work_type_of(task.text, task.agent), project)
            hits += match is not None and match.kind.cluster_id == found[task.text]
        return hits / len(tasks)

    assert share_found(True) == 1
    assert share_found(False) >= 0.95


def test_a_type_never_seen_before_is_clustered_anew(warehouse: Warehouse) -> None:
    add_tasks(warehouse, [0, 1, 2] * 30)
    assert cluster(warehouse).action == "clustered"
    add_tasks(warehouse, [0], seed=1, texts=["fix the crash of the parser"] * 3)
    assert cluster(warehouse).action == "clustered"
    add_tasks(warehouse, [0], seed=2, texts=["fix the crash of the lexer"] * 3)
    assert cluster(warehouse).action == "extended"


def test_a_new_task_joins_a_kind_of_its_own_type(warehouse: Warehouse) -> None:
    add_tasks(warehouse, [0] * 20)
    add_tasks(warehouse, [1] * 20, seed=1, texts=["fix the crash of the parser"] * 3)
    cluster(warehouse)
    add_tasks(warehouse, [1], seed=2)  # by its vector a fix, by its words a search
    report = cluster(warehouse)
    assert report.action == "extended"
    assert [size for label, size in report.labels if label.startswith("Search")] == [21]


def test_a_task_that_is_given_another_type_moves(warehouse: Warehouse) -> None:
    add_tasks(warehouse, [0] * 20)
    add_tasks(warehouse, [1] * 20, seed=1, texts=["fix the crash of the parser"] * 3)
    cluster(warehouse)
    say(warehouse, "fix the web server", "0-3")
    report = cluster(warehouse)
    assert report.action == "extended"
    assert [size for label, size in report.labels if label.startswith("Fix")] == [21]
    assert cluster(warehouse).action == "kept"


def test_many_tasks_read_differently_are_clustered_anew(warehouse: Warehouse) -> None:
    add_tasks(warehouse, [0] * 20)
    add_tasks(warehouse, [1] * 20, seed=1, texts=["fix the crash of the parser"] * 3)
    cluster(warehouse)
    say(warehouse, "fix the web server", "0-1%")
    assert cluster(warehouse).action == "clustered"


def test_directions_go_with_their_version(warehouse: Warehouse) -> None:
    versions = []
    for night in range(3):
        add_tasks(warehouse, [0, 1, 2] * 10 * 2**night, seed=night)
        versions.append(cluster(warehouse).version)
    with warehouse.connect() as connection:
        rows = connection.execute("select distinct clustering_version from learning.project_directions order by 1")
        assert [row[0] for row in rows] == versions[-2:]


def test_an_analyst_sees_no_direction(warehouse: Warehouse) -> None:
    with warehouse.connect() as connection:
        for role, expected in (("spawnwise_analyst", False), ("spawnwise_lookup", True)):
            statement = "select has_table_privilege(%s, 'serving.project_directions', 'select')"
            assert connection.execute(statement, [role]).fetchone() == (expected,)


def test_of_many_tasks_the_kinds_are_those_of_a_sample_and_all_are_assigned(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_tasks(warehouse, [0, 1, 2] * 80)
    monkeypatch.setattr(topics, "FITTED_UP_TO", 60)
    monkeypatch.setattr(topics, "FITTED_AT_LEAST", 30)
    monkeypatch.setattr(embedded_tasks, "READ_AT_ONCE", 32)
    report = cluster(warehouse)
    assert count_unassigned(warehouse) == (240, 0)
    assert sorted(size for _, size in report.labels) == [80, 80, 80]
    assert cluster(warehouse).action == "kept"
    add_tasks(warehouse, [0], seed=7)
    assert cluster(warehouse).action == "extended"  # made from all 240, not from the sample


def test_a_task_in_other_words_is_assigned_by_them(warehouse: Warehouse) -> None:
    add_tasks(warehouse, [0] * 30 + [1] * 30)
    before = cluster(warehouse)
    with warehouse.connect() as connection:
        connection.execute(
            "update learning.task_history set task_hash = '0-59', project = 'elsewhere' where source_key = '0-3'"
        )
    after = cluster(warehouse)
    assert after.action == "extended"
    assert sorted(size for _, size in before.labels) == [30, 30]
    assert sorted(size for _, size in after.labels) == [29, 31]


def test_words_that_read_types_otherwise_have_every_task_read_again(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_tasks(warehouse, [0] * 20)
    cluster(warehouse)
    read = embedded_tasks.work_type_of
    monkeypatch.setattr(
        embedded_tasks, "work_type_of", lambda text, agent: "plan" if "0-3" in text else read(text, agent)
    )
    assert cluster(warehouse).action == "kept"
    monkeypatch.setattr(nightly, "reading_of_types", lambda: "other words")
    assert cluster(warehouse).action == "clustered"  # no kind is of that type yet
