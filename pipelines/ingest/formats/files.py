"""Read one file of another orchestrator: whole, whenever it has changed, as its spawns are upserted by their ids."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import IO, Any

import psycopg

from pipelines.ingest.files.find import LogFile
from pipelines.ingest.files.known import write_files
from pipelines.ingest.files.lines import DAMAGE, DAMAGED, is_compressed, open_log, whole_lines
from pipelines.ingest.files.mark import Mark
from pipelines.ingest.files.parsing import parsed
from pipelines.ingest.files.scan import EXCERPT, MAX_QUOTED, Broken, Scan
from pipelines.ingest.formats import format_of, formats
from pipelines.ingest.formats.reading import LogLine, Reading
from pipelines.ingest.formats.store import write_sightings
from pipelines.ingest.redaction import redact_start
from pipelines.ingest.store import Written
from pipelines.ingest.values import name

BATCH = 5_000  # spawns held in memory


@dataclass
class FormatRead:
    """What became of a file: its counts as a scan, and the rows that it brought or changed."""

    scan: Scan
    written: Written = field(default_factory=Written)


def ingest_format(connection: psycopg.Connection[Any], log: LogFile, path: str) -> FormatRead | None:
    """Read the file into the warehouse under its stored path; None where its format is none of these.

    The caller commits. Raises `OSError` where the file cannot be read.
    """
    with open_log(log.path) as stream:
        source = format_of(stream)
    if source is None:
        return None
    with open_log(log.path) as stream:  # anew: a packed one does not go back
        scan, reading = Scan(log, source, Mark()), Reading()
        sightings = formats()[source].read(_lines(stream, scan, reading), reading)
        done, begun = FormatRead(scan), set[uuid.UUID]()
        while batch := list(islice(sightings, BATCH)):
            written = write_sightings(connection, source, batch, path, begun)
            done.written.new += written.new
            done.written.updated += written.updated
    _account(scan, reading)
    write_files(connection, [(path, scan)])
    return done


def _lines(stream: IO[bytes], scan: Scan, reading: Reading) -> Iterator[LogLine]:
    """Yield whole lines; the last one, where it lacks its end and is no whole object, waits for it.

    A packed file's last line does not wait: such a file is no longer written to.
    """
    is_packed = is_compressed(scan.log.path)
    try:
        for line in whole_lines(stream):
            if line.has_end or is_packed or not parsed(line.content)[1]:
                scan.mark.offset, scan.mark.line = line.next_offset, line.number
                yield LogLine(line.number, line.offset, line.content)
    except DAMAGE:
        reading.read += 1
        reading.refuse(LogLine(scan.mark.line + 1, scan.mark.offset, b""), DAMAGED)


def _account(scan: Scan, reading: Reading) -> None:
    scan.counts = {
        "read": reading.read,
        "loaded": reading.loaded,
        "skipped": reading.skipped,
        "quarantined": reading.quarantined,
    }
    scan.mark.counts = dict(scan.counts)
    scan.bytes_read = scan.mark.offset
    scan.writer_version = name(reading.writer_version)
    for line, reason in reading.unreadable:
        words = (line.content or b"")[:MAX_QUOTED].decode("utf-8", "replace").replace("\0", "")
        scan.broken.append(Broken(line.number, line.offset, reason, redact_start(words, EXCERPT)))
