"""What Dagster loads: assets, checks, resources, the nightly job and its schedule."""

from datetime import timedelta

import dagster as dg

from pipelines.advise import assets as advise_assets
from pipelines.audit import assets as audit_assets
from pipelines.cluster import assets as cluster_assets
from pipelines.cluster import checks as cluster_checks
from pipelines.embed import assets as embed_assets
from pipelines.embed import checks as embed_checks
from pipelines.estimate import assets as estimate_assets
from pipelines.estimate import checks as estimate_checks
from pipelines.ingest import assets as ingest_assets
from pipelines.ingest import checks as ingest_checks
from pipelines.ingest.specs import spec_assets
from pipelines.journal import assets as journal_assets
from pipelines.marts.assets import dbt_models
from pipelines.marts.parsed_project import prepared_manifest
from pipelines.nightly_job import nightly_job, nightly_schedule, notice_sensors, relearn_job
from pipelines.publish import assets as publish_assets
from pipelines.publish import checks as publish_checks
from pipelines.publish import export_assets
from pipelines.publish.assets import recommendation_snapshot
from pipelines.publish.report import assets as report_assets
from pipelines.resources import resources
from pipelines.settings import Settings
from pipelines.trials import assets as trial_assets

ASSET_MODULES = [
    ingest_assets,
    spec_assets,
    journal_assets,
    embed_assets,
    cluster_assets,
    estimate_assets,
    trial_assets,
    advise_assets,
    publish_assets,
    report_assets,
    audit_assets,
]
CHECK_MODULES = [ingest_checks, embed_checks, cluster_checks, estimate_checks, publish_checks]
READ_OUTSIDE = {"marts", "serving"}  # schemas, by people and lookups: as new as the last night


@dg.definitions
def defs() -> dg.Definitions:
    """Put the code location together; dbt parses its project first where that has changed."""
    settings = Settings()
    modules = [*ASSET_MODULES, export_assets] if settings.export else ASSET_MODULES
    loaded = [
        *dg.load_assets_from_modules(modules, include_specs=True),
        *dbt_models(prepared_manifest(settings)),
    ]
    assets = [asset for asset in loaded if isinstance(asset, dg.AssetsDefinition | dg.AssetSpec)]
    return dg.Definitions(
        assets=dg.map_asset_specs(lambda spec: _owned(spec, settings), assets),
        asset_checks=dg.load_asset_checks_from_modules(CHECK_MODULES),
        resources=resources(settings),
        jobs=[nightly_job, relearn_job],
        schedules=[nightly_schedule(settings)],
        sensors=notice_sensors(settings),
    )


def _owned(spec: dg.AssetSpec, settings: Settings) -> dg.AssetSpec:
    """Return the spec with its owner, and how fresh it has to be."""
    spec = spec.replace_attributes(owners=["team:spawnwise"])
    if spec.key.path[0] not in READ_OUTSIDE and spec.key != recommendation_snapshot.key:
        return spec
    night = timedelta(hours=settings.fresh_hours)
    policy = dg.FreshnessPolicy.time_window(fail_window=2 * night, warn_window=night)
    return spec.replace_attributes(freshness_policy=policy)
