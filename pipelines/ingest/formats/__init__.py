"""Logs of other orchestrators. Each module or package here that has `is_mine` and `read` is a format, by its name."""

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from itertools import islice
from typing import IO, Any, Protocol, cast

from pipelines.ingest.formats.reading import LogLine, Reading, Sighting
from pipelines.ingest.lines import Line, whole_lines
from pipelines.ingest.parsing import pieces

FIRST_LINES = 1_000  # one of which must be whole for a file's format to be known
FIRST_BYTES = 32 << 20  # in which it must stand


class Format(Protocol):
    """What the module of a format offers."""

    is_mine: Callable[[Mapping[str, Any]], bool]
    read: Callable[[Iterable[LogLine], Reading], Iterator[Sighting]]


@cache
def formats() -> Mapping[str, Format]:
    """Return the formats by name."""
    modules = (importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__))
    readers = {module.__name__.rpartition(".")[2]: module for module in modules if hasattr(module, "is_mine")}
    return cast("Mapping[str, Format]", dict(sorted(readers.items())))


def first_lines(log: IO[bytes]) -> Iterator[Line]:
    """Yield the lines by which a file's format can be told; raises as `read_lines` does."""
    return islice(whole_lines(log, FIRST_BYTES), FIRST_LINES)


def claimed_by(record: Mapping[str, Any]) -> str | None:
    """Return the name of the format that files with such a record are of, None where it is none of these."""
    return next((name for name, format_ in formats().items() if record and format_.is_mine(record)), None)


def format_of(log: IO[bytes]) -> str | None:
    """Return the name of a log's format by its first line that one of these claims, None where there is none.

    Raises as `read_lines` does.
    """
    records = (record for line in first_lines(log) for record in pieces(line.content).records)
    return next(filter(None, map(claimed_by, records)), None)
