"""Read what is new in one log file into facts. Needs no database, so that it can run in a process of its own."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import IO

from pipelines.ingest.claude_code.description import read_description
from pipelines.ingest.claude_code.transcript import TranscriptReader
from pipelines.ingest.facts import Facts
from pipelines.ingest.lines import DAMAGE, MAX_LINE_BYTES, Lines, damage, is_compressed, open_log, read_lines
from pipelines.ingest.mark import COUNTERS, Mark, fingerprint, still_valid
from pipelines.ingest.parsing import parsed, pieces
from pipelines.ingest.redaction import redact_start
from pipelines.ingest.sources import DESCRIPTION_SUFFIX, LogFile
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
    """Return the first part of a file, of which most have only one; see `parts`."""
    return next(parts(log, known))


def parts(log: LogFile, known: Mark | None) -> Iterator[Scan]:
    """Read the whole lines that are new since `known`; a file that is not the known one any more is read anew.

    Never raises for what a file holds; a file that cannot be read at all gives a warning and no mark.
    """
    try:
        with open_log(log.path) as stream:
            if log.path.name.endswith(DESCRIPTION_SUFFIX):
                yield _description(log, stream)
            elif is_compressed(log.path):
                yield from _parts(log, stream, Mark())
            else:
                yield from _parts(log, stream, still_valid(stream, log.size, deepcopy(known)))
    except OSError as error:
        yield unreadable(log, error)


def unreadable(log: LogFile, error: OSError) -> Scan:
    """Return the scan of a file that could not be opened or read: a warning, and nothing else."""
    result = Scan(log, "", Mark())
    result.warnings.append(f"{storable(str(log.path))} cannot be read ({error.strerror or type(error).__name__}).")
    return result


def damaged_file(log: LogFile, error: Exception) -> str:
    """Say that a packed file could be read only in part."""
    return f"{storable(str(log.path))} {damage(error)}; what came before was read."


def _description(log: LogFile, stream: IO[bytes]) -> Scan:
    result = Scan(log, TranscriptReader.source, Mark())
    content = stream.read(MAX_LINE_BYTES)
    record, reason = parsed(content)
    if reason:
        _quarantine(result, content, reason)
    else:
        result.facts = read_description(result.log.origin(), record)
        _count(result, "loaded" if result.facts else "skipped")
    result.mark.offset, result.mark.line = len(content), 1
    result.bytes_read = len(content)
    return result


def _parts(log: LogFile, stream: IO[bytes], mark: Mark) -> Iterator[Scan]:
    """Read on from the mark; a file is opened once for all its parts, as a packed one does not go back."""
    _skip_late_newline(stream, mark)
    lines = read_lines(stream, mark.offset)
    is_partial = True
    while is_partial:
        result = Scan(log, TranscriptReader.source, mark)
        is_partial = _read_part(result, lines)
        mark.fingerprint = "" if is_compressed(log.path) else _fingerprint_aside(stream, mark.offset)
        mark = deepcopy(mark)
        yield result


def _read_part(result: Scan, lines: Iterator[Lines]) -> bool:
    """Take lines in until the part is full; tell whether more may follow."""
    mark = result.mark
    reader = TranscriptReader(result.log.origin(), mark.memory)
    result.start = mark.offset
    is_packed = is_compressed(result.log.path)
    try:
        for some in lines:
            _take(result, reader, some)
            if mark.offset - result.start >= PART_BYTES and (is_packed or mark.offset < result.log.size):
                result.is_partial = True
                break
    except DAMAGE as error:
        _quarantine(result, b"", damage(error))
        result.warnings.append(damaged_file(result.log, error))
    mark.memory = reader.memory.as_json()
    result.bytes_read = mark.offset - result.start
    result.facts = dict(reader.facts)
    result.writer_version = reader.memory.version
    return result.is_partial


def _fingerprint_aside(stream: IO[bytes], offset: int) -> str:
    """Return the fingerprint, and go back to where the lines are being read."""
    place = stream.tell()
    found = fingerprint(stream, offset)
    stream.seek(place)
    return found


def _skip_late_newline(stream: IO[bytes], mark: Mark) -> None:
    """Step over the newline of a line that was read before it had one."""
    if mark.lacks_newline:
        stream.seek(mark.offset)
        if stream.read(1) == b"\n":
            mark.offset, mark.lacks_newline = mark.offset + 1, False


def _take(result: Scan, reader: TranscriptReader, lines: Lines) -> None:
    """Read lines and move the mark behind them; one that has no end, and is not whole, must wait for it.

    Each record of a damaged line counts as a line, and what is left over as one more. In a packed file no line waits:
    it is read whole whenever it changes.
    """
    mark, passes_over = result.mark, reader.passes_over
    contents, have_end = lines
    may_wait = not have_end and not is_compressed(result.log.path)
    skipped = 0
    for content in contents:
        if not content or (have_end and passes_over(content)):
            skipped += 1
        else:
            records, rest, reason = pieces(content)
            if reason and may_wait:
                break
            for record in records:
                if record and reader.read(mark.line + 1, record):
                    _count(result, "loaded")
                else:
                    skipped += 1
            if reason:
                _quarantine(result, rest, reason)
        mark.line += 1
        mark.offset += len(content) + have_end
        mark.lacks_newline = not have_end
    _count(result, "skipped", skipped)


def _quarantine(result: Scan, content: bytes, reason: str) -> None:
    """Put the line at the mark aside."""
    _count(result, "quarantined")
    if len(result.broken) < MAX_QUARANTINED:
        words = redact_start(content[:MAX_QUOTED].decode("utf-8", "replace").replace("\0", ""), EXCERPT)
        result.broken.append(Broken(result.mark.line + 1, result.mark.offset, reason, words))


def _count(result: Scan, counter: str, lines: int = 1) -> None:
    for counts in (result.counts, result.mark.counts):
        counts["read"] += lines
        counts[counter] += lines
