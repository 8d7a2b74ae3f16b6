"""Read what is new in one file into facts. Needs no database, so that it can run in a process of its own."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import IO, Any, NamedTuple

from pipelines.ingest.facts import Facts
from pipelines.ingest.files.find import LogFile
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
from pipelines.ingest.observations import fold
from pipelines.ingest.redaction import redact_start
from pipelines.ingest.source import LineReader, RefusedError, Source
from pipelines.ingest.sources import source_of
from pipelines.ingest.values import name, shown_path

MAX_QUARANTINED = 1_000  # rows kept per file and run; all are counted
EXCERPT = 100
MAX_QUOTED = 100 * EXCERPT  # bytes of a line that are looked at for it
PART_BYTES = 128 << 20  # of one file in one scan, and spawns, so that the memory for what it tells is bounded
PART_SPAWNS = 5_000


class Broken(NamedTuple):
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


def scan(log: LogFile, known: Mark | None, stored_path: str = "") -> Scan:
    """Read what is new since `known`; a file that is not the known one any more is read from its beginning.

    Never raises for what a file holds; a file that cannot be read at all gives a warning and no mark.
    """
    try:
        with log.on_disk() as there:
            result = scan_as(source_of(there.path), there, known, stored_path)
        result.log = log
        return result
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return Scan(log, "", Mark(), warnings=[f"{shown_path(log.path)} cannot be read ({reason})."])


def scan_as(source: Source, log: LogFile, known: Mark | None, stored_path: str) -> Scan:
    """Read what is new in a file of this source; raises `OSError` where it cannot be read."""
    result = Scan(log, source.name, deepcopy(known) or Mark())
    if source.read_rows:
        _scan_rows(result, source, stored_path)
    else:
        with open_log(log.path) as stream:
            _scan_file(result, source, stream, stored_path)
    return result


def _scan_rows(result: Scan, source: Source, stored_path: str) -> None:
    assert source.read_rows is not None
    rows = source.read_rows(result.log.origin(stored_path), result.mark.memory)
    fold(rows.observations, result.facts)
    _count(result, "loaded", rows.loaded)
    _count(result, "skipped", rows.read - rows.loaded)
    result.mark.memory, result.is_partial = rows.memory, rows.is_partial
    if not rows.is_partial:  # else what stops meanwhile looks at it again
        result.mark.offset = result.bytes_read = result.log.size


def _scan_file(result: Scan, source: Source, stream: IO[bytes], stored_path: str) -> None:
    assert source.reader is not None
    is_kept = source.is_resumed and not is_compressed(result.log.path)
    result.mark = still_valid(stream, result.log.size, result.mark) if is_kept else Mark()
    reader = source.reader(result.log.origin(stored_path), result.mark.memory)
    result.start = result.mark.offset
    if reader.is_one_object:
        result.mark = Mark()
        content = stream.read(MAX_LINE_BYTES)
        _take(result, reader, Lines([content], False), is_last_whole=True)
    else:
        _scan_lines(result, reader, stream, may_part=is_kept)
        result.mark.fingerprint = fingerprint(stream, result.mark.offset) if is_kept else ""
    if not result.is_partial:
        reader.finish()
    fold(reader.take(), result.facts)
    for line, reason in reader.refused.items():
        _refuse_loaded(result, line, reason)
    result.mark.memory = reader.remembered()
    result.bytes_read = result.mark.offset - result.start
    result.writer_version = name(reader.writer_version)


def _scan_lines(result: Scan, reader: LineReader, stream: IO[bytes], *, may_part: bool) -> None:
    mark = result.mark
    try:
        _skip_late_newline(stream, mark)
        for lines in read_lines(stream, mark.offset):
            _take(result, reader, lines, is_last_whole=is_compressed(result.log.path))
            fold(reader.take(), result.facts)
            is_much = mark.offset - result.start >= PART_BYTES or len(result.facts) >= PART_SPAWNS
            if may_part and is_much and mark.offset < result.log.size:
                result.is_partial = True
                break
    except DAMAGE:
        _quarantine(result, b"", DAMAGED)


def _skip_late_newline(stream: IO[bytes], mark: Mark) -> None:
    """Step over the newline of a line that was read before it had one."""
    if mark.lacks_newline:
        stream.seek(mark.offset)
        if stream.read(1) == b"\n":
            mark.offset, mark.lacks_newline = mark.offset + 1, False


def _take(result: Scan, reader: LineReader, lines: Lines, *, is_last_whole: bool) -> None:
    """Read lines and move the mark behind them; one that has no end, and is no whole object, must wait for it.

    Not in a packed file: it is read whole whenever it changes, and .zst does not tell otherwise that it is cut.
    """
    mark, passes_over = result.mark, reader.passes_over
    contents, have_end = lines
    skipped = 0
    for content in contents:
        if have_end and isinstance(content, bytes) and passes_over(content):
            skipped += 1
        else:
            record, reason = parsed(content)
            if reason and not have_end and not is_last_whole:
                break
            if reason:
                _quarantine(result, content, reason if have_end or reader.is_one_object else DAMAGED)
            elif not record:
                skipped += 1
            else:
                skipped += _read(result, reader, content, record)
        mark.line += 1
        mark.offset += len(content) + have_end
        mark.lacks_newline = not have_end
    _count(result, "skipped", skipped)


def _read(result: Scan, reader: LineReader, content: bytes | Overlong, record: Mapping[str, Any]) -> bool:
    """Let the source read an object, count what it tells of, and return whether it told of nothing."""
    try:
        is_loaded = reader.read(result.mark.line + 1, record)
    except RefusedError as refusal:
        _quarantine(result, content, str(refusal))
        return False
    if is_loaded:
        _count(result, "loaded")
    return not is_loaded


def _quarantine(result: Scan, content: bytes | Overlong, reason: str) -> None:
    """Put the line at the mark aside."""
    _count(result, "quarantined")
    head = b"" if isinstance(content, Overlong) else content[:MAX_QUOTED]
    words = redact_start(head.decode("utf-8", "replace").replace("\0", ""), EXCERPT)
    _put_aside(result, Broken(result.mark.line + 1, result.mark.offset, reason, words))


def _refuse_loaded(result: Scan, line: int, reason: str) -> None:
    """Put a line aside that was counted as loaded; of a spawn that is impossible no word is quoted."""
    for counts in (result.counts, result.mark.counts):
        counts["loaded"] -= 1
        counts["quarantined"] += 1
    _put_aside(result, Broken(line, -line, reason, ""))


def _put_aside(result: Scan, broken: Broken) -> None:
    if len(result.broken) < MAX_QUARANTINED:
        result.broken.append(broken)


def _count(result: Scan, counter: str, lines: int = 1) -> None:
    for counts in (result.counts, result.mark.counts):
        counts["read"] += lines
        counts[counter] += lines
