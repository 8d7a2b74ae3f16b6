"""What Dagster loads: a change here is a change of what people see, and is meant."""

from collections import defaultdict

import dagster as dg
import pytest

from pipelines.definitions import defs as load_definitions
from pipelines.nightly_job import nightly_schedule
from pipelines.settings import Settings

BY_DBT = {"staging", "intermediate", "marts", "serving"}
EXTERNAL = {"session_logs", "learning/model_tiers"}
GROUPS = {
    "ingest": {
        "session_logs",
        "learning/model_tiers",
        "learning/task_history",
        "learning/agent_specs",
        "learning/recommendation_log",
    },
    "embed": {"learning/task_embeddings", "learning/agent_embeddings"},
    "cluster": {"learning/task_clusters"},
    "estimate": {"learning/model_estimates"},
    "audit": {"learning/outcome_rates", "learning/audits"},
    "trials": {"learning/trials"},
    "advise": {"learning/lookup_answers"},
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
    assert set(groups) == set(GROUPS) | BY_DBT
    assert {name: groups[name] for name in GROUPS} == GROUPS


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
    assert fresh == {key for key, spec in specs.items() if spec.group_name in {"marts", "serving"}} | {
        "recommendation_snapshot"
    }


def test_marts_and_serving_tables_show_their_columns(specs: dict[str, dg.AssetSpec]) -> None:
    for key, spec in specs.items():
        if spec.group_name in {"marts", "serving"}:
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
