"""What another machine has read of its logs and sent here: observations, redacted there and once more here."""

from typing import Any

from pipelines.ingest.files.log_file import Origin
from pipelines.ingest.source import Head, LineReader, Source

KIND = "spawnwise"  # the field of every line that says what it is


def _recognises(head: Head) -> bool:
    return isinstance(head.first.get(KIND), str) and ("key" in head.first or "source" in head.first)


def _reader(origin: Origin, memory: dict[str, Any]) -> LineReader:
    from pipelines.ingest.sources.pushed.lines import PushedReader

    return PushedReader(origin, memory)


SOURCE = Source("pushed", _recognises, _reader, record_keys=(frozenset({KIND, "key"}),))
