"""The assets of this stage."""

import dagster as dg

from pipelines.estimate.labels import write_labels
from pipelines.estimate.nightly import estimate_models
from pipelines.progress import Progress
from pipelines.settings import Settings
from pipelines.table_metadata import table_metadata
from pipelines.warehouse import Warehouse


@dg.asset(
    key=["learning", "model_estimates"],
    deps=[dg.AssetKey(["learning", "outcome_rates"]), dg.AssetKey(["learning", "task_clusters"])],
    group_name="estimate",
    kinds={"python", "postgres", "scipy"},
    pool="warehouse",
)
def model_estimates(
    warehouse: dg.ResourceParam[Warehouse], settings: dg.ResourceParam[Settings], progress: dg.ResourceParam[Progress]
) -> dg.MaterializeResult[None]:
    """What each model can be trusted with: one row per (agent or any, kind of task or any, model), and the choice."""
    labelled = write_labels(warehouse)
    report = estimate_models(warehouse, settings, progress)
    spreads = "\n".join(
        [
            "| effect | sd in logits |",
            "| --- | ---: |",
            *(f"| {name} | {sd:.2f} |" for name, sd in report.spreads.items()),
        ]
    )
    return dg.MaterializeResult(
        metadata={
            **table_metadata(warehouse, "learning", "model_estimates"),
            "rows_changed": report.rows_changed,
            "outcomes_written_back": labelled,
            "tasks": report.tasks,
            "known_outcomes": report.known_outcomes,
            "models": ", ".join(report.models),
            "scopes": report.scopes,
            "scopes_changed": report.changes,
            "spread_of_effects": dg.MetadataValue.md(spreads),
        }
    )
