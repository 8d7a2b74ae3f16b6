"""Lines for the readers of sources, and what they tell."""

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from pipelines.ingest.files.log_file import LogFile, Origin
from pipelines.ingest.files.scan import Broken, parts_of
from pipelines.ingest.observations import Observation, Told
from pipelines.ingest.source import LineReader
from pipelines.ingest.sources import source_named


class Counted(NamedTuple):
    """What became of the lines."""

    read: int
    loaded: int
    skipped: int
    unreadable: list[Broken]


def read_all(name: str, contents: Iterable[object]) -> tuple[list[Any], Counted]:
    """Return what a source tells of whole spawns in these lines, and what became of the lines."""
    source = source_named(name)
    assert source is not None
    assert source.reader is not None
    told: list[Observation] = []
    make = source.reader

    def reader(origin: Origin, memory: dict[str, Any]) -> LineReader:
        made = make(origin, memory)
        take = made.take
        made.take = lambda: told.extend(taken := take()) or taken  # type: ignore[method-assign, func-returns-value]
        return made

    with TemporaryDirectory() as folder:
        path = Path(folder) / "log.jsonl"
        lines = (
            line.replace(b"\n", b" ") if isinstance(line, bytes) else json.dumps(line).encode() for line in contents
        )
        path.write_bytes(b"".join(line + b"\n" for line in lines))
        (result,) = parts_of(replace(source, reader=reader), LogFile(path, path.stat().st_size, 1), None, "log.jsonl")
    counts = result.counts
    return [each for each in told if isinstance(each, Told)], Counted(
        counts["read"], counts["loaded"], counts["skipped"], result.broken
    )


def only(told: list[Any]) -> Any:
    """Return the record of the only spawn."""
    (one,) = told
    return one.record
