"""Read what is new in one file into facts. Needs no database, so that it can run in a process of its own."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import IO, Any

from pipelines.ingest.files.lines import (
    DAMAGE,
    MAX_LINE_BYTES,
    Lines,
    Overlong,
    damage,
    is_compressed,
    open_log,
    read_lines,
)
from pipelines.ingest.files.log_file import LogFile
from pipelines.ingest.files.mark import Mark, fingerprint, still_valid
from pipelines.ingest.files.parsing import pieces
from pipelines.ingest.files.recognize import source_of
from pipelines.ingest.files.scanned import Broken, Scan
from pipelines.ingest.source import LineReader, RefusedError, Source
from pipelines.ingest.sources.claude_code import SOURCE as CLAUDE_CODE
from pipelines.ingest.sources.claude_code import is_in_home
from pipelines.ingest.values import name
from pipelines.ingest.who import note_reading

__all__ = ["Broken", "Scan", "parts", "parts_of", "scan", "unreadable"]

PART_BYTES = 128 << 20  # of one file in one scan, and spawns, so that the memory for what it tells is bounded
PART_SPAWNS = 5_000


def scan(log: LogFile, known: Mark | None, stored_path: str = "") -> Scan:
    """Return the first part of a file, of which most have only one; see `parts`."""
    return next(parts(log, known, stored_path))


def parts(log: LogFile, known: Mark | None, stored_path: str = "", *, keeps: bool = False) -> Iterator[Scan]:
    """Read what is new since `known`; a file that is not the known one any more is read from its beginning.

    `keeps` has each scan hold the observations too, not only the facts that they add up to.

    Never raises for what a file holds; a file that cannot be read at all gives a warning and no mark, and so does one
    of no known format, without the warning.
    """
    try:
        with log.on_disk(known) as there:
            source = source_of(there.path)
            if source is None and not is_in_home(there.path):
                yield Scan(log, "", Mark(), is_unknown=True)
                return
            for result in parts_of(source or CLAUDE_CODE, there, known, stored_path, keeps=keeps):
                result.log, result.is_unknown = log, source is None
                note_reading(result.facts, there.path)
                yield result
    except OSError as error:
        yield unreadable(log, error)


def parts_of(
    source: Source, log: LogFile, known: Mark | None, stored_path: str, *, keeps: bool = False
) -> Iterator[Scan]:
    """Read what is new in a file of this source; raises `OSError` where it cannot be read."""
    mark = deepcopy(known) or Mark()
    read = _rows if source.read_rows else _line_parts
    return read(source, log, mark, stored_path, keeps=keeps)


def unreadable(log: LogFile, error: OSError) -> Scan:
    """Return the scan of a file that could not be opened or read: a warning, and nothing else."""
    result = Scan(log, "", Mark())
    result.warnings.append(f"{log.shown} cannot be read ({error.strerror or type(error).__name__}).")
    return result


def _rows(source: Source, log: LogFile, mark: Mark, stored_path: str, *, keeps: bool) -> Iterator[Scan]:
    assert source.read_rows is not None
    is_partial = True
    while is_partial:
        result = Scan(log, source.name, mark, observations=[] if keeps else None)
        rows = source.read_rows(log.origin(stored_path), mark.memory)
        result.take_in(rows.observations)
        result.count("loaded", rows.loaded)
        result.count("skipped", rows.read - rows.loaded)
        mark.memory, result.is_partial = rows.memory, rows.is_partial
        if not rows.is_partial:  # else what stops meanwhile looks at it again
            mark.offset = result.bytes_read = log.size
        is_partial, mark = rows.is_partial, deepcopy(mark)
        yield result


def _line_parts(source: Source, log: LogFile, mark: Mark, stored_path: str, *, keeps: bool) -> Iterator[Scan]:
    """Read on from the mark; a file is opened once for all its parts, as a packed one does not go back."""
    assert source.reader is not None
    origin, is_partial = log.origin(stored_path), True
    is_kept = source.is_resumed and not is_compressed(log.path)
    with open_log(log.path) as stream:
        mark = still_valid(stream, log.size, mark) if is_kept else Mark()
        reader = source.reader(origin, mark.memory)
        if reader.is_one_object:
            mark, is_kept, lines = Mark(), False, _one_object(stream)
        else:
            _skip_late_newline(stream, mark)
            lines = read_lines(stream, mark.offset)
        while is_partial:
            result = Scan(log, source.name, mark, start=mark.offset, observations=[] if keeps else None)
            is_partial = _read_part(result, reader, lines, may_part=source.is_resumed)
            mark.fingerprint = _fingerprint_aside(stream, mark.offset) if is_kept else ""
            yield result
            if is_partial:
                mark = deepcopy(mark)
                reader = source.reader(origin, mark.memory)


def _one_object(stream: IO[bytes]) -> Iterator[Lines]:
    content = b""
    while len(content) < MAX_LINE_BYTES and (more := stream.read(MAX_LINE_BYTES - len(content))):
        content += more
    yield Lines([content], False)


def _skip_late_newline(stream: IO[bytes], mark: Mark) -> None:
    """Step over the newline of a line that was read before it had one."""
    if mark.lacks_newline:
        stream.seek(mark.offset)
        if stream.read(1) == b"\n":
            mark.offset, mark.lacks_newline = mark.offset + 1, False


def _read_part(result: Scan, reader: LineReader, lines: Iterator[Lines], *, may_part: bool) -> bool:
    """Take lines in until the part is full; tell whether more may follow."""
    mark, is_packed = result.mark, is_compressed(result.log.path)
    try:
        for some in lines:
            _take(result, reader, some, may_wait=not (is_packed or reader.is_one_object))
            result.take_in(reader.take())
            is_much = mark.offset - result.start >= PART_BYTES or len(result.facts) >= PART_SPAWNS
            if may_part and is_much and (is_packed or mark.offset < result.log.size):
                result.is_partial = True
                break
    except DAMAGE as error:
        result.quarantine(b"", damage(error))
        result.warnings.append(f"{result.log.shown} {damage(error)}; what came before was read.")
    if not result.is_partial:
        reader.finish()
    result.take_in(reader.take())
    for line, reason in reader.refused.items():
        result.refuse_loaded(line, reason)
    mark.memory = reader.remembered()
    result.bytes_read = mark.offset - result.start
    result.writer_version = name(reader.writer_version)
    result.source = reader.of_source or result.source
    return result.is_partial


def _fingerprint_aside(stream: IO[bytes], offset: int) -> str:
    """Return the fingerprint, and go back to where the lines are being read."""
    place = stream.tell()
    found = fingerprint(stream, offset)
    stream.seek(place)
    return found


def _take(result: Scan, reader: LineReader, lines: Lines, *, may_wait: bool) -> None:
    """Read lines and move the mark behind them; one that has no end, and is not whole, must wait for it.

    Each record of a damaged line counts as a line, and what is left over as one more. In a packed file no line waits:
    it is read whole whenever it changes.
    """
    mark, passes_over = result.mark, reader.passes_over
    contents, have_end = lines
    skipped = 0
    for content in contents:
        if content == b"\n" or (have_end and isinstance(content, bytes) and passes_over(content)):
            skipped += 1
        else:
            records, rest, reason = pieces(content)
            if reason and may_wait and not have_end:
                break
            for record in records:
                skipped += not record or _read(result, reader, content, record)
            if reason:
                result.quarantine(rest, reason)
        mark.line += 1
        mark.offset += len(content)
        mark.lacks_newline = not have_end
    result.count("skipped", skipped)


def _read(result: Scan, reader: LineReader, content: bytes | Overlong, record: Mapping[str, Any]) -> bool:
    """Let the source read an object, count what it tells of, and return whether it told of nothing."""
    try:
        is_loaded = reader.read(result.mark.line + 1, record)
    except RefusedError as refusal:
        result.quarantine(content, str(refusal))
        return False
    if is_loaded:
        result.count("loaded")
    return not is_loaded
