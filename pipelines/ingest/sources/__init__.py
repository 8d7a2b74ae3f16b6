"""What each orchestrator writes, read into observations. A source knows nothing of the warehouse.

Every package here is a source, and offers it as `SOURCE`; nothing else need be told of it.
"""

import importlib
import pkgutil
from functools import cache

from pipelines.ingest.source import Source
from pipelines.ingest.sources.claude_code import SOURCE as CLAUDE_CODE


@cache
def sources() -> tuple[Source, ...]:
    """Return all sources, in the order of their packages' names."""
    names = sorted(found.name for found in pkgutil.iter_modules(__path__) if found.ispkg)
    return tuple(importlib.import_module(f"{__name__}.{name}").SOURCE for name in names)


def source_named(name: str) -> Source | None:
    """Return the source whose rows bear this name; None where none reads files, as of what is recorded by hand."""
    return CLAUDE_CODE if name == CLAUDE_CODE.name else next((each for each in sources() if each.name == name), None)
