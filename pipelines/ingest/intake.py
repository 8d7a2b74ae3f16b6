"""Session logs become rows of task_history: only what is new is read, and what is read commits with how far."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.ingest.files.find import Found, find_logs
from pipelines.ingest.files.known_files import Connection, marks, news, stored_path, write_files
from pipelines.ingest.files.log_file import LogFile
from pipelines.ingest.files.scan import Scan
from pipelines.ingest.files.workers import Changed, Readers, scans, workers_for
from pipelines.ingest.inputs import inputs_for, sample_folder
from pipelines.ingest.purged import refuse_purged
from pipelines.ingest.sample.forget import forget_sample
from pipelines.ingest.unknown import tell_unknown
from pipelines.progress import Progress
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse, named_sql

if TYPE_CHECKING:
    from pipelines.ingest.task_store import Written  # imported late: a run with nothing new needs none of it

BATCH_BYTES = 128 << 20  # of logs in one transaction
BATCH_FILES = 500
BATCH_SPAWNS = 20_000  # or facts of agents, so that what is joined at once takes some hundred MB

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
    cluster: dict[str, int] = field(default_factory=dict)  # what the workers of a scheduler did
    warnings: list[str] = field(default_factory=list)  # something that was named could not be read
    notes: list[str] = field(default_factory=list)  # worth knowing, but no reason to fail

    def add_lines(self, scan: Scan) -> None:
        """Add what was read of a file, or of a part of one."""
        self.bytes_read += scan.bytes_read
        self.warnings += scan.warnings
        self.lines_read += scan.counts["read"]
        self.lines_loaded += scan.counts["loaded"]
        self.lines_skipped += scan.counts["skipped"]
        self.lines_quarantined += scan.counts["quarantined"]


@dataclass
class Begun:
    """Reading that began before the warehouse was open, and so before it was known what it holds."""

    sources: Sequence[Path]
    found: Found
    workers: Readers

    def on_nothing_known(self) -> None:
        """Let the workers begin on logs of which a warehouse that is yet to be made cannot know any."""
        self.workers.begin([(log, stored_path(log)) for log in self.found.files], {})


@contextmanager
def begun(sources: Sequence[Path], scheduler: str | None = None) -> Iterator[Begun]:
    """Find the logs under every source, and start workers if there is much to read; a scheduler has its own."""
    found = find_logs(sources)
    if scheduler:
        from pipelines.ingest.shards.cluster import Cluster

        yield Begun(sources, found, Cluster(scheduler))
        return
    with workers_for(found.size) as workers:
        yield Begun(sources, found, workers)


def ingest(warehouse: Warehouse, settings: Settings, progress: Progress, reading: Begun | None = None) -> IngestReport:
    """Bring the warehouse up to date with the logs that are to be read; everything that ingests calls this.

    What was learned from the bundled sample goes once others than the sample's logs are read. Raises as `ingest_logs`.
    """
    inputs = inputs_for(warehouse, settings)
    if not inputs.is_sample:
        forget_sample(warehouse, sample_folder(settings))
    if reading and reading.sources == inputs.logs:
        return ingest_logs(warehouse, reading.found, reading.workers, progress)
    return ingest_sources(warehouse, inputs.logs, progress, settings.scheduler)


def ingest_sources(
    warehouse: Warehouse,
    sources: Sequence[Path],
    progress: Progress,
    scheduler: str | None = None,
    machine: str = "",
) -> IngestReport:
    """Read the logs under every source into the warehouse and report what came of it; see `ingest_logs`."""
    with begun(sources, scheduler) as reading:
        return ingest_logs(warehouse, reading.found, reading.workers, progress, machine)


def ingest_logs(
    warehouse: Warehouse, found: Found, workers: Readers, progress: Progress, machine: str = ""
) -> IngestReport:
    """Read the logs into the warehouse and report what came of it.

    `machine` is named where several send their logs here: the same path on two of them is two files. Raises
    `WarehouseError` where the warehouse cannot be reached; what cannot be read becomes a warning or goes to quarantine.
    Batches that were written stay if a later one fails.
    """
    begun_at = time.monotonic()
    progress.stage("ingest")
    report = IngestReport(files=len(found.files), warnings=found.warnings)
    unknown: set[LogFile] = set()
    with warehouse.connect(autocommit=True) as connection:
        changed = news(connection, found.files, machine)
        total = sum(log.size for log, _ in changed)
        for batch, written in _written(connection, changed, workers):
            report.spawns_new += written.new
            report.spawns_updated += written.updated
            _count(report, batch)
            unknown |= {result.log for _, result in batch if result.is_unknown}
            progress.update(report.bytes_read, total, "bytes")
        row = connection.execute(named_sql(__file__, "count_spawns")).fetchone()
    report.cluster = workers.tally()
    told = tell_unknown(found.by_source, unknown)
    report.warnings += told.warnings
    report.notes += told.notes
    report.spawns_total = row[0] if row else 0
    report.seconds = time.monotonic() - begun_at
    return report


def _written(connection: Connection, changed: Sequence[Changed], workers: Readers) -> Iterator[tuple[Batch, "Written"]]:
    """Read the files and write what they tell, a batch to a transaction; yield each batch once it is committed."""
    if not changed:
        return
    from pipelines.ingest.task_store import write

    known = marks(connection, [path for _, path in changed])
    for batch in _batches(scans(changed, known, workers)):
        with connection.transaction():
            written = write(connection, [result for _, result in batch])
            write_files(connection, [(path, result) for path, result in batch if result.source])
            refuse_purged(connection)
            for vectors in filter(None, (result.vectors for _, result in batch)):
                from pipelines.ingest.vectors import store_vectors

                store_vectors(connection, vectors)
        yield batch, written


def _batches(results: Iterator[tuple[str, Scan]]) -> Iterator[Batch]:
    batch: Batch = []
    size = spawns = 0
    for path, result in results:
        batch.append((path, result))
        size += result.bytes_read
        spawns += len(result.facts)
        if size >= BATCH_BYTES or len(batch) >= BATCH_FILES or spawns >= BATCH_SPAWNS:
            yield batch
            batch, size, spawns = [], 0, 0
    if batch:
        yield batch


def _count(report: IngestReport, batch: Batch) -> None:
    for _, result in batch:
        is_left = result.is_unknown and not result.source
        report.files_read += not (result.is_partial or is_left)
        report.add_lines(result)
