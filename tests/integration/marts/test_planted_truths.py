import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.advise.ask_lookup import write_answers
from pipelines.cluster.nightly import cluster_tasks
from pipelines.estimate.nightly import estimate_models
from pipelines.marts.run_dbt import run_dbt
from pipelines.progress import SilentProgress
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from pipelines.warehouse.embedded import EmbeddedServer
from tests.conftest import warehouse_for_reading
from tests.support.planted.history import REGRESSED_MODEL, regressed_week
from tests.support.planted.load import load_planted_history
from tests.support.planted.topics import GAPS, LONG_AGO, NEVER_SPAWNED, OVERLAPS, TOO_MUCH

NOW = datetime.now(UTC)


def build(warehouse: Warehouse, selector: str) -> None:
    run = run_dbt(warehouse, Settings(), ["build", "--selector", selector, "--exclude-resource-type", "unit_test"])
    assert run.failures == []


def learn(warehouse: Warehouse) -> None:
    model = load_planted_history(warehouse, NOW)
    cluster_tasks(warehouse, Settings(), model, SilentProgress())
    build(warehouse, "before_estimates")
    estimate_models(warehouse, Settings(), SilentProgress())
    write_answers(warehouse, Settings())
    build(warehouse, "after_estimates")


def found(warehouse: Warehouse, query: str) -> set[tuple[object, ...]]:
    with warehouse.connect() as connection:
        return set(connection.execute(query).fetchall())  # type: ignore[call-overload]


def words_of(label: str) -> set[str]:
    return set(re.findall(r"[\w-]+", label.lower()))


def gap_of(label: str) -> tuple[str] | None:
    """The planted topic that a gap's label speaks of, where it speaks of one alone."""
    words = words_of(label)
    topics = [
        topic for topic in GAPS if words & set(f"{topic.verbs}, {topic.objects}".lower().replace(",", "").split())
    ]
    return (topics[0].objects,) if len(topics) == 1 else None


@pytest.fixture(scope="module")
def planted(postgres: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory, made_once: Path) -> Iterator[Warehouse]:
    """The planted history, learned from once."""
    with warehouse_for_reading(postgres, tmp_path_factory.mktemp("home"), made_once) as warehouse:
        learn(warehouse)
        yield warehouse


def test_every_planted_truth_is_found_and_at_most_one_false_one_per_mart(
    planted: Warehouse, subtests: pytest.Subtests
) -> None:
    warehouse = planted
    gap_labels = found(warehouse, "select gap_label from marts.capability_gaps")
    truths_and_findings = {
        "overloaded_agents": (
            {(topic.agent,) for topic in TOO_MUCH},
            found(warehouse, "select agent_name from marts.overloaded_agents where window_days = 30"),
        ),
        "unused_agents": (
            {(topic.agent,) for topic in [*NEVER_SPAWNED, *LONG_AGO]},
            found(warehouse, "select agent_name from marts.unused_agents where window_days = 30"),
        ),
        "capability_gaps": ({(topic.objects,) for topic in GAPS}, {gap_of(str(label)) for (label,) in gap_labels}),
        "agent_overlap": (OVERLAPS, found(warehouse, "select agent_name, other_agent_name from marts.agent_overlap")),
        "model_regressions": (
            {(REGRESSED_MODEL, regressed_week(NOW).date())},
            found(warehouse, "select model, week from marts.model_regressions"),
        ),
    }
    for mart, (truths, findings) in truths_and_findings.items():
        with subtests.test(msg=mart):
            assert truths <= findings
            assert len(findings - truths) <= 1
    with subtests.test(msg="an overloaded agent is to be split at the kind that was too much for it"):
        assert len(GAPS) <= len(gap_labels) <= len(GAPS) + 1  # one may show in two types of work
        for agent, label in found(
            warehouse, "select agent_name, split_cluster_label from marts.overloaded_agents where window_days = 30"
        ):
            topic = next(topic for topic in TOO_MUCH if topic.agent == agent)
            assert words_of(str(label)) & set(f"{topic.verbs}, {topic.objects}".lower().replace(",", "").split())


RAW = """
    select
        (task.created_at at time zone 'UTC')::date as day, task.repository, task.user_name, task.agent_used,
        task.model_used, task.duration_ms, task.cost_usd, sign.signal
    from learning.task_history as task inner join learning.outcome_signals as sign on task.id = sign.task_id
"""


def test_usage_adds_up_to_the_raw_rows(planted: Warehouse) -> None:
    raw = found(
        planted,
        f"""select day, repository, user_name, agent_used, model_used, count(*), count(*) filter (where signal =
        'result_used'), count(*) filter (where signal = 'tool_error'), count(*) filter (where signal = 'no_result'),
        round(sum(cost_usd)::numeric, 6), sum(duration_ms) from ({RAW}) as raw group by 1, 2, 3, 4, 5""",
    )
    assert len(raw) > 1_000
    for mart, day in {
        "usage_daily": "spawned_on",
        "usage_hourly": "(spawned_in_hour at time zone 'UTC')::date",
        "spawns": "spawned_on",
    }.items():
        numbers = (
            "count(*), count(*) filter (where is_success), count(*) filter (where is_agent_failure),"
            " count(*) filter (where outcome = 'unknown')"
            if mart == "spawns"
            else "sum(count_spawns), sum(count_successes), sum(count_agent_failures), sum(count_unknown)"
        )
        query = f"""select {day}, project, user_name, agent_name, model, {numbers},
            round(sum(cost_usd)::numeric, 6), sum(duration_ms) from marts.{mart} group by 1, 2, 3, 4, 5"""
        assert found(planted, query) == raw, mart


def test_failures_have_their_fault_and_cause(planted: Warehouse) -> None:
    assert found(planted, "select fault, cause, sum(count_spawns) from marts.failures group by 1, 2") == found(
        planted, f"select 'agent', signal, count(*) from ({RAW}) as raw where signal = 'tool_error' group by signal"
    )


def test_durations_of_any_group_have_their_percentiles_within_five_percent(planted: Warehouse) -> None:
    exact = dict(
        found(
            planted,
            f"""select agent_used, percentile_disc(.9) within group (order by duration_ms)
            from ({RAW}) as raw group by 1""",
        )
    )
    sketched = found(
        planted,
        """select agent_name, min(bucket_duration_ms) from (
            select agent_name, bucket_duration_ms,
                sum(sum(count_spawns)) over (partition by agent_name order by bucket_duration_ms) as rank,
                sum(sum(count_spawns)) over (partition by agent_name) as of_all
            from marts.durations group by 1, 2
        ) as counted where rank >= .9 * of_all group by 1""",
    )
    assert len(exact) == len(sketched) > 5
    for agent, duration in sketched:
        assert duration == pytest.approx(exact[agent], rel=0.05)


def test_a_number_has_one_definition_in_facts_and_in_sums(planted: Warehouse) -> None:
    defined = found(planted, "select metric, over_spawns, over_usage from marts.metrics where over_usage is not null")
    assert len(defined) > 15
    for metric, over_spawns, over_usage in defined:
        for mart in ("usage_hourly", "usage_daily", "usage_weekly"):
            facts = found(
                planted, f"select agent_name, round(({over_spawns})::numeric, 6) from marts.spawns group by 1"
            )
            sums = found(planted, f"select agent_name, round(({over_usage})::numeric, 6) from marts.{mart} group by 1")
            assert facts == sums, metric


def test_no_fact_holds_a_word_of_a_task(planted: Warehouse) -> None:
    titles = found(planted, "select task_title from learning.task_history where length(task_title) > 20 limit 50")
    facts = "\n".join(str(row) for row in found(planted, "select s::text from marts.spawns as s limit 20000"))
    assert titles
    assert not [title for (title,) in titles if str(title) in facts]
