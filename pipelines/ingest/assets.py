"""Dagster's view of ingest."""

import dagster as dg

from pipelines.ingest.intake import ingest
from pipelines.ingest.shards.observed import ObservedProgress
from pipelines.progress import Progress
from pipelines.settings import Settings
from pipelines.table_metadata import table_metadata, warnings_metadata
from pipelines.warehouse import Warehouse, named_sql

session_logs = dg.AssetSpec(
    "session_logs",
    description="What the agent orchestrator writes: Claude Code transcripts and other session logs.",
    group_name="ingest",
    kinds={"json"},
)


@dg.asset(
    key=["learning", "task_history"],
    deps=[session_logs],
    group_name="ingest",
    kinds={"python", "postgres"},
    pool="warehouse",
)
def task_history(
    context: dg.AssetExecutionContext,
    warehouse: dg.ResourceParam[Warehouse],
    settings: dg.ResourceParam[Settings],
    progress: dg.ResourceParam[Progress],
) -> dg.MaterializeResult[None]:
    """One row per spawn of an agent, read from the session logs; only what is new in them is read."""
    report = ingest(warehouse, settings, ObservedProgress(context, progress) if settings.scheduler else progress)
    for warning in report.warnings:
        progress.warn(warning, is_unread=True)
    return dg.MaterializeResult(
        metadata={
            **warnings_metadata([*report.warnings, *report.notes]),
            **table_metadata(warehouse, "learning", "task_history"),
            "spawns_new": report.spawns_new,
            "spawns_updated": report.spawns_updated,
            "files": report.files,
            "files_read": report.files_read,
            "bytes_read": report.bytes_read,
            "lines_read": report.lines_read,
            "lines_quarantined": report.lines_quarantined,
            **report.cluster,
            "megabytes_per_second": round(report.bytes_read / 1e6 / max(report.seconds, 1e-3), 1),
            "unread": len(report.warnings),
            "agents_and_models": dg.MetadataValue.md(agents_and_models(warehouse)),
        }
    )


def agents_and_models(warehouse: Warehouse, limit: int = 20) -> str:
    """Return a markdown table of the agents that were spawned most, by model."""
    with warehouse.connect() as connection:
        rows = connection.execute(named_sql(__file__, "agents_and_models"), {"limit": limit}).fetchall()
    header = [
        "| agent | model | spawns | errors | median seconds | known cost, USD | estimated of it, % |",
        "|---|---|--:|--:|--:|--:|--:|",
    ]
    return "\n".join(header + ["| " + " | ".join(_cell(value) for value in row) + " |" for row in rows])


def _cell(value: object) -> str:
    return "" if value is None else str(value).replace("|", "\\|").replace("<", "&lt;")
