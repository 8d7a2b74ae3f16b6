"""Session logs become rows of task_history: only what is new is read, and what is read commits with how far."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.ingest.files.find import Found, find_logs
from pipelines.ingest.files.known import Connection, marks, news, stored_path, write_files
from pipelines.ingest.files.scan import Scan, unreadable
from pipelines.ingest.files.workers import Changed, Workers, scans, workers_for
from pipelines.ingest.purged import refuse_purged
from pipelines.ingest.recognise import is_transcript
from pipelines.ingest.store import Written, write
from pipelines.progress import Progress
from pipelines.warehouse import Warehouse, named_sql

BATCH_BYTES = 128 << 20  # of logs in one transaction
BATCH_FILES = 500

Batch = list[tuple[str, Scan]]  # with the files' stored paths


@dataclass
class IngestReport:
    """What a run read, and what came of it."""

    files: int = 0
    files_read: int = 0
    bytes_read: int = 0
    lines_read: int = 0
    lines_loaded: int = 0
    lines_skipped: int = 0
    lines_quarantined: int = 0
    spawns_new: int = 0
    spawns_updated: int = 0
    spawns_total: int = 0
    seconds: float = 0.0
    warnings: list[str] = field(default_factory=list)


def ingest_sources(warehouse: Warehouse, sources: Sequence[Path], progress: Progress) -> IngestReport:
    """Read the logs under every source into the warehouse and report what came of it; see `ingest_logs`."""
    found = find_logs(sources)
    with workers_for(found.size) as workers:
        return ingest_logs(warehouse, found, workers, progress)


def begin_on_nothing_known(found: Found, workers: Workers) -> None:
    """Let the workers begin on logs of which a warehouse that is yet to be made cannot know any."""
    workers.begin([(log, stored_path(log)) for log in found.files if is_transcript(log)], {})


def ingest_logs(warehouse: Warehouse, found: Found, workers: Workers, progress: Progress) -> IngestReport:
    """Read the logs into the warehouse and report what came of it.

    Raises `WarehouseError` where the warehouse cannot be reached; what cannot be read becomes a warning or goes to
    quarantine. Batches that were written stay if a later one fails.
    """
    begun = time.monotonic()
    progress.stage("ingest")
    report = IngestReport(files=len(found.files), warnings=found.warnings)
    with warehouse.connect(autocommit=True) as connection:
        changed = news(connection, found.files)
        total = sum(log.size for log, _ in changed)
        for batch, written in _written(connection, changed, workers):
            report.spawns_new += written.new
            report.spawns_updated += written.updated
            _count(report, batch)
            progress.update(report.bytes_read, total, "bytes")
        row = connection.execute(named_sql(__file__, "count_spawns")).fetchone()
    report.spawns_total = row[0] if row else 0
    report.seconds = time.monotonic() - begun
    return report


def _written(connection: Connection, changed: Sequence[Changed], workers: Workers) -> Iterator[tuple[Batch, Written]]:
    """Read the files and write what they tell, a batch to a transaction; yield each batch once it is committed."""
    transcripts = [(log, path) for log, path in changed if is_transcript(log)]
    known = marks(connection, [path for _, path in transcripts])
    for batch in _batches(scans(transcripts, known, workers)):
        with connection.transaction():
            written = write(connection, [result for _, result in batch])
            write_files(connection, [(path, result) for path, result in batch if result.source])
            refuse_purged(connection)
        yield batch, written
    others = sorted(set(changed) - set(transcripts), key=_age)  # the newest word on a spawn comes last
    for log, path in others:
        from pipelines.ingest.formats.files import ingest_format  # imported late: most people have no such logs

        try:
            with connection.transaction():
                done = ingest_format(connection, log, path)
                refuse_purged(connection)
        except OSError as error:
            yield [(path, unreadable(log, error))], Written()
        else:
            if done:
                yield [(path, done.scan)], done.written


def _age(changed: Changed) -> tuple[int, str]:
    log, path = changed
    return log.modified_ns, path


def _batches(results: Iterator[tuple[str, Scan]]) -> Iterator[Batch]:
    batch: Batch = []
    size = 0
    for path, result in results:
        batch.append((path, result))
        size += result.bytes_read
        if size >= BATCH_BYTES or len(batch) >= BATCH_FILES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _count(report: IngestReport, batch: Batch) -> None:
    for _, result in batch:
        report.files_read += not result.is_partial
        report.bytes_read += result.bytes_read
        report.warnings += result.warnings
        report.lines_read += result.counts["read"]
        report.lines_loaded += result.counts["loaded"]
        report.lines_skipped += result.counts["skipped"]
        report.lines_quarantined += result.counts["quarantined"]
