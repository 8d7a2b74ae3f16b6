"""The assets of this stage: every dbt model, in the two phases that stand around the estimates."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import dbt_assets

from pipelines.marts.build import ModelTranslator, build_phase
from pipelines.progress import Progress
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from pipelines.warehouse.night_marks import note_inputs

READS_WHAT_IS_NEW = "before_estimates"


class BuildConfig(dg.Config):
    """How a run builds the dbt models."""

    full_refresh: bool = False  # rebuild every table and seed from nothing, incremental ones too


def dbt_models(manifest: Path) -> list[dg.AssetsDefinition]:
    """Return the assets of the dbt project whose manifest this is.

    Before the estimates: seeds, staging and intermediate models, that is outcomes, and the counts that the estimates
    are made from. After them: marts and serving tables; the published table is replaced only after its candidates have
    passed.
    """
    return [
        _phase(manifest, "intermediate_models", READS_WHAT_IS_NEW, "Judge outcomes", ModelTranslator("outcomes")),
        _phase(manifest, "mart_models", "after_estimates", "Build the marts", ModelTranslator("marts")),
    ]


def _phase(manifest: Path, name: str, selector: str, stage: str, translator: ModelTranslator) -> dg.AssetsDefinition:
    @dbt_assets(manifest=manifest, name=name, selector=selector, dagster_dbt_translator=translator, pool="warehouse")
    def models(
        context: dg.AssetExecutionContext,
        config: BuildConfig,
        warehouse: dg.ResourceParam[Warehouse],
        settings: dg.ResourceParam[Settings],
        progress: dg.ResourceParam[Progress],
    ) -> Iterator[Any]:
        progress.stage(stage)
        if selector == READS_WHAT_IS_NEW:
            note_inputs(warehouse, settings, context.run.root_run_id or context.run.run_id)
        yield from build_phase(context, warehouse, settings, manifest, selector, full_refresh=config.full_refresh)

    return models
