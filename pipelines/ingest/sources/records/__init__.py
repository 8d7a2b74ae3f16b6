"""The record format: one JSON object a line, one line a spawn. For anybody's logs; `spawnwise schema` prints it."""

from typing import Any

from pipelines.ingest.files.log_file import Origin
from pipelines.ingest.source import Head, LineReader, Source

_NEEDED = frozenset({"id", "agent", "task", "spawned_at"})


def _recognises(head: Head) -> bool:
    return head.first.keys() >= _NEEDED


def _reader(origin: Origin, memory: dict[str, Any]) -> LineReader:
    from pipelines.ingest.sources.records.reader import RecordReader

    return RecordReader(origin, memory)


SOURCE = Source("records", _recognises, _reader, record_keys=(_NEEDED,))
