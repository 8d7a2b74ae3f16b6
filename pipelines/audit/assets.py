"""Dagster assets of the audit: what it corrects, before the estimates, and tonight's second looks, last of all."""

import dagster as dg

from pipelines.audit.audit_spawns import audit_spawns
from pipelines.audit.correct import correct_outcomes
from pipelines.progress import Progress
from pipelines.settings import Settings
from pipelines.table_metadata import table_metadata
from pipelines.warehouse import Warehouse


@dg.asset(
    key=["learning", "outcome_rates"],
    deps=[dg.AssetKey(["intermediate", "int_outcome_probabilities"])],
    group_name="estimate",
    kinds={"python", "postgres", "scipy"},
    pool="warehouse",
)
def outcome_rates(
    warehouse: dg.ResourceParam[Warehouse], progress: dg.ResourceParam[Progress]
) -> dg.MaterializeResult[None]:
    """How often the rules are wrong: one row per agent, model and what the rules say."""
    progress.stage("Correct outcomes")
    report = correct_outcomes(warehouse)
    known = {name: value for name, value in vars(report).items() if value is not None}
    return dg.MaterializeResult(metadata={**table_metadata(warehouse, "learning", "outcome_rates"), **known})


@dg.asset(
    key=["learning", "audits"],
    deps=[dg.AssetKey("recommendation_snapshot")],
    group_name="audit",
    kinds={"openai", "postgres"},
    pool="warehouse",
)
def audits(
    warehouse: dg.ResourceParam[Warehouse], settings: dg.ResourceParam[Settings], progress: dg.ResourceParam[Progress]
) -> dg.MaterializeResult[None]:
    """Verdicts of the judge on a random sample of spawns; the next run counts them."""
    report = audit_spawns(warehouse, settings, progress)
    return dg.MaterializeResult(
        metadata={
            "judge": report.judge,
            "candidates": report.candidates,
            "without_evidence": report.without_evidence,
            "asked": report.asked,
            "from_cache": report.from_cache,
            "cost_usd": report.cost_usd,
            "verdicts": dg.MetadataValue.json(report.verdicts),
            "errors": dg.MetadataValue.md("\n".join(f"- {error}" for error in report.errors) or "none"),
        }
    )
