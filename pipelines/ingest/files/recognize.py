"""Whose log a file is: told by its place, or by the first record that a source claims."""

from itertools import islice
from pathlib import Path

from pipelines.ingest.files.lines import DAMAGE, open_log, whole_lines
from pipelines.ingest.files.parsing import pieces
from pipelines.ingest.source import Head, Source
from pipelines.ingest.sources import sources
from pipelines.ingest.sources.claude_code import SOURCE as CLAUDE_CODE
from pipelines.ingest.sources.claude_code import is_named_as_own

FIRST_LINES = 1_000  # one of which must be whole for a file's source to be known by its content
FIRST_BYTES = 128 << 20  # in which it must stand, whatever a packed file unpacks to


def source_of(path: Path) -> Source | None:
    """Return whose file it is by its place, or by the first record that a source claims; None where none does.

    What is torn before that, or has no whole line yet, counts as Claude Code's: reading it says what is wrong, or
    waits for the line's end. Raises `OSError`.
    """
    if is_named_as_own(path):  # the most of all files, told without opening them
        return CLAUDE_CODE
    head, is_begun = Head(path), True
    try:
        if source := _recognised(head):
            return source
        with open_log(path) as stream:
            for line in islice(whole_lines(stream, FIRST_BYTES), FIRST_LINES):
                found = pieces(line.content)
                for record in filter(None, found.records):
                    head.first = record
                    if source := _recognised(head):
                        return source
                is_waiting = not line.has_end and found.rest[:1] == b"{"
                is_begun &= not any(found.records) and (not found.reason or is_waiting)
    except DAMAGE:
        return CLAUDE_CODE
    return CLAUDE_CODE if is_begun else None


def _recognised(head: Head) -> Source | None:
    return next((source for source in sources() if source.recognises(head)), None)
