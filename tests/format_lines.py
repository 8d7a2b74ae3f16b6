"""Lines for the readers of other formats."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from pipelines.ingest.formats import formats
from pipelines.ingest.formats.reading import LogLine, Reading, Sighting


def log_lines(*contents: object) -> Iterator[LogLine]:
    offset = 0
    for number, content in enumerate(contents, 1):
        line = content if isinstance(content, bytes) else json.dumps(content).encode()
        yield LogLine(number, offset, line)
        offset += len(line) + 1


def read_all(name: str, contents: Iterable[object]) -> tuple[list[Sighting], Reading]:
    reading = Reading()
    sightings = list(formats()[name].read(log_lines(*contents), reading))
    return sightings, reading


def only(sightings: list[Sighting]) -> Any:
    (sighting,) = sightings
    return sighting.record
