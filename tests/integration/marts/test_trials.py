"""Trials as the marts tell them, from the draws that the log holds to the summary that a person reads."""

import uuid
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from psycopg import Connection
from scipy import stats

from pipelines.commands.summary_text import print_summary
from pipelines.marts.run_dbt import run_dbt
from pipelines.publish.report.page import write_report
from pipelines.publish.summary import summarise
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from tests.support.small_history import insert_history, insert_signal, insert_task

MONDAY = datetime.now(UTC).replace(hour=9, minute=0, second=0, microsecond=0) - timedelta(
    days=datetime.now(UTC).weekday() + 7
)


def build(warehouse: Warehouse) -> None:
    for selector in ("before_estimates", "after_estimates"):
        arguments = ["build", "--selector", selector, "--exclude-resource-type", "test unit_test"]
        assert run_dbt(warehouse, Settings(), arguments).failures == []


def one(warehouse: Warehouse, query: str) -> dict[str, object]:
    with warehouse.connect() as connection:
        cursor = connection.execute(query.encode())
        names = [column.name for column in cursor.description or ()]
        (row,) = cursor.fetchall()
        return dict(zip(names, row, strict=True))


def insert_trial(connection: Connection, trial_id: str, state: str, saving: float = 12.5) -> None:
    started = None if state == "proposed" else MONDAY
    ended = datetime.now(UTC) if state == "dropped" else None
    connection.execute(
        """insert into learning.trials (
            trial_id, agent_name, work_type, cluster_id, scope_label, baseline_model, candidate_model, state, reason,
            night_cap, started_at, ended_at, known_outcomes, baseline_success, count_spawns_month, spend_usd_month,
            saving_usd_month, cost_ratio, expected_gap, gap_low, gap_high, worth_probability, spawns_to_decide,
            extra_failures_week
        ) values (
            %s, 'tester', 'test', -1, 'tester: Write tests', 'opus', 'haiku', %s, 'Because.', 10, %s, %s, 40, 0.95, 100,
            20, %s, 0.3, 0.02, -0.01, 0.06, 0.7, 24, 0.4
        )""",
        [trial_id, state, started, ended, saving],
    )


def draw(
    connection: Connection,
    trial_id: str,
    arm: str,
    cost: float | None,
    *,
    success: bool = True,
    ran: str | None = None,
    propensity: float = 0.5,
    at: datetime = MONDAY,
) -> None:
    """Write a decision that a trial drew, with its spawn."""
    model = "haiku" if arm == "candidate" else "opus"
    task = insert_task(connection, "tester", ran or model, 1, [1, 0, 0])
    connection.execute("update learning.task_history set cost_usd = %s where id = %s", [cost, task])
    insert_signal(connection, task, "result_used" if success else "tool_error")
    connection.execute(
        """insert into learning.recommendation_log
        (decision_id, decided_at, agent_name, answered_model, baseline_model, answer_source, propensity, trial_id,
         trial_arm, task_id)
        values (%s, %s, 'tester', %s, 'opus', 'trial', %s, %s, %s, %s)""",
        [uuid.uuid4(), at, model, propensity, trial_id, arm, task],
    )


def test_a_trial_proves_what_chance_drew_whatever_ran_then(warehouse: Warehouse) -> None:
    cheap, dear = [0.10, 0.14, 0.30, 0.12, 0.20], [0.90, 1.40, 1.00, 0.70]
    with warehouse.connect() as connection:
        insert_trial(connection, "t", "running")
        for number, cost in enumerate(cheap):
            # One that was drawn for haiku ran on opus all the same: it stays in its arm.
            draw(connection, "t", "candidate", cost, success=number > 0, ran="opus" if number == 2 else None)
        for cost in dear:
            draw(connection, "t", "baseline", cost, at=MONDAY + timedelta(days=7))
        draw(connection, "t", "baseline", None)
    build(warehouse)

    told = one(warehouse, "select * from marts.proven_savings where period = 'to date'")
    welch = stats.ttest_ind(dear, cheap, equal_var=False).confidence_interval(0.9)
    saving = np.mean(dear) - np.mean(cheap)
    assert told["saving_per_spawn_usd"] == pytest.approx(saving)
    assert told["saving_per_spawn_low_usd"] == pytest.approx(welch.low, abs=0.01)
    assert told["saving_per_spawn_high_usd"] == pytest.approx(welch.high, abs=0.01)
    assert told["saving_usd"] == pytest.approx(5 * saving)
    assert (told["count_candidate_spawns"], told["count_baseline_spawns"], told["count_baseline_costs"]) == (5, 5, 4)
    # Newcombe's interval of 4 of 5 against 5 of 5, by an independent computation
    assert told["success_difference"] == pytest.approx(-0.2)
    low, high = _newcombe(4, 5, 5, 5)
    assert told["success_difference_low"] == pytest.approx(low, abs=1e-4)
    assert told["success_difference_high"] == pytest.approx(high, abs=1e-4)
    assert told["extra_failures"] == pytest.approx(1)

    with warehouse.connect() as connection:
        weeks = connection.execute(
            "select week, count_candidate_spawns, saving_usd from marts.proven_savings where period = 'week' order by 1"
        ).fetchall()
    assert [row[:2] for row in weeks] == [(_monday(0), 5), (_monday(7), 0)]
    assert sum(row[2] for row in weeks) == pytest.approx(told["saving_usd"])


def _monday(days: int) -> date:
    return (MONDAY + timedelta(days=days)).date()


def _newcombe(successes: int, trials: int, other_successes: int, other_trials: int) -> tuple[float, float]:
    rates = successes / trials, other_successes / other_trials
    bounds = [
        stats.binomtest(k, n).proportion_ci(0.9, method="wilson")
        for k, n in ((successes, trials), (other_successes, other_trials))
    ]
    difference = rates[0] - rates[1]
    below = np.hypot(rates[0] - bounds[0].low, bounds[1].high - rates[1])
    above = np.hypot(bounds[0].high - rates[0], rates[1] - bounds[1].low)
    return difference - below, difference + above


def test_the_interval_holds_the_truth_where_the_share_of_the_candidate_changes(warehouse: Warehouse) -> None:
    """Work gets cheaper at the adoption, for either model alike: the unweighted difference of means is confounded."""
    chance, saving = np.random.default_rng(5), 0.6
    with warehouse.connect() as connection:
        insert_trial(connection, "t", "adopted")
        for number in range(400):
            share, usual = (0.5, 1.3) if number < 60 else (0.95, 1.0)
            arm = "candidate" if chance.random() < share else "baseline"
            cost = usual - (saving if arm == "candidate" else 0) + chance.normal(0, 0.05)
            propensity = share if arm == "candidate" else 1 - share
            draw(connection, "t", arm, float(cost), propensity=propensity)
    build(warehouse)
    told = one(warehouse, "select * from marts.proven_savings where period = 'to date'")
    low, high = told["saving_per_spawn_low_usd"], told["saving_per_spawn_high_usd"]
    assert isinstance(low, float)
    assert isinstance(high, float)
    assert low < saving < high < saving + 0.1
    with warehouse.connect() as connection:
        (plain,) = connection.execute(
            "select baseline_mean_cost_usd - candidate_mean_cost_usd from marts.trials"
        ).fetchone() or (0,)
    assert not low < plain < high


def test_a_person_reads_what_changed_what_to_try_and_what_was_proven(
    warehouse: Warehouse, capsys: pytest.CaptureFixture[str]
) -> None:
    insert_history(warehouse)
    with warehouse.connect() as connection:
        insert_trial(connection, "small", "proposed", saving=1.5)
        insert_trial(connection, "large", "proposed")
        insert_trial(connection, "on", "running")
        insert_trial(connection, "off", "dropped")
        for cost in (0.1, 0.2, 0.15):
            draw(connection, "on", "candidate", cost)
            draw(connection, "on", "baseline", 10 * cost)
    build(warehouse)

    summary = summarise(warehouse, Settings())
    assert [row["agent"] for row in summary.changes] == ["tester"]
    assert [row["trial_id"] for row in summary.trials] == ["on", "large", "small", "off"]
    assert {row["period"] for row in summary.proven} == {"to date", "week"}
    print_summary(summary, is_sample=False)
    shown = capsys.readouterr().out
    places = [shown.index(name) for name in ("\nRead ", "\nChanges ", "\nTrials ", "\nProven ", "\nOutcomes ")]
    assert places == sorted(places)
    for text in (
        "1 answer uses another model than now",
        "tester: unit tests, sonnet → haiku\n             Seen often.",
        "2 proposed, the largest expected saving first; start the ones you like\n"
        "           $12.50 a month at stake: tester: Write tests, haiku in place",
        "spawnwise trial start large",
        "running: tester: Write tests, haiku in place of opus: 6 of about 24 spawns so far, haiku succeeded in 3 of 3",
        "dropped on",
        "Saved $4.05 to date (90% interval ",
    ):
        assert text in shown
    print_summary(summary, is_sample=True)
    assert "2 proposed, the largest expected saving first; for invented agents" in capsys.readouterr().out

    report = write_report(warehouse, Settings())
    page = report.path.read_text(encoding="utf-8")
    assert any("spawnwise trial start large" in sentence for sentence in report.sentences)
    assert any(sentence.startswith("Proven: Saved $4.05 to date") for sentence in report.sentences)
    for table in ("trials", "proven"):
        assert f'<table id="table-{table}"' in page


def test_a_house_without_trials_says_what_is_missing(warehouse: Warehouse, capsys: pytest.CaptureFixture[str]) -> None:
    insert_history(warehouse)
    with warehouse.connect() as connection:
        connection.execute("update learning.model_estimates set is_chosen = is_baseline")
    build(warehouse)
    print_summary(summarise(warehouse, Settings()), is_sample=False)
    shown = capsys.readouterr().out
    assert "Changes    none: every answer keeps the model that runs now" in shown
    assert "Trials     none proposed" in shown
    assert "Proven     Nothing yet: no trial has run." in shown
