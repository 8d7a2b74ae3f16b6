"""Read what is new in one log file into facts. Needs no database, so that it can run in a process of its own."""

from copy import deepcopy
from dataclasses import dataclass, field
from typing import IO

from pipelines.ingest.facts import Facts
from pipelines.ingest.files.find import DESCRIPTION_SUFFIX, LogFile
from pipelines.ingest.files.lines import (
    DAMAGE,
    DAMAGED,
    MAX_LINE_BYTES,
    Lines,
    Overlong,
    is_compressed,
    open_log,
    read_lines,
)
from pipelines.ingest.files.mark import COUNTERS, Mark, fingerprint, still_valid
from pipelines.ingest.files.parsing import parsed
from pipelines.ingest.redaction import redact_start
from pipelines.ingest.sources.claude_code.description import read_description
from pipelines.ingest.sources.claude_code.transcript import TranscriptReader
from pipelines.ingest.values import storable

MAX_QUARANTINED = 1_000  # rows kept per file and run; all are counted
EXCERPT = 100
MAX_QUOTED = 100 * EXCERPT  # bytes of a line that are looked at for it
PART_BYTES = 128 << 20  # of one file in one scan, so that the memory for what it tells is bounded


@dataclass(frozen=True)
class Broken:
    """A line that could not be read."""

    line: int
    offset: int
    reason: str
    excerpt: str


@dataclass
class Scan:
    """What a file had to tell."""

    log: LogFile
    source: str
    mark: Mark
    start: int = 0  # the offset at which this read began
    bytes_read: int = 0
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTERS, 0))  # of this read alone
    facts: dict[str, Facts] = field(default_factory=dict)
    broken: list[Broken] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    writer_version: str = ""
    is_partial: bool = False  # more of the file is to be read


def scan(log: LogFile, known: Mark | None) -> Scan:
    """Read the whole lines that are new since `known`; a file that is not the known one any more is read anew.

    Never raises for what a file holds; a file that cannot be read at all gives a warning and no mark.
    """
    result = Scan(log, TranscriptReader.source, deepcopy(known) or Mark())
    try:
        with open_log(log.path) as stream:
            if log.path.name.endswith(DESCRIPTION_SUFFIX):
                _scan_description(result, stream)
            else:
                result.mark = Mark() if is_compressed(log.path) else still_valid(stream, log.size, result.mark)
                _scan_lines(result, stream)
    except OSError as error:
        return unreadable(log, error)
    return result


def unreadable(log: LogFile, error: OSError) -> Scan:
    """Return the scan of a file that could not be opened or read: a warning, and nothing else."""
    result = Scan(log, "", Mark())
    result.warnings.append(f"{storable(str(log.path))} cannot be read ({error.strerror or type(error).__name__}).")
    return result


def _scan_description(result: Scan, stream: IO[bytes]) -> None:
    content = stream.read(MAX_LINE_BYTES)
    record, reason = parsed(content)
    result.mark = Mark()
    if reason:
        _quarantine(result, content, reason)
    else:
        result.facts = read_description(result.log.origin(), record)
        _count(result, "loaded" if result.facts else "skipped")
    result.mark.offset, result.mark.line = len(content), 1
    result.bytes_read = len(content)


def _scan_lines(result: Scan, stream: IO[bytes]) -> None:
    mark = result.mark
    reader = TranscriptReader(result.log.origin(), mark.memory)
    result.start = mark.offset
    is_packed = is_compressed(result.log.path)
    try:
        _skip_late_newline(stream, mark)
        for lines in read_lines(stream, mark.offset):
            _take(result, reader, lines)
            if mark.offset - result.start >= PART_BYTES and mark.offset < result.log.size and not is_packed:
                result.is_partial = True
                break
    except DAMAGE:
        _quarantine(result, b"", DAMAGED)
    mark.memory = reader.memory.as_json()
    mark.fingerprint = "" if is_packed else fingerprint(stream, mark.offset)
    result.bytes_read = mark.offset - result.start
    result.facts = dict(reader.facts)
    result.writer_version = reader.memory.version


def _skip_late_newline(stream: IO[bytes], mark: Mark) -> None:
    """Step over the newline of a line that was read before it had one."""
    if mark.lacks_newline:
        stream.seek(mark.offset)
        if stream.read(1) == b"\n":
            mark.offset, mark.lacks_newline = mark.offset + 1, False


def _take(result: Scan, reader: TranscriptReader, lines: Lines) -> None:
    """Read lines and move the mark behind them; one that has no end, and is no whole object, must wait for it.

    Not in a packed file: it is read whole whenever it changes, and .zst does not tell otherwise that it is cut.
    """
    mark, passes_over = result.mark, reader.passes_over
    contents, have_end = lines
    skipped = 0
    for content in contents:
        if have_end and passes_over(content):
            skipped += 1
        else:
            record, reason = parsed(content)
            if reason and not have_end and not is_compressed(result.log.path):
                break
            if reason:
                _quarantine(result, content, reason if have_end else DAMAGED)
            elif record and reader.read(mark.line + 1, record):
                _count(result, "loaded")
            else:
                skipped += 1
        mark.line += 1
        mark.offset += len(content) + have_end
        mark.lacks_newline = not have_end
    _count(result, "skipped", skipped)


def _quarantine(result: Scan, content: bytes | Overlong, reason: str) -> None:
    """Put the line at the mark aside."""
    _count(result, "quarantined")
    if len(result.broken) < MAX_QUARANTINED:
        head = b"" if isinstance(content, Overlong) else content[:MAX_QUOTED]
        words = redact_start(head.decode("utf-8", "replace").replace("\0", ""), EXCERPT)
        result.broken.append(Broken(result.mark.line + 1, result.mark.offset, reason, words))


def _count(result: Scan, counter: str, lines: int = 1) -> None:
    for counts in (result.counts, result.mark.counts):
        counts["read"] += lines
        counts[counter] += lines
