import re
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest
from psycopg.conninfo import conninfo_to_dict

from pipelines.marts.run_dbt import run_dbt
from pipelines.progress import SilentProgress
from pipelines.publish.report import assets
from pipelines.publish.report.page import write_report
from pipelines.publish.report.reading import BUILT_TABLES, read_facts
from pipelines.publish.report.runs import record_run
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from pipelines.warehouse.embedded import EmbeddedServer
from tests.conftest import copy_database
from tests.support.small_history import insert_history

BUILT = "built_report"
NIGHTLY = ["build", "--exclude-resource-type", "test unit_test", "--selector"]


def build(warehouse: Warehouse) -> None:
    for selector in ("before_estimates", "after_estimates"):
        assert run_dbt(warehouse, Settings(), [*NIGHTLY, selector]).failures == []


@pytest.fixture(scope="module")
def kept() -> set[str]:
    """The copies of built databases that there are."""
    return set()


@pytest.fixture
def built(warehouse: Warehouse, postgres: EmbeddedServer, kept: set[str]) -> Warehouse:
    """A warehouse with marts; they are built for the first test, and copied for the others."""
    name = str(conninfo_to_dict(warehouse.dsn)["dbname"])
    if BUILT in kept:
        copy_database(postgres, BUILT, name)
    else:
        insert_history(warehouse)
        build(warehouse)
        copy_database(postgres, name, BUILT)
        kept.add(BUILT)
    return warehouse


def materialize(warehouse: Warehouse, folder: Path) -> dg.ExecuteInProcessResult:
    return dg.materialize(
        [assets.nightly_report],
        resources={"warehouse": warehouse, "settings": Settings(), "progress": SilentProgress()},
        instance=dg.DagsterInstance.ephemeral(tempdir=str(folder)),
        raise_on_error=False,
    )


def test_the_page_tells_what_the_marts_hold(built: Warehouse) -> None:
    report = write_report(built, Settings())

    page = report.path.read_text(encoding="utf-8")
    assert report.path == Settings().report_file
    assert report.path.stat().st_mode & 0o777 == 0o600
    assert any("tester is overloaded: 63 spawns, 76% success" in sentence for sentence in report.sentences)
    for table in ("recommendations", "agents", "overloaded", "unused", "quality", "outcomes"):
        assert re.search(rf'<table id="table-{table}".*?<td', page, re.DOTALL), table


def test_titles_leave_the_warehouse_only_when_asked_for(built: Warehouse, tmp_path: Path) -> None:
    with built.connect() as connection:
        connection.execute("update learning.task_history set task_title = 'a telling title'")

    assert not any(task["title"] for task in read_facts(built, Settings(), with_text=False).tasks)
    silent = write_report(built, Settings(), path=tmp_path / "silent.html").path
    assert "a telling title" not in silent.read_text(encoding="utf-8")


def test_an_unbuilt_and_an_empty_warehouse_give_an_honest_page(warehouse: Warehouse) -> None:
    assert "Nothing has been learned yet" in write_report(warehouse, Settings()).path.read_text(encoding="utf-8")
    build(warehouse)
    assert "Nothing has been learned yet" in write_report(warehouse, Settings()).path.read_text(encoding="utf-8")


def test_the_second_report_tells_what_changed_since_the_first(built: Warehouse) -> None:
    record_run(built, "first", datetime.now(UTC))
    with built.connect() as connection:
        connection.execute(
            "update learning.model_estimates set is_chosen = (model = 'sonnet') where agent_name = 'tester' "
            "and cluster_id = 0"
        )
    build(built)
    record_run(built, "second", datetime.now(UTC))

    sentences = write_report(built, Settings()).sentences

    assert sentences[0].startswith("tester on “unit tests”: haiku → sonnet.")
    assert any(sentence.startswith("No new spawns since ") for sentence in sentences)


def test_the_asset_reports_its_page_and_depends_on_all_that_it_reads(built: Warehouse, tmp_path: Path) -> None:
    result = materialize(built, tmp_path)

    assert result.success
    (materialization,) = result.asset_materializations_for_node("nightly_report")
    assert materialization.metadata["bytes"].value == Settings().report_file.stat().st_size
    statements = (Path(assets.__file__).parent / "sql").glob("*.sql")
    read = {
        table
        for statement in statements
        for table in re.findall(r"\b(marts|intermediate|serving)\.(\w+)", statement.read_text(encoding="utf-8"))
    }
    assert set(BUILT_TABLES) == read
    assert {dg.AssetKey(list(table)) for table in read} < set(assets.nightly_report.dependency_keys)


def test_a_report_that_fails_is_a_warning_and_keeps_the_last_page(built: Warehouse, tmp_path: Path) -> None:
    page = write_report(built, Settings()).path
    before = page.read_bytes()
    with built.connect() as connection:
        connection.execute("alter table marts.savings rename column cost_usd to something_else")

    result = materialize(built, tmp_path)

    assert result.success
    assert not result.asset_materializations_for_node("nightly_report")
    (check,) = result.get_asset_check_evaluations()
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert "spawnwise report" in (check.description or "")
    assert page.read_bytes() == before
