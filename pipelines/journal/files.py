"""The journal's files, read on from where the last run stopped."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from pipelines.ingest.files.known_files import on_machine
from pipelines.journal.journal_events import Event, read_event
from pipelines.warehouse import named_sql
from recommender.journal.notes import journal_files

Connection = psycopg.Connection[Any]
SOURCE = "journal"
LINES_AT_ONCE = 10_000  # in memory; all of them come in one transaction


@dataclass
class NewLines:
    """What follows in a file, up to LINES_AT_ONCE: events, and lines that are none as (line, offset, reason)."""

    path: Path
    stored_path: str
    offset: int
    lines: int
    events: list[Event] = field(default_factory=list)
    refused: list[tuple[int, int, str]] = field(default_factory=list)
    new_lines: int = 0


def new_lines(connection: Connection, machine: str = "") -> Iterator[NewLines]:
    """Yield what each file has grown by, so many lines at once; a line without its end waits for it.

    `machine` is named where several send their journals here: the same path on two of them is two files.
    """
    known = {
        path: (offset, lines)
        for path, offset, lines in connection.execute(named_sql(__file__, "known_files"), [SOURCE]).fetchall()
    }
    for path in journal_files():
        stored = on_machine(str(path), machine)
        offset, lines = known.get(stored, (0, 0))
        if path.stat().st_size < offset:  # somebody began it again
            offset, lines = 0, 0
        with path.open("rb") as file:
            file.seek(offset)
            found = NewLines(path, stored, offset, lines)
            for line in file:
                if line.endswith(b"\n"):
                    _take(found, line)
                if found.new_lines == LINES_AT_ONCE:
                    yield found
                    found = NewLines(path, stored, found.offset, found.lines)
        if found.new_lines:
            yield found


def mark_read(connection: Connection, found: NewLines) -> None:
    """Note how far a file was read, and what in it could not be."""
    status = found.path.stat()
    marks = {
        "path": found.stored_path,
        "source": SOURCE,
        "size": status.st_size,
        "modified_at": datetime.fromtimestamp(status.st_mtime, UTC),
        "offset": found.offset,
        "read": found.new_lines,
        "loaded": len(found.events),
        "quarantined": len(found.refused),
    }
    connection.execute(named_sql(__file__, "mark_read"), marks)
    with connection.cursor() as cursor:
        cursor.executemany(
            named_sql(__file__, "quarantine"),
            [(found.stored_path, line, offset, reason) for line, offset, reason in found.refused],
        )


def _take(found: NewLines, line: bytes) -> None:
    found.lines += 1
    found.new_lines += 1
    try:
        found.events.append(read_event(line))
    except ValueError as error:
        found.refused.append((found.lines, found.offset, str(error)))
    found.offset += len(line)
