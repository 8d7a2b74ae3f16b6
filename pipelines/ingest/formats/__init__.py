"""Logs of other orchestrators. Each module or package here that has `is_mine` and `read` is a format, by its name."""

import importlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from itertools import islice
from typing import IO, Any, Protocol, cast

from pipelines.ingest.files.lines import whole_lines
from pipelines.ingest.files.parsing import parsed
from pipelines.ingest.formats.reading import LogLine, Reading, Sighting

NAMES = ("codex", "otel", "records")
FIRST_LINES = 1_000  # one of which must be whole for a file's format to be known


class Format(Protocol):
    """What the module of a format offers."""

    is_mine: Callable[[Mapping[str, Any]], bool]
    read: Callable[[Iterable[LogLine], Reading], Iterator[Sighting]]


@cache
def formats() -> Mapping[str, Format]:
    """Return the formats by name."""
    readers = {name: importlib.import_module(f"pipelines.ingest.sources.{name}") for name in NAMES}
    return cast("Mapping[str, Format]", readers)


def format_of(log: IO[bytes]) -> str | None:
    """Return the name of a log's format by its first line that can be read, None where it is none of these.

    Raises as `read_lines` does.
    """
    lines = islice(whole_lines(log), FIRST_LINES)
    first = next(filter(None, (parsed(line.content)[0] for line in lines)), {})
    return next((name for name, format_ in formats().items() if format_.is_mine(first)), None)
