import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pipelines.estimate import EstimateReport, estimate_models, write_labels
from pipelines.estimate.checks import count_uncovered, count_undecided
from pipelines.progress import SilentProgress
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse

START = datetime(2026, 1, 1, tzinfo=UTC)
OUTCOMES_TABLE = (
    "create schema if not exists intermediate; create table if not exists intermediate.int_task_outcomes"
    " (task_id uuid, success boolean, confidence real, fault text, evidence text)"
)


class History:
    """Writes spawns, their outcomes and their clusters by hand, as ingest, dbt and cluster would."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse = warehouse
        self.count = 0
        with warehouse.connect() as connection:
            connection.execute(OUTCOMES_TABLE)
            row = connection.execute(
                "insert into learning.clusterings (embedding_model, input_fingerprint, cluster_count, task_count,"
                " criterion) values ('test', '', 3, 0, '') returning clustering_version"
            ).fetchone()
            assert row is not None
            self.version = row[0]
            for cluster in range(3):
                connection.execute(
                    "insert into learning.task_clusters values (%s, %s, 'test', '[1,0]', 1, 1, 'kind')",
                    [self.version, cluster],
                )

    def add(
        self, agent: str, cluster: int, model: str, good: int, bad: int = 0, unknown: int = 0, **columns: Any
    ) -> None:
        """Add spawns of one agent in one cluster: so many good, bad, and of unknown outcome."""
        fault = columns.pop("fault", "agent")
        for success in [True] * good + [False] * bad + [None] * unknown:
            self.count += 1
            task = uuid.uuid5(uuid.NAMESPACE_OID, str(self.count))
            row = {
                "id": task, "source": "test", "source_key": str(self.count), "task_description": "t",
                "task_hash": "h", "created_at": START + timedelta(minutes=self.count), "agent_used": agent,
                "model_used": model, "is_cost_complete": "cost_usd" in columns, **columns,
            }  # fmt: skip
            with self.warehouse.connect() as connection:
                connection.execute(
                    f"insert into learning.task_history ({', '.join(row)}) values ({', '.join(['%s'] * len(row))})",
                    list(row.values()),
                )
                connection.execute(
                    "insert into intermediate.int_task_outcomes values (%s, %s, 1, %s, 'test')",
                    [task, success, fault if success is False else None],
                )
                connection.execute(
                    "insert into learning.cluster_assignments values (%s, %s, %s, 0.1)", [task, self.version, cluster]
                )

    def estimate(self, **settings: Any) -> EstimateReport:
        write_labels(self.warehouse)
        return estimate_models(self.warehouse, Settings(**settings), SilentProgress())

    def rows(self) -> list[tuple[Any, ...]]:
        with self.warehouse.connect() as connection:
            return connection.execute("select *, xmin from learning.model_estimates order by 2, 3, 4").fetchall()

    def chosen(self) -> dict[tuple[str, int], tuple[str, str]]:
        statement = "select agent_name, cluster_id, model, reason from learning.model_estimates where is_chosen"
        with self.warehouse.connect() as connection:
            return {(row[0], row[1]): (row[2], row[3]) for row in connection.execute(statement)}


@pytest.fixture
def history(warehouse: Warehouse) -> History:
    return History(warehouse)


def test_no_history_gives_no_estimates(history: History) -> None:
    assert history.estimate().rows == 0


def test_one_tier_each_keeps_every_default_and_says_why(history: History) -> None:
    history.add("Explore", 0, "haiku", good=40, bad=2, cost_usd=0.02)
    history.add("reviewer", 1, "sonnet", good=20, unknown=5, cost_usd=0.2)
    history.add("planner", 2, "opus", good=9, cost_usd=0.5)
    report = history.estimate()
    chosen = history.chosen()
    assert report.off_default == 0
    assert {scope: model for scope, (model, _) in chosen.items() if scope[1] == -1 and scope[0] != "*"} == {
        ("Explore", -1): "haiku",
        ("reviewer", -1): "sonnet",
        ("planner", -1): "opus",
    }
    assert "no cheaper model has 3 known outcomes here" in chosen["planner", -1][1]


def test_scopes_cover_any_agent_each_agent_and_each_pair(history: History) -> None:
    history.add("A", 0, "sonnet", good=5)
    history.add("A", 1, "sonnet", good=5)
    history.add("B", 1, "opus", good=5)
    history.estimate()
    assert set(history.chosen()) == {
        ("*", -1), ("*", 0), ("*", 1), ("A", -1), ("A", 0), ("A", 1), ("B", -1), ("B", 1)
    }  # fmt: skip
    assert count_undecided(history.warehouse) == (8, 0)
    assert count_uncovered(history.warehouse) == 0


def test_a_cheaper_model_with_the_evidence_is_chosen(history: History) -> None:
    history.add("QA", 0, "opus", good=38, bad=2, cost_usd=0.5)
    history.add("QA", 0, "haiku", good=58, bad=2, cost_usd=0.05)
    history.estimate(default_model="opus")
    assert history.chosen()["*", 0][0] == "haiku"
    assert "haiku succeeds in about" in history.chosen()["*", 0][1]


def test_a_cheaper_model_that_fails_is_not_chosen(history: History) -> None:
    history.add("QA", 0, "opus", good=38, bad=2, cost_usd=0.5)
    history.add("QA", 0, "haiku", good=25, bad=25, cost_usd=0.05)
    history.estimate()
    assert history.chosen()["*", 0][0] == "opus"


def test_faults_of_others_do_not_count_against_a_model(history: History) -> None:
    history.add("QA", 0, "opus", good=38, bad=2, cost_usd=0.5)
    history.add("QA", 0, "haiku", good=58, cost_usd=0.05)
    history.add("QA", 0, "haiku", good=0, bad=60, fault="environment", cost_usd=0.05)
    history.estimate()
    assert history.chosen()["*", 0][0] == "haiku"


def test_same_history_again_changes_no_row(history: History) -> None:
    history.add("A", 0, "sonnet", good=5, bad=1, cost_usd=0.1)
    history.add("A", 0, "haiku", good=5, bad=1, cost_usd=0.1)
    history.estimate()
    before = history.rows()
    assert history.estimate().rows_changed == 0
    assert history.rows() == before


def test_labels_are_written_back_once(history: History) -> None:
    history.add("A", 0, "sonnet", good=1, bad=1, unknown=1)
    assert write_labels(history.warehouse) == 2 + 1  # the unknown one gains its confidence and evidence
    assert write_labels(history.warehouse) == 0
    with history.warehouse.connect() as connection:
        written = connection.execute("select success, fault from learning.task_history order by created_at").fetchall()
    assert written == [(True, None), (False, "agent"), (None, None)]


def test_advised_spawns_do_not_make_a_default(history: History) -> None:
    history.add("A", 0, "opus", good=10, cost_usd=0.5)
    history.add("A", 0, "haiku", good=20, cost_usd=0.05, decision_id=uuid.uuid4(), propensity=0.5)
    history.estimate()
    with history.warehouse.connect() as connection:
        defaults = connection.execute("select distinct model from learning.model_estimates where is_default").fetchall()
    assert defaults == [("opus",)]
