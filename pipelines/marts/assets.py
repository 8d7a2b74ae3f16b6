"""The assets of this stage: every dbt model, in the two phases that stand around the estimates."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
from dagster_dbt import dbt_assets

from pipelines.marts.build import build_phase
from pipelines.marts.project import prepared_manifest
from pipelines.marts.translator import TRANSLATOR
from pipelines.progress import Progress
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse

_MANIFEST = prepared_manifest(Settings())


@dbt_assets(
    manifest=_MANIFEST,
    selector="before_estimates",
    dagster_dbt_translator=TRANSLATOR,
    pool="warehouse",
)
def intermediate_models(
    context: dg.AssetExecutionContext,
    warehouse: dg.ResourceParam[Warehouse],
    settings: dg.ResourceParam[Settings],
    progress: dg.ResourceParam[Progress],
) -> Iterator[Any]:
    """Build seeds, staging and intermediate models: outcomes, and the counts that the estimates are made from."""
    progress.stage("Judge outcomes")
    yield from build_phase(context, warehouse, settings, _MANIFEST, "before_estimates")


@dbt_assets(
    manifest=_MANIFEST,
    selector="after_estimates",
    dagster_dbt_translator=TRANSLATOR,
    pool="warehouse",
)
def mart_models(
    context: dg.AssetExecutionContext,
    warehouse: dg.ResourceParam[Warehouse],
    settings: dg.ResourceParam[Settings],
    progress: dg.ResourceParam[Progress],
) -> Iterator[Any]:
    """Build marts and serving tables; the published table is replaced only after its candidates have passed."""
    progress.stage("Build the marts")
    yield from build_phase(context, warehouse, settings, _MANIFEST, "after_estimates")
