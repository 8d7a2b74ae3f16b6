import os
import signal
from collections.abc import Callable, Iterator

import numpy as np
import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from pipelines.publish.snapshot import publish_snapshot
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from recommender.home import snapshot_file
from recommender.lookup import Recommender
from recommender.published import LastKnownGood, Published, ServingTables, SnapshotFile
from recommender.serving_tables import read_database
from recommender.snapshot_file import read_snapshot, write_snapshot
from tests.support.snapshots import DEPLOYING, TESTING, learned_snapshot
from tests.support.waiting import eventually

DEADLINE_MS = 10_000  # machines that run tests are busy: what is slow there is not wrong


def recommender_on(url: str, refresh_s: float = 3600, deadline_ms: int = DEADLINE_MS) -> Recommender:
    file = Published(SnapshotFile(snapshot_file()))
    file.current(wait_s=60)
    return Recommender(LastKnownGood(Published(ServingTables(url, refresh_s)), file), deadline_ms)


def test_the_tables_are_read_as_they_were_published(published_warehouse: Warehouse) -> None:
    snapshot, expected = read_database(published_warehouse.dsn), learned_snapshot()
    assert snapshot.best_of == expected.best_of
    assert {name: sorted(rows) for name, rows in snapshot.evidence_of.items()} == {
        name: sorted(rows) for name, rows in expected.evidence_of.items()
    }
    assert [kind._replace(examples=()) for kind in expected.kinds] == list(snapshot.kinds)
    assert snapshot.agents == expected.agents
    np.testing.assert_array_equal(snapshot.centroids, expected.centroids)
    np.testing.assert_array_equal(snapshot.agent_vectors, [expected.agent_vectors[0], np.zeros(256)])
    assert ("COORD_*", "opus", False) in snapshot.tiers


def test_the_snapshot_file_says_the_same_as_the_tables(published_warehouse: Warehouse) -> None:
    published = publish_snapshot(published_warehouse, Settings())
    assert read_snapshot(snapshot_file()).version == published.version == read_database(published_warehouse.dsn).version


def test_with_a_database_the_tables_answer(published_warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", published_warehouse.dsn)
    answer = Recommender(deadline_ms=DEADLINE_MS).recommend(TESTING, "QA_TESTER")
    assert (answer.model, answer.source, answer.cluster_id) == ("haiku", "cluster", 0)
    assert answer.reason == "haiku did 27 of 28 well"
    assert Recommender(deadline_ms=DEADLINE_MS).recommend(DEPLOYING, "RELEASER").model == "sonnet"


def test_a_running_process_takes_up_what_changes_in_the_table(published_warehouse: Warehouse) -> None:
    long_lived = recommender_on(published_warehouse.dsn, refresh_s=0.05)
    assert long_lived.recommend(TESTING, "QA_TESTER").model == "haiku"
    with published_warehouse.connect() as connection:
        connection.execute("update serving.best_model_per_cluster set model = 'opus' where agent_name = 'QA_TESTER'")
    assert eventually(lambda: long_lived.recommend(TESTING, "QA_TESTER").model == "opus")


def test_a_role_that_may_only_read_serving_is_enough(published_warehouse: Warehouse) -> None:
    with published_warehouse.connect() as connection:
        connection.execute("drop role if exists lookup_test")
        connection.execute("create role lookup_test login")
        connection.execute("grant usage on schema serving to lookup_test")
        connection.execute("grant select on all tables in schema serving to lookup_test")
    url = make_conninfo(published_warehouse.dsn, user="lookup_test")
    try:
        assert len(read_database(url).best) == len(learned_snapshot().best)
        with psycopg.connect(url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("select * from learning.task_history")
    finally:
        with published_warehouse.connect() as connection:
            connection.execute("drop owned by lookup_test")
            connection.execute("drop role lookup_test")


def test_nothing_learned_yet_is_answered_from_the_tiers(warehouse: Warehouse) -> None:
    answer = recommender_on(warehouse.dsn).recommend(TESTING, "QA_TESTER")
    assert (answer.model, answer.source) == ("sonnet", "tier")


@pytest.fixture
def frozen(published_warehouse: Warehouse) -> Iterator[Callable[[], None]]:
    """Stop every process of the server in its tracks, and let it go on afterwards."""
    with published_warehouse.connect() as connection:
        (folder,) = connection.execute("show data_directory").fetchone() or ("",)
    with open(os.path.join(folder, "postmaster.pid")) as file:  # noqa: PTH118, PTH123
        group = int(file.readline())

    yield lambda: os.kill(group, signal.SIGSTOP)
    os.kill(group, signal.SIGCONT)


def test_a_frozen_server_is_answered_for_by_the_snapshot(
    published_warehouse: Warehouse, frozen: Callable[[], None]
) -> None:
    write_snapshot(snapshot_file(), learned_snapshot())
    frozen()
    asked = recommender_on(published_warehouse.dsn, deadline_ms=1_000)
    for _ in range(3):
        answer = asked.recommend(TESTING, "QA_TESTER")
        assert (answer.model, answer.source, answer.snapshot_version) == (
            "haiku",
            "cluster",
            learned_snapshot().version,
        )
        assert "database did not answer" in answer.reason


def test_a_locked_table_is_answered_for_by_the_snapshot_and_read_when_it_is_free(
    published_warehouse: Warehouse,
) -> None:
    write_snapshot(snapshot_file(), learned_snapshot())
    asked = recommender_on(published_warehouse.dsn, deadline_ms=1_000, refresh_s=0.05)
    with published_warehouse.connect() as connection:
        connection.execute("lock table serving.best_model_per_cluster")
        assert "did not answer" in asked.recommend(TESTING, "QA_TESTER").reason
    assert eventually(lambda: "did not answer" not in asked.recommend(TESTING, "QA_TESTER").reason)


@pytest.mark.parametrize(
    "url", ["postgresql://127.0.0.1:1/none", "postgresql:///none?host=/nowhere", "not a url", "postgresql://[::1"]
)
def test_no_database_is_answered_for_by_the_snapshot_or_the_tiers(url: str) -> None:
    assert recommender_on(url).recommend(TESTING, "QA_TESTER").source == "tier"
    write_snapshot(snapshot_file(), learned_snapshot())
    answer = recommender_on(url).recommend(TESTING, "QA_TESTER")
    assert (answer.model, answer.source) == ("haiku", "cluster")
    assert "did not answer" in answer.reason


def test_what_the_database_told_last_outlives_it(published_warehouse: Warehouse) -> None:
    asked = recommender_on(published_warehouse.dsn, refresh_s=0.01)
    assert asked.recommend(TESTING, "QA_TESTER").model == "haiku"
    with published_warehouse.connect() as connection:
        connection.execute("drop table serving.best_model_per_cluster")

    def is_refused_and_answers_as_before() -> bool:
        answer = asked.recommend(TESTING, "QA_TESTER")
        assert answer.model == "haiku"
        return "UndefinedTable" in answer.reason

    assert eventually(is_refused_and_answers_as_before)
