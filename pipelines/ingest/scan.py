"""Read what is new in one log file into facts. Needs no database, so that it can run in a process of its own."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import IO, Any

import orjson

from pipelines.ingest.claude_code.description import read_description
from pipelines.ingest.claude_code.transcript import TranscriptReader
from pipelines.ingest.facts import Facts
from pipelines.ingest.lines import DAMAGE, MAX_LINE_BYTES, Line, is_compressed, open_log, whole_lines
from pipelines.ingest.mark import COUNTERS, Mark, fingerprint, still_valid
from pipelines.ingest.redaction import redact_stored
from pipelines.ingest.sources import DESCRIPTION_SUFFIX, LogFile

MAX_QUARANTINED = 1_000  # rows kept per file and run; all are counted
EXCERPT = 100


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
        result.warnings.append(f"{log.path} cannot be read ({error.strerror or type(error).__name__}).")
    return result


def _scan_description(result: Scan, stream: IO[bytes]) -> None:
    content = stream.read(MAX_LINE_BYTES)
    record, reason = _parsed(content)
    result.mark = Mark(offset=len(content), line=1)
    result.bytes_read = len(content)
    if reason:
        _quarantine(result, Line(1, 0, content, len(content), False), reason)
        return
    result.facts = read_description(result.log.origin(), record)
    _count(result, "loaded" if result.facts else "skipped")


def _scan_lines(result: Scan, stream: IO[bytes]) -> None:
    mark = result.mark
    reader = TranscriptReader(result.log.origin(), mark.memory)
    lines = whole_lines(stream, mark.offset, mark.line)
    result.start = mark.offset
    try:
        for line in lines:
            if mark.lacks_newline and not line.content:
                mark.offset, mark.lacks_newline = line.next_offset, False
                lines = whole_lines(stream, mark.offset, mark.line)
                break
            if not _take(result, reader, line):
                break
        else:
            lines = iter(())
        for line in lines:
            if not _take(result, reader, line):
                break
    except DAMAGE:
        broken = Line(mark.line + 1, mark.offset, None, mark.offset, True)
        _quarantine(result, broken, "compressed file is cut or damaged")
    mark.memory = reader.memory.as_json()
    mark.fingerprint = "" if is_compressed(result.log.path) else fingerprint(stream, mark.offset)
    result.bytes_read = mark.offset - result.start
    result.facts = dict(reader.facts)
    result.writer_version = reader.memory.version


def _take(result: Scan, reader: TranscriptReader, line: Line) -> bool:
    """Read one line and move the mark behind it; False where the line must wait for its end."""
    record, reason = _parsed(line.content)
    if reason and not line.has_end:
        return False
    mark = result.mark
    mark.offset, mark.line, mark.lacks_newline = line.next_offset, line.number, not line.has_end
    if reason:
        _quarantine(result, line, reason)
        return True
    is_loaded = bool(record) and reader.read(line.number, record)
    _count(result, "loaded" if is_loaded else "skipped")
    return True


def _parsed(content: bytes | None) -> tuple[Mapping[str, Any], str]:
    """Return the line's object and no reason, or nothing and the reason why it cannot be read."""
    if content is None:
        return {}, f"longer than {MAX_LINE_BYTES >> 20} MB"
    if not content.strip():
        return {}, ""
    try:
        record = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        return {}, "holds NUL bytes" if b"\0" in content else f"no valid JSON: {str(error).partition(':')[0]}"
    if not isinstance(record, dict):
        return {}, "no JSON object"
    return record, ""


def _quarantine(result: Scan, line: Line, reason: str) -> None:
    _count(result, "quarantined")
    if len(result.broken) < MAX_QUARANTINED:
        words = (line.content or b"")[: 20 * EXCERPT].decode("utf-8", "replace").replace("\0", "")
        result.broken.append(Broken(line.number, line.offset, reason, redact_stored(words)[:EXCERPT]))


def _count(result: Scan, counter: str) -> None:
    for counts in (result.counts, result.mark.counts):
        counts["read"] += 1
        counts[counter] += 1
