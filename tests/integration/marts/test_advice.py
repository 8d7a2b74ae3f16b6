import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.advise.ask_lookup import best_models, write_answers
from pipelines.marts.run_dbt import run_dbt
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from pipelines.warehouse.embedded import EmbeddedServer
from pipelines.warehouse.migrate import ensure_pgvector, run_migrations, upgrade
from recommender.serving_tables import read_tables
from tests.conftest import cloned_database, warehouse_for_reading
from tests.support.small_history import insert_history


def build(warehouse: Warehouse, selector: str) -> None:
    if selector == "after_estimates":
        write_answers(warehouse, Settings())
    run = run_dbt(warehouse, Settings(), ["build", "--selector", selector, "--exclude-resource-type", "unit_test"])
    assert run.failures == []


def rows(warehouse: Warehouse, query: str) -> list[tuple[object, ...]]:
    with warehouse.connect() as connection:
        return connection.execute(query).fetchall()  # type: ignore[call-overload,no-any-return]


def follow_advice(warehouse: Warehouse) -> None:
    """Let every spawn of haiku have been advised, and one of sonnet not have listened."""
    with warehouse.connect() as connection:
        for task, spawned_at, model in connection.execute(
            "select id, created_at, model_used from learning.task_history where agent_used = 'tester'"
        ).fetchall():
            connection.execute(
                """insert into learning.recommendation_log
                (decision_id, decided_at, answered_model, baseline_model, answer_source, success_rate, task_id)
                values (%s, %s, 'haiku', 'sonnet', 'cluster', 0.9, %s)""",
                [uuid.uuid4(), spawned_at, task],
            )
            connection.execute(
                "update learning.task_history set cost_usd = %s where id = %s", [0.1 if model == "haiku" else 0.5, task]
            )


def test_followed_advice_its_losses_and_its_changes_are_told(warehouse: Warehouse) -> None:
    insert_history(warehouse)
    follow_advice(warehouse)
    for selector in ("before_estimates", "after_estimates"):
        build(warehouse, selector)

    # 40 sonnet at .5 and 8 haiku at .1; the advice is haiku, the baseline sonnet
    assert rows(
        warehouse,
        "select possible_saving_usd, count_followed, realised_saving_usd, count_followed_failures "
        "from marts.savings where window_days = 30 and agent_name = 'tester' and cluster_id = 0",
    ) == [(pytest.approx(16), 8, pytest.approx(3.2), 0)]
    # haiku was said to succeed in .9, and did in 8 of 23
    assert rows(
        warehouse,
        "select is_followed, count_known, success_rate, predicted_success_rate, is_calibrated "
        "from marts.recommendation_quality order by 1",
    ) == [
        (False, 40, 1, pytest.approx(0.9), False),
        (True, 23, pytest.approx(8 / 23), pytest.approx(0.9), False),
    ]
    assert rows(
        warehouse,
        "select agent_name, work_type, cluster_id, change, model, evidence_source from marts.best_model_changes "
        "order by 1, 2",
    ) == [
        ("*", "docs", 1, "new", "sonnet", "5 observed"),
        ("tester", "*", -1, "new", "sonnet", "40 observed"),
        ("tester", "test", 0, "new", "haiku", "8 observed"),
    ]

    with warehouse.connect() as connection:
        connection.execute("delete from learning.model_estimates where agent_name = '*'")
        connection.execute(
            """update learning.model_estimates set is_chosen = not is_chosen, reason = 'haiku fell.'
            where agent_name = 'tester' and cluster_id = 0"""
        )
    build(warehouse, "after_estimates")

    assert rows(
        warehouse,
        "select agent_name, cluster_id, change, previous_model, model, reason, is_since_yesterday "
        "from marts.best_model_changes where change <> 'new' order by 1, 2",
    ) == [
        ("*", 1, "gone", "sonnet", None, "No longer among the published answers.", True),
        ("tester", 0, "changed", "haiku", "sonnet", "haiku fell.", True),
    ]


@pytest.fixture(scope="module")
def published(
    postgres: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory, made_once: Path
) -> Iterator[Warehouse]:
    """A small history with the answers of a night, for tests that only read."""
    with warehouse_for_reading(postgres, tmp_path_factory.mktemp("home"), made_once) as warehouse:
        insert_history(warehouse)
        for selector in ("before_estimates", "after_estimates"):
            build(warehouse, selector)
        yield warehouse


def test_the_lookup_is_asked_with_the_answers_that_dbt_then_publishes(published: Warehouse) -> None:
    with published.connect() as connection:
        tables = read_tables(connection)
    assert len(tables.best) == 3
    assert sorted(tables.best) == sorted(best_models(tables.evidence))


def test_the_diff_for_a_drifted_spec_applies_as_it_is(published: Warehouse, tmp_path: Path) -> None:
    ((spec, diff),) = rows(
        published,
        "select specs.spec_text, drift.spec_diff from marts.spec_model_drift as drift "
        "inner join learning.agent_specs as specs on drift.agent_name = specs.agent_name",
    )
    (tmp_path / "agents").mkdir()
    file = tmp_path / "agents" / "tester.md"
    file.write_text(str(spec), encoding="utf-8")

    subprocess.run(["git", "apply", "--unidiff-zero", "-p1", "-"], input=str(diff), text=True, check=True, cwd=tmp_path)

    assert file.read_text(encoding="utf-8") == str(spec).replace("model: opus", "model: sonnet")


def test_the_history_of_an_earlier_version_goes_on(postgres: EmbeddedServer) -> None:
    with cloned_database(postgres, template="template0") as dsn:
        warehouse = Warehouse(dsn)
        ensure_pgvector(warehouse.dsn)
        run_migrations(warehouse.dsn, "0006")
        with warehouse.connect() as connection:
            connection.execute("create schema if not exists intermediate")
            connection.execute(
                """create table intermediate.best_model_history as
                select
                    'tester' as agent_name, -1 as cluster_id, 'sonnet' as model, 'agent' as answer_source,
                    'Before.' as reason, 0.9::float8 as success_rate, 0.8::float8 as success_low,
                    0.1::float8 as success_sd, 40 as tasks_observed, 38::float8 as effective_n,
                    0.1::float8 as expected_cost_usd, 'sonnet' as default_model,
                    0.1::float8 as default_expected_cost_usd, null::text as cluster_label, 1 as clustering_version,
                    'test-3' as embedding_model, now() as estimated_at, 'a' as dbt_scd_id,
                    now()::timestamp as dbt_updated_at, '2026-01-01'::timestamp as dbt_valid_from,
                    null::timestamp as dbt_valid_to"""
            )
        upgrade(warehouse.dsn)
        insert_history(warehouse)
        for selector in ("before_estimates", "after_estimates"):
            build(warehouse, selector)
        assert rows(
            warehouse,
            "select agent_name, work_type, cluster_id, change, model, reason from marts.best_model_changes "
            "order by 1, 2",
        ) == [
            ("*", "docs", 1, "new", "sonnet", "Seen often."),
            ("tester", "*", -1, "new", "sonnet", "Before."),
            ("tester", "test", 0, "new", "haiku", "Seen often."),
        ]
