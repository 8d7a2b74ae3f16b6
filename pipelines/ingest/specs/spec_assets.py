"""Dagster asset of the agent specs."""

import dagster as dg

from pipelines.ingest.inputs import inputs_for
from pipelines.ingest.specs.agent_specs import ingest_specs
from pipelines.progress import Progress
from pipelines.settings import Settings
from pipelines.table_metadata import table_metadata, warnings_metadata
from pipelines.warehouse import Warehouse

model_tiers = dg.AssetSpec(
    ["learning", "model_tiers"],
    description="Default model per agent or pattern; seeded once, then kept by people.",
    group_name="ingest",
    kinds={"postgres"},
)


@dg.asset(
    key=["learning", "agent_specs"],
    group_name="ingest",
    kinds={"postgres", "markdown"},
    pool="warehouse",
)
def agent_specs(
    warehouse: dg.ResourceParam[Warehouse],
    settings: dg.ResourceParam[Settings],
    progress: dg.ResourceParam[Progress],
) -> dg.MaterializeResult[None]:
    """Agents as their specs describe them: one row per agent, redacted, by hash."""
    report = ingest_specs(warehouse, settings, inputs_for(warehouse, settings).specs, progress)
    for error in report.errors:
        progress.warn(error, is_unread=True)
    for warning in (*report.collisions, *report.warnings):
        progress.warn(warning)
    return dg.MaterializeResult(
        metadata={
            **warnings_metadata([*report.errors, *report.collisions, *report.warnings]),
            **table_metadata(warehouse, "learning", "agent_specs"),
            "added": report.added,
            "changed": report.changed,
            "removed": report.removed,
            "unread": len(report.errors),
        }
    )
