"""The night with nothing new: it ends before anything heavy is loaded, and the answers stand."""

from dataclasses import replace
from datetime import UTC, datetime

from pipelines.ingest.files.find import find_logs
from pipelines.ingest.files.known_files import marks, news
from pipelines.ingest.files.scan import scan
from pipelines.ingest.inputs import inputs_for
from pipelines.ingest.specs.agent_specs import specs_differ
from pipelines.ingest.unknown import tell_unknown
from pipelines.journal.files import new_lines
from pipelines.progress import SilentProgress
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from pipelines.warehouse.night_marks import unchanged_since
from recommender.snapshot_file import SnapshotError, read_snapshot, write_snapshot
from recommender.trials import drop_old_counts

MOST_LOOKED_AT = 20  # files of no known format; of more, the run itself sees to it


def quiet_night(warehouse: Warehouse, settings: Settings, heard: SilentProgress) -> datetime | None:
    """Publish the answers of the last run again where this one would make the same; return when they were made.

    None where there is news: in logs, specs, the journal or the warehouse, in settings, code or time. What a run would
    warn of is told to `heard`. The snapshot's age tells its reader that the night was well.
    """
    if settings.judge_model or not settings.report_file.exists():
        return None
    since = unchanged_since(warehouse, settings)
    if since is None or not _nothing_to_read(warehouse, settings, heard):
        return None
    try:
        snapshot = replace(read_snapshot(settings.snapshot_file), created_at=datetime.now(UTC))
    except SnapshotError:
        return None
    write_snapshot(settings.snapshot_file, snapshot)
    drop_old_counts(snapshot)
    return since


def _nothing_to_read(warehouse: Warehouse, settings: Settings, heard: SilentProgress) -> bool:
    inputs = inputs_for(warehouse, settings)
    specs = specs_differ(warehouse, inputs.specs)
    if specs.is_news:
        return False
    found = find_logs(inputs.logs)
    with warehouse.connect() as connection:
        if next(new_lines(connection), None) is not None:
            return False
        changed = news(connection, found.files)
        known = marks(connection, [path for _, path in changed])
    results = [scan(log, known.get(path), path) for log, path in changed[:MOST_LOOKED_AT]]
    if len(changed) > MOST_LOOKED_AT or not all(result.is_unknown and not result.source for result in results):
        return False
    unknown = tell_unknown(found.by_source, {result.log for result in results})
    for warning in [*found.warnings, *unknown.warnings, *specs.errors]:
        heard.warn(warning, is_unread=True)
    for warning in [*specs.collisions, *specs.warnings]:
        heard.warn(warning)
    return True
