import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pipelines.estimate import EstimateReport, estimate_models, write_labels
from pipelines.estimate.checks import count_uncovered, count_undecided
from pipelines.progress import SilentProgress
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from recommender.published_rows import Scope

START = datetime.now(UTC) - timedelta(days=20)
OUTCOMES_TABLE = (
    "create schema if not exists intermediate; create table if not exists intermediate.int_task_outcomes"
    " (task_id uuid, success boolean, confidence real, fault text, evidence text,"
    " is_self_reported boolean, is_time_possible boolean);"
    "create or replace view intermediate.int_outcome_probabilities as select task_id, success::integer::float8 as"
    " success_probability, false as is_corrected, null::float8 as effective_limit from intermediate.int_task_outcomes"
    " where success or fault = 'agent'"
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
                    "insert into learning.task_clusters (clustering_version, cluster_id, embedding_model, centroid,"
                    " size, radius, label, work_type) values (%s, %s, 'test', '[1,0]', 1, 1, 'kind', 'fix')",
                    [self.version, cluster],
                )

    def add(
        self, agent: str, cluster: int, model: str, good: int, bad: int = 0, unknown: int = 0, **columns: Any
    ) -> None:
        """Add spawns of one agent in one cluster: so many good, bad, and of unknown outcome."""
        fault, claimed = columns.pop("fault", "agent"), columns.pop("is_self_reported", False)
        for success in [True] * good + [False] * bad + [None] * unknown:
            self.count += 1
            task = uuid.uuid5(uuid.NAMESPACE_OID, str(self.count))
            row = {
                "id": task, "source": "test", "source_key": str(self.count), "task_description": "t",
                "task_hash": str(self.count), "model_source": "observed", "agent_used": agent,
                "created_at": START + timedelta(minutes=self.count),
                "model_used": model, "is_cost_complete": "cost_usd" in columns, **columns,
            }  # fmt: skip
            with self.warehouse.connect() as connection:
                connection.execute(
                    f"insert into learning.task_history ({', '.join(row)}) values ({', '.join(['%s'] * len(row))})",
                    list(row.values()),
                )
                connection.execute(
                    "insert into intermediate.int_task_outcomes values (%s, %s, 1, %s, 'test', %s, true)",
                    [task, success, fault if success is False else None, claimed],
                )
                connection.execute(
                    "insert into learning.cluster_assignments values (%s, %s, %s, 0.1)", [task, self.version, cluster]
                )

    def estimate(self, **settings: Any) -> EstimateReport:
        write_labels(self.warehouse)
        return estimate_models(self.warehouse, Settings(**settings), SilentProgress())

    def rows(self) -> list[tuple[Any, ...]]:
        with self.warehouse.connect() as connection:
            return connection.execute("select *, xmin from learning.model_estimates order by 2, 3, 4, 5").fetchall()

    def chosen(self) -> dict[Scope, tuple[str, str]]:
        statement = (
            "select agent_name, work_type, cluster_id, model, reason from learning.model_estimates where is_chosen"
        )
        with self.warehouse.connect() as connection:
            return {Scope(*row[:3]): (row[3], row[4]) for row in connection.execute(statement)}


@pytest.fixture
def history(warehouse: Warehouse) -> History:
    return History(warehouse)


def test_no_history_gives_no_estimates(history: History) -> None:
    assert history.estimate().rows == 0


def test_one_model_each_stays_and_says_why(history: History) -> None:
    history.add("Explore", 0, "haiku", good=40, bad=2, cost_usd=0.02)
    history.add("reviewer", 1, "sonnet", good=20, unknown=5, cost_usd=0.2)
    history.add("planner", 2, "opus", good=9, cost_usd=0.5)
    report = history.estimate()
    chosen = history.chosen()
    assert report.changes == 0
    assert {scope.agent_name: model for scope, (model, _) in chosen.items() if scope == Scope(scope.agent_name)} == {
        "*": "sonnet",
        "Explore": "haiku",
        "reviewer": "sonnet",
        "planner": "opus",
    } | {"*": chosen[Scope()][0]}
    assert "no other model has been tried enough" in chosen[Scope("planner")][1]


def test_scopes_cover_any_agent_each_agent_their_types_of_work_and_kinds(history: History) -> None:
    history.add("A", 0, "sonnet", good=5)
    history.add("A", 1, "sonnet", good=5)
    history.add("B", 1, "opus", good=5)
    history.estimate()
    kinds = {"*": (0, 1), "A": (0, 1), "B": (1,)}
    assert set(history.chosen()) == {
        scope
        for agent, own in kinds.items()
        for scope in (Scope(agent), Scope(agent, "fix"), *(Scope(agent, "fix", kind) for kind in own))
    }
    assert count_undecided(history.warehouse) == (11, 0)
    assert count_uncovered(history.warehouse) == 0


def test_a_cheaper_model_with_the_evidence_is_chosen(history: History) -> None:
    history.add("QA", 0, "haiku", good=38, bad=1, cost_usd=0.05)
    history.add("QA", 0, "opus", good=58, bad=2, cost_usd=0.5)
    history.estimate()
    model, reason = history.chosen()[Scope("*", "fix", 0)]
    assert model == "haiku"
    assert reason.startswith("Use haiku: ")


def test_what_programs_report_of_themselves_lowers_no_model(history: History) -> None:
    history.add("security-reviewer", 0, "opus", good=40, cost_usd=0.5)
    history.add("security-reviewer", 0, "haiku", good=6, cost_usd=0.05, is_self_reported=True)
    history.estimate()
    assert {model for model, _ in history.chosen().values()} == {"opus"}
    history.estimate(self_report_weight=1)
    model, reason = history.chosen()[Scope("security-reviewer", "fix", 0)]
    assert model == "haiku"
    assert "in 6 runs (6 self-reported) against" in reason
    with history.warehouse.connect() as connection:
        claimed = connection.execute(
            "select model, max(tasks_self_reported) from serving.model_evidence group by model"
        )
        assert dict(claimed.fetchall()) == {"haiku": 6, "opus": 0, "sonnet": 0}


def test_a_guessed_model_is_no_evidence(history: History) -> None:
    history.add("Explore", 0, "opus", good=30, cost_usd=0.5)
    for source in ("parent", "built_in", "requested", "unknown"):
        history.add("Explore", 0, "haiku", good=10, cost_usd=0.05, model_source=source)
    history.estimate()
    with history.warehouse.connect() as connection:
        known = connection.execute(
            "select model, max(tasks_observed), max(known_outcomes) from learning.model_estimates group by model"
        ).fetchall()
    assert {(model, tasks, outcomes) for model, tasks, outcomes in known if model != "sonnet"} == {
        ("opus", 30, 30.0),
        ("haiku", 0, 0.0),
    }


def test_one_record_of_another_year_ages_no_other(history: History) -> None:
    history.add("QA", 0, "haiku", good=20, cost_usd=0.05)
    history.estimate()
    before = history.rows()
    history.add("QA", 0, "opus", good=1, cost_usd=0.5, created_at=datetime(2031, 1, 1, tzinfo=UTC))
    with history.warehouse.connect() as connection:
        connection.execute(
            "update intermediate.int_task_outcomes set is_time_possible = false where task_id in"
            " (select id from learning.task_history where created_at > now() + interval '1 year')"
        )
    assert history.estimate().rows_changed == 0
    assert history.rows() == before


def test_a_model_that_a_trial_has_dropped_is_not_chosen_there(history: History) -> None:
    history.add("QA", 0, "haiku", good=38, bad=1, cost_usd=0.05)
    history.add("QA", 0, "opus", good=58, bad=2, cost_usd=0.5)
    with history.warehouse.connect() as connection:
        connection.execute(
            """insert into learning.trials (trial_id, agent_name, work_type, scope_label, baseline_model,
            candidate_model, state, reason, night_cap, started_at, ended_at, known_outcomes, baseline_success,
            count_spawns_month, cost_ratio, expected_gap, gap_low, gap_high, worth_probability, extra_failures_week)
            values ('t', 'QA', 'fix', 'QA: Fix', 'opus', 'haiku', 'dropped', '', 10, now(), now(), 10, 0.9, 10, 0.1,
            0.01, 0, 0.1, 0.5, 0)"""
        )
    history.estimate()
    chosen = history.chosen()
    assert chosen[Scope("QA", "fix", 0)][0] == chosen[Scope("QA", "fix")][0] == "opus"
    assert chosen[Scope("*", "fix", 0)][0] == "haiku"


def test_a_cheaper_model_that_fails_is_not_chosen(history: History) -> None:
    history.add("QA", 0, "haiku", good=15, bad=15, cost_usd=0.05)
    history.add("QA", 0, "opus", good=38, bad=2, cost_usd=0.5)
    history.estimate()
    assert history.chosen()[Scope("*", "fix", 0)][0] == "opus"


def test_faults_of_others_do_not_count_against_a_model(history: History) -> None:
    history.add("QA", 0, "opus", good=38, bad=2, cost_usd=0.5)
    history.add("QA", 0, "haiku", good=58, cost_usd=0.05)
    history.add("QA", 0, "haiku", good=0, bad=60, fault="environment", cost_usd=0.05)
    history.estimate()
    assert history.chosen()[Scope("*", "fix", 0)][0] == "haiku"


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


def test_an_advised_spawn_counts_for_the_baseline_that_it_replaced(history: History) -> None:
    decision = uuid.uuid4()
    with history.warehouse.connect() as connection:
        connection.execute(
            "insert into learning.recommendation_log (decision_id, decided_at, answered_model, answer_source,"
            " baseline_model) values (%s, now(), 'haiku', 'cluster', 'opus')",
            [decision],
        )
    history.add("A", 0, "opus", good=10, cost_usd=0.5)
    history.add("A", 0, "haiku", good=20, cost_usd=0.05, decision_id=decision, propensity=0.5)
    history.estimate()
    with history.warehouse.connect() as connection:
        baselines = connection.execute("select distinct model from learning.model_estimates where is_baseline")
        assert baselines.fetchall() == [("opus",)]
