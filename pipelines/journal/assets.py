"""The asset of this stage."""

import dagster as dg

from pipelines.journal.load import load_journal
from pipelines.progress import Progress
from pipelines.table_metadata import table_metadata
from pipelines.warehouse import Warehouse


@dg.asset(
    key=["learning", "recommendation_log"],
    deps=[dg.AssetKey(["learning", "task_history"])],
    group_name="ingest",
    kinds={"python", "postgres"},
    pool="warehouse",
)
def recommendation_log(
    warehouse: dg.ResourceParam[Warehouse], progress: dg.ResourceParam[Progress]
) -> dg.MaterializeResult[None]:
    """One row per decision, tied to its spawn; with it the records and the feedback that were noted beside."""
    progress.stage("Load decisions, records and feedback")
    report = load_journal(warehouse)
    return dg.MaterializeResult(
        metadata={
            **table_metadata(warehouse, "learning", "recommendation_log"),
            "lines_read": report.lines_read,
            "lines_loaded": report.lines_loaded,
            "lines_quarantined": report.lines_quarantined,
            "decisions_linked": report.decisions_linked,
            "feedback_applied": report.feedback_applied,
        }
    )
