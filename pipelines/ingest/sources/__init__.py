"""What each orchestrator writes, read into observations. A source knows nothing of the warehouse.

Every package here is a source, and offers it as `SOURCE`; nothing else need be told of it.
"""

import importlib
import pkgutil
from functools import cache
from itertools import islice
from pathlib import Path

from pipelines.ingest.files.lines import DAMAGE, open_log, whole_lines
from pipelines.ingest.files.parsing import pieces
from pipelines.ingest.source import Head, Source
from pipelines.ingest.sources.claude_code import SOURCE as CLAUDE_CODE
from pipelines.ingest.sources.claude_code import is_named_as_own

FIRST_LINES = 1_000  # one of which must be whole for a file's source to be known by its content
FIRST_BYTES = 128 << 20  # in which it must stand, whatever a packed file unpacks to


@cache
def sources() -> tuple[Source, ...]:
    """Return all sources, in the order of their packages' names."""
    names = sorted(found.name for found in pkgutil.iter_modules(__path__) if found.ispkg)
    return tuple(importlib.import_module(f"{__name__}.{name}").SOURCE for name in names)


def source_named(name: str) -> Source | None:
    """Return the source whose rows bear this name; None where none reads files, as of what is recorded by hand."""
    return CLAUDE_CODE if name == CLAUDE_CODE.name else next((each for each in sources() if each.name == name), None)


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
