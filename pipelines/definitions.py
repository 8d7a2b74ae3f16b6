"""What Dagster loads: assets, checks, resources, the nightly job and its schedule."""

import dagster as dg

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
from pipelines.judge import assets as judge_assets
from pipelines.marts import assets as mart_assets
from pipelines.nightly import nightly_job, nightly_schedule, relearn_job
from pipelines.publish import assets as publish_assets
from pipelines.publish import checks as publish_checks
from pipelines.publish.report import assets as report_assets
from pipelines.resources import RESOURCES
from pipelines.trials import assets as trial_assets

ASSET_MODULES = [
    ingest_assets,
    spec_assets,
    journal_assets,
    embed_assets,
    cluster_assets,
    mart_assets,
    estimate_assets,
    trial_assets,
    publish_assets,
    report_assets,
    judge_assets,
]
CHECK_MODULES = [ingest_checks, embed_checks, cluster_checks, estimate_checks, publish_checks]

defs = dg.Definitions(
    assets=dg.load_assets_from_modules(ASSET_MODULES, include_specs=True),
    asset_checks=dg.load_asset_checks_from_modules(CHECK_MODULES),
    resources=RESOURCES,
    jobs=[nightly_job, relearn_job],
    schedules=[nightly_schedule],
)
