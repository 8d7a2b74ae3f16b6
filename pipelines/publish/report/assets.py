"""The asset of the report."""

from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg

from pipelines.progress import Progress
from pipelines.publish.report.page import write_report
from pipelines.publish.report.reading import BUILT_TABLES
from pipelines.publish.report.runs import record_run
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from pipelines.warehouse.night_marks import note_results

WRITTEN = dg.AssetCheckSpec(
    "report_is_written",
    asset="nightly_report",
    description="The page of this run is in its place. One that fails does not fail the night.",
)


@dg.asset(
    deps=["recommendation_snapshot", *(dg.AssetKey(list(table)) for table in BUILT_TABLES)],
    group_name="publish",
    kinds={"python", "html"},
    check_specs=[WRITTEN],
    output_required=False,
    pool="warehouse",
)
def nightly_report(
    context: dg.AssetExecutionContext,
    warehouse: dg.ResourceParam[Warehouse],
    settings: dg.ResourceParam[Settings],
    progress: dg.ResourceParam[Progress],
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """The page for people: what changed, the recommendations and their evidence, costs, agents, gaps, data quality."""
    progress.stage("Write the report")
    try:
        record_run(warehouse, context.run.run_id, _started_at(context))
        report = write_report(warehouse, settings, with_text=settings.report_with_text)
    except Exception as error:
        # Its message may hold a value from the logs; the command shows it to anyone who may see them.
        why = f"{type(error).__name__}: the last page stays. Run `spawnwise report` to see the whole error."
        context.log.warning(f"The report could not be written. {why}")
        yield dg.AssetCheckResult(passed=False, severity=dg.AssetCheckSeverity.WARN, description=why)
        return
    metadata: dict[str, dg.RawMetadataValue] = {
        "path": dg.MetadataValue.path(report.path),
        "bytes": report.size_bytes,
        "sentences": len(report.sentences),
    }
    note_results(warehouse, context.run.root_run_id or context.run.run_id)
    check = dg.AssetCheckResult(passed=True, severity=dg.AssetCheckSeverity.WARN)
    yield dg.MaterializeResult(metadata=metadata, check_results=[check])


def _started_at(context: dg.AssetExecutionContext) -> datetime:
    record = context.instance.get_run_record_by_id(context.run.run_id)
    return datetime.fromtimestamp(record.start_time, UTC) if record and record.start_time else datetime.now(UTC)
