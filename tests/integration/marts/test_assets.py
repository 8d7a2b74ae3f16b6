import json
from pathlib import Path

import dagster as dg
import pytest

from pipelines.marts import parsed_project as parsing
from pipelines.marts.assets import dbt_models
from pipelines.marts.parsed_project import prepared_manifest
from pipelines.progress import SilentProgress
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from tests.support.small_history import insert_history


@pytest.fixture
def phases() -> list[dg.AssetsDefinition]:
    return dbt_models(prepared_manifest(Settings()))


def key(path: str) -> dg.AssetKey:
    return dg.AssetKey(path.split("."))


def test_lineage_goes_from_history_through_the_estimates_to_the_serving_table(
    phases: list[dg.AssetsDefinition],
) -> None:
    intermediate, marts = phases
    before, after = intermediate.asset_deps, marts.asset_deps

    assert key("learning.task_history") in before[key("staging.stg_learning__outcome_signals")]
    assert key("learning.task_clusters") in before[key("staging.stg_learning__cluster_assignments")]
    assert key("learning.model_estimates") in after[key("staging.stg_learning__model_estimates")]
    assert key("serving.best_model_candidates") in after[key("serving.best_model_per_cluster")]
    assert key("intermediate.int_task_outcomes") in intermediate.keys
    assert key("staging.stg_learning__model_estimates") not in intermediate.keys
    assert intermediate.keys.isdisjoint(marts.keys)


def test_every_dbt_asset_has_a_group_and_a_description(phases: list[dg.AssetsDefinition]) -> None:
    for spec in [spec for phase in phases for spec in phase.specs]:
        assert spec.group_name in {"outcomes", "marts"}
        assert spec.description


def materialize(phases: list[dg.AssetsDefinition], warehouse: Warehouse, folder: Path) -> dg.ExecuteInProcessResult:
    return dg.materialize(
        phases,
        resources={"warehouse": warehouse, "settings": Settings(), "progress": SilentProgress()},
        instance=dg.DagsterInstance.ephemeral(tempdir=str(folder)),
        raise_on_error=False,
    )


def test_a_run_reports_rows_and_checks_and_a_failed_check_keeps_the_published_table(
    phases: list[dg.AssetsDefinition], warehouse: Warehouse, tmp_path: Path
) -> None:
    insert_history(warehouse)

    good = materialize(phases, warehouse, tmp_path)

    assert good.success
    published = good.asset_materializations_for_node("mart_models")
    rows = {event.asset_key: event.metadata.get("dagster/row_count") for event in published}
    assert rows[key("serving.best_model_per_cluster")] == dg.IntMetadataValue(3)
    assert all(check.passed for check in good.get_asset_check_evaluations())
    assert len(good.get_asset_check_evaluations()) > 50

    with warehouse.connect() as connection:
        connection.execute("update learning.model_estimates set is_chosen = true where agent_name = 'tester'")
    bad = materialize(phases, warehouse, tmp_path)

    assert not bad.success
    assert key("serving.best_model_per_cluster") not in {
        event.asset_key for event in bad.asset_materializations_for_node("mart_models")
    }
    failure = next(event for event in bad.all_events if event.is_step_failure).step_failure_data.error
    assert failure is not None
    assert "best_model_candidates" in str(failure)
    assert "stays as it was" in str(failure)


def test_the_documentation_opens_on_a_page_of_ours(made_once: Path) -> None:
    manifest = json.loads(prepared_manifest(Settings(home=made_once)).read_text(encoding="utf-8"))
    page = manifest["docs"]["doc.spawnwise.__overview__"]["block_contents"]
    assert page.lstrip().startswith("# Spawnwise")
    for schema in ("marts", "serving", "intermediate", "staging"):
        assert f"| `{schema}` |" in page


def test_the_project_is_parsed_again_from_nothing_where_it_or_its_place_changed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """dbt takes unit tests of the project at its old place for the same ones once more, and does not start."""
    parses: list[list[str]] = []
    monkeypatch.setattr(parsing, "invoke_dbt", lambda command, _: parses.append(command))
    prepared_manifest(Settings())
    prepared_manifest(Settings(pseudonyms=True))
    assert parses == [["parse", "--no-partial-parse"]]
    monkeypatch.setattr(parsing, "PROJECT_FOLDER", tmp_path)
    prepared_manifest(Settings())
    assert len(parses) == 2
    monkeypatch.setattr(parsing, "project_digest", lambda: "of another version")
    prepared_manifest(Settings())
    assert len(parses) == 3


def test_a_parse_that_broke_off_is_begun_again(monkeypatch: pytest.MonkeyPatch) -> None:
    parses: list[list[str]] = []

    def break_off(command: list[str], _: Path) -> None:
        parses.append(command)
        raise KeyboardInterrupt

    monkeypatch.setattr(parsing, "invoke_dbt", lambda command, _: parses.append(command))
    prepared_manifest(Settings())
    with monkeypatch.context() as of_another_version:
        of_another_version.setattr(parsing, "project_digest", lambda: "of another version")
        of_another_version.setattr(parsing, "invoke_dbt", break_off)
        with pytest.raises(KeyboardInterrupt):
            prepared_manifest(Settings())
    prepared_manifest(Settings())  # what dbt had written by then is of neither
    assert len(parses) == 3
