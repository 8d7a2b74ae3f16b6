import pytest

from pipelines.marts.invoke_dbt import DbtError, DbtRun
from pipelines.marts.run_dbt import run_dbt
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from tests.support.small_history import insert_history

NIGHTLY = ["build", "--exclude-resource-type", "unit_test", "--selector"]
# In marts.savings cluster_id has a not_null test, success_rate has none.
HELD_TO_NO_NULLS = """
select attname from pg_attribute
where attrelid = 'marts.savings'::regclass and attname in ('cluster_id', 'success_rate') and attnotnull
"""


@pytest.fixture
def history(warehouse: Warehouse) -> Warehouse:
    insert_history(warehouse)
    return warehouse


def rows(warehouse: Warehouse, query: str) -> list[tuple[object, ...]]:
    with warehouse.connect() as connection:
        return connection.execute(query).fetchall()  # type: ignore[arg-type]


def built(run: DbtRun) -> set[str]:
    """The models that this run replaced."""
    return {
        event["data"]["node_info"]["node_name"]
        for event in run.events
        if event["info"]["name"] == "LogModelResult" and event["info"]["level"] == "info"
    }


def test_the_whole_project_builds_without_a_failure_or_a_warning(history: Warehouse) -> None:
    run = run_dbt(history, Settings(), ["--warn-error", "build"])

    assert run.failures == []
    assert rows(
        history,
        "select count_spawns, success_rate, split_cluster_label, success_rate_without_split "
        "from marts.overloaded_agents where window_days = 30 and agent_name = 'tester'",
    ) == [(63, 48 / 63, "release notes", 1.0)]
    assert rows(history, "select agent_name, status from marts.unused_agents where window_days = 7 order by 1") == [
        ("ad-hoc", "no_spec"),
        ("idle", "never_spawned"),
    ]
    assert rows(history, HELD_TO_NO_NULLS) == [("cluster_id",)]
    assert rows(
        history, "select success, fault, count(*) from intermediate.int_task_outcomes group by 1, 2 order by 1, 2"
    ) == [(False, "agent", 15), (False, "environment", 2), (True, None, 53), (None, None, 3)]
    assert rows(
        history,
        "select agent_name, work_type, cluster_id, model, answer_source, baseline_model, cluster_label "
        "from serving.best_model_per_cluster order by 1, 2",
    ) == [
        ("*", "docs", 1, "sonnet", "cluster", "sonnet", "release notes"),
        ("tester", "*", -1, "sonnet", "agent", "sonnet", None),
        ("tester", "test", 0, "haiku", "cluster", "sonnet", "unit tests"),
    ]


def test_an_empty_history_builds_too(warehouse: Warehouse) -> None:
    for selector in ("before_estimates", "after_estimates"):
        assert run_dbt(warehouse, Settings(), ["--warn-error", *NIGHTLY, selector]).failures == []


def test_a_failing_candidate_leaves_the_published_table_as_it_was(history: Warehouse) -> None:
    for selector in ("before_estimates", "after_estimates"):
        assert run_dbt(history, Settings(), [*NIGHTLY, selector]).failures == []
    published = rows(history, "select * from serving.best_model_per_cluster order by agent_name, cluster_id")
    with history.connect() as connection:
        connection.execute("update learning.model_estimates set is_chosen = true where agent_name = 'tester'")

    run = run_dbt(history, Settings(), [*NIGHTLY, "after_estimates"])

    assert any("best_model_candidates" in failure for failure in run.failures)
    assert {"unused_agents", "best_model_candidates"} <= built(run)
    assert "best_model_per_cluster" not in built(run)
    assert published == rows(history, "select * from serving.best_model_per_cluster order by agent_name, cluster_id")
    with pytest.raises(DbtError, match="stays as it was"):
        run.raise_for_failures(Settings().dbt_folder)


def test_what_an_earlier_version_left_is_replaced_and_other_views_stay(history: Warehouse) -> None:
    unchanged = "select oid, obj_description(oid) from pg_class where relname = 'stg_learning__task_history'"
    assert run_dbt(history, Settings(), [*NIGHTLY, "before_estimates"]).failures == []
    before = rows(history, unchanged)
    with history.connect() as connection:
        connection.execute("alter table staging.outcome_rules drop column is_self_reported")
        connection.execute("alter view staging.stg_learning__task_clusters rename column cluster_id to number")
        connection.execute("drop view staging.stg_learning__audits cascade")
        connection.execute("create table staging.stg_learning__audits (number integer)")

    assert run_dbt(history, Settings(), [*NIGHTLY, "before_estimates"]).failures == []

    assert rows(history, unchanged) == before
    assert rows(
        history,
        "select table_name, table_type, count(*) filter (where column_name in ('cluster_id', 'judge'))"
        " from information_schema.tables join information_schema.columns using (table_schema, table_name)"
        " where table_name in ('stg_learning__task_clusters', 'stg_learning__audits') group by 1, 2 order by 1",
    ) == [("stg_learning__audits", "VIEW", 1), ("stg_learning__task_clusters", "VIEW", 1)]


def test_a_wrong_argument_is_a_clear_error(warehouse: Warehouse) -> None:
    with pytest.raises(DbtError, match="no_such_selector"):
        run_dbt(warehouse, Settings(), ["build", "--selector", "no_such_selector"])
