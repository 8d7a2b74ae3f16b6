"""The asset of this stage."""

import dagster as dg

from pipelines.progress import Progress
from pipelines.settings import Settings
from pipelines.table_metadata import table_metadata
from pipelines.trials.update_trials import update_trials
from pipelines.warehouse import Warehouse
from recommender.decision import rule_of


@dg.asset(
    key=["learning", "trials"],
    deps=[dg.AssetKey(["learning", "model_estimates"]), dg.AssetKey(["intermediate", "int_trial_spawns"])],
    group_name="estimate",
    kinds={"python", "postgres"},
    pool="warehouse",
)
def trials(
    warehouse: dg.ResourceParam[Warehouse], settings: dg.ResourceParam[Settings], progress: dg.ResourceParam[Progress]
) -> dg.MaterializeResult[None]:
    """Trials of cheaper models: those that ended tonight, those that are proposed, those that were started."""
    progress.stage("Trials")
    report = update_trials(warehouse, settings, rule_of(settings))
    rows = [f"| {name} | {saving} | `spawnwise trial start {name}` |" for name, saving in report.proposals]
    for warning in report.warnings:
        progress.warn(warning)
    return dg.MaterializeResult(
        metadata={
            **table_metadata(warehouse, "learning", "trials"),
            "proposed": dg.MetadataValue.md(
                "\n".join(["| trial | $ a month | start it |", "| --- | ---: | --- |", *rows])
            ),
            "running": report.running,
            "moved": ", ".join(f"{name} {state}" for name, state in report.moved),
            "started": ", ".join(report.started),
            "warnings": "\n".join(report.warnings),
        }
    )
