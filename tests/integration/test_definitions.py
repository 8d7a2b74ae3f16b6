"""What Dagster loads: a change here is a change of what people see, and is meant."""

from collections import defaultdict
from graphlib import TopologicalSorter
from pathlib import Path

import dagster as dg
import pytest

from pipelines.definitions import defs as load_definitions
from pipelines.nightly_job import nightly_schedule
from pipelines.settings import Settings

BY_DBT = {"staging", "intermediate", "marts", "serving"}  # schemas
EXTERNAL = {"session_logs", "learning/model_tiers"}
GROUPS = {
    "ingest": {
        "session_logs",
        "learning/model_tiers",
        "learning/task_history",
        "learning/agent_specs",
        "learning/recommendation_log",
    },
    "cluster": {"learning/task_embeddings", "learning/agent_embeddings", "learning/task_clusters"},
    "estimate": {"learning/outcome_rates", "learning/model_estimates", "learning/trials", "learning/lookup_answers"},
    "audit": {"learning/audits"},
    "publish": {"recommendation_snapshot", "nightly_report"},
}
BLOCKING = {"every_embedded_task_is_assigned", "one_model_is_chosen_in_every_scope"}


@pytest.fixture(scope="module")
def defs() -> dg.Definitions:
    return load_definitions()


@pytest.fixture(scope="module")
def specs(defs: dg.Definitions) -> dict[str, dg.AssetSpec]:
    return {spec.key.to_user_string(): spec for spec in defs.resolve_all_asset_specs()}


def test_every_stage_has_its_assets(specs: dict[str, dg.AssetSpec]) -> None:
    groups = defaultdict(set)
    for key, spec in specs.items():
        groups[spec.group_name].add(key)
    assert set(groups) == set(GROUPS) | {"outcomes", "marts"}
    assert {name: groups[name] for name in GROUPS} == GROUPS
    assert {key.partition("/")[0] for key in groups["outcomes"] | groups["marts"]} == BY_DBT


def test_the_lineage_by_group_goes_one_way_and_the_readme_says_what_is_in_each(
    specs: dict[str, dg.AssetSpec],
) -> None:
    """Groups are what the lineage shows at first: arrows in both directions would tell nothing."""
    above = defaultdict(set)
    for spec in specs.values():
        groups = {specs[dep.asset_key.to_user_string()].group_name for dep in spec.deps}
        above[spec.group_name] |= groups - {spec.group_name}
    assert len(above) == 7
    assert list(TopologicalSorter(above).static_order())  # raises where there is a circle
    readme = (Path(__file__).parents[2] / "pipelines" / "README.md").read_text(encoding="utf-8")
    assert [name for name in above if f"| `{name}` |" not in readme] == []


def test_tables_are_exported_only_where_a_setting_says_where_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPAWNWISE_EXPORT", "s3://bucket/marts")
    assert "parquet_tables" in {spec.key.to_user_string() for spec in load_definitions().resolve_all_asset_specs()}


def test_every_asset_has_an_owner_a_description_and_kinds(specs: dict[str, dg.AssetSpec]) -> None:
    for key, spec in specs.items():
        assert list(spec.owners) == ["team:spawnwise"], key
        assert spec.description, key
        assert spec.kinds, key


def test_what_is_read_outside_must_be_fresh(specs: dict[str, dg.AssetSpec]) -> None:
    fresh = {key for key, spec in specs.items() if spec.freshness_policy}
    assert fresh == {key for key, spec in specs.items() if key.partition("/")[0] in {"marts", "serving"}} | {
        "recommendation_snapshot"
    }


def test_marts_and_serving_tables_show_their_columns(specs: dict[str, dg.AssetSpec]) -> None:
    for key, spec in specs.items():
        if key.partition("/")[0] in {"marts", "serving"}:
            assert spec.metadata["dagster/column_schema"].columns, key


def test_all_assets_share_one_pool(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    for key in graph.get_all_asset_keys():
        pools = graph.get(key).pools
        assert (pools or set()) == (set() if key.to_user_string() in EXTERNAL else {"warehouse"})


def test_checks_stop_the_run_where_what_follows_would_be_wrong(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    checks = [graph.get(key) for key in graph.asset_check_keys]
    own = [check for check in checks if check.key.asset_key.path[0] not in BY_DBT]
    assert {check.key.name for check in own if check.blocking} >= BLOCKING
    assert all(check.description for check in own)


def test_the_nightly_job_does_all_of_it_at_two_and_says_what_to_do_when_it_fails(defs: dg.Definitions) -> None:
    job = defs.resolve_job_def("nightly")
    assert {hook.name for hook in job.hook_defs} == {"say_what_to_do"}
    nightly = nightly_schedule(Settings())
    assert (nightly.job_name, nightly.cron_schedule) == ("nightly", "0 2 * * *")
    assert nightly.default_status is dg.DefaultScheduleStatus.RUNNING
    assert set(job.asset_layer.executable_asset_keys) == {
        key for key in defs.resolve_asset_graph().get_all_asset_keys() if key.to_user_string() not in EXTERNAL
    }
