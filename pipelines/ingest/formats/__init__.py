"""Logs of other orchestrators. Each module here that has `is_mine` and `read` is a format, found by its name."""

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Protocol, cast

import orjson

from pipelines.ingest.formats.reading import LogLine, Reading, Sighting


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


def format_of(first_line: bytes) -> str | None:
    """Return the name of the format that a file with this first line has, None where it is none of these."""
    try:
        value = orjson.loads(first_line)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(value, dict):
        return None
    return next((name for name, format_ in formats().items() if format_.is_mine(value)), None)
