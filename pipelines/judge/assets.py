"""Dagster asset of the judge."""

import dagster as dg

from pipelines.judge.nightly import judge_spawns
from pipelines.progress import Progress
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse


@dg.asset(
    key=["learning", "judgements"],
    deps=[dg.AssetKey("recommendation_snapshot")],
    group_name="judge",
    kinds={"openai", "postgres"},
    pool="warehouse",
)
def judgements(
    warehouse: dg.ResourceParam[Warehouse], settings: dg.ResourceParam[Settings], progress: dg.ResourceParam[Progress]
) -> dg.MaterializeResult[None]:
    """Verdicts of the optional judge on spawns that the logs leave open; the next run counts them."""
    report = judge_spawns(warehouse, settings, progress)
    return dg.MaterializeResult(
        metadata={
            "judge": settings.judge_model or "off",
            "open_spawns": report.open_spawns,
            "without_evidence": report.without_evidence,
            "asked": report.asked,
            "from_cache": report.from_cache,
            "verdicts": dg.MetadataValue.json(report.verdicts),
            "errors": dg.MetadataValue.md("\n".join(f"- {error}" for error in report.errors) or "none"),
        }
    )
