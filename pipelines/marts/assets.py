"""The assets of this stage: every dbt model, in the two phases that stand around the estimates."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import dbt_assets

from pipelines.marts.build import build_phase
from pipelines.marts.translator import TRANSLATOR
from pipelines.progress import Progress
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse


class BuildConfig(dg.Config):
    """How a run builds the dbt models."""

    full_refresh: bool = False  # rebuild every table and seed from nothing, incremental ones too


def dbt_models(manifest: Path) -> list[dg.AssetsDefinition]:
    """Return the assets of the dbt project whose manifest this is."""
    phase: dict[str, Any] = {"manifest": manifest, "dagster_dbt_translator": TRANSLATOR, "pool": "warehouse"}

    @dbt_assets(selector="before_estimates", **phase)
    def intermediate_models(
        context: dg.AssetExecutionContext,
        config: BuildConfig,
        warehouse: dg.ResourceParam[Warehouse],
        settings: dg.ResourceParam[Settings],
        progress: dg.ResourceParam[Progress],
    ) -> Iterator[Any]:
        """Build seeds, staging and intermediate models: outcomes, and the counts that the estimates are made from."""
        progress.stage("Judge outcomes")
        yield from build_phase(
            context, warehouse, settings, manifest, "before_estimates", full_refresh=config.full_refresh
        )

    @dbt_assets(selector="after_estimates", **phase)
    def mart_models(
        context: dg.AssetExecutionContext,
        config: BuildConfig,
        warehouse: dg.ResourceParam[Warehouse],
        settings: dg.ResourceParam[Settings],
        progress: dg.ResourceParam[Progress],
    ) -> Iterator[Any]:
        """Build marts and serving tables; the published table is replaced only after its candidates have passed."""
        progress.stage("Build the marts")
        yield from build_phase(
            context, warehouse, settings, manifest, "after_estimates", full_refresh=config.full_refresh
        )

    return [intermediate_models, mart_models]
