"""The record format: one JSON object a line, one line a spawn. For anybody's logs; `spawnwise schema` prints it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from pipelines.ingest.formats.reading import LogLine, Reading, Sighting
from pipelines.ingest.spawn_record import SpawnRecord

_NEEDED = {"id", "agent", "task", "spawned_at"}


def is_mine(first: Mapping[str, Any]) -> bool:
    """Tell whether a file that begins with this object holds records."""
    return first.keys() >= _NEEDED


def read(lines: Iterable[LogLine], reading: Reading) -> Iterator[Sighting]:
    """Yield a sighting for each line that is a record; others are quarantined with the field that is wrong."""
    for line, value in reading.objects(lines):
        try:
            record = SpawnRecord.model_validate(value)
        except ValidationError as error:
            reading.refuse(line, _reason(error))
            continue
        reading.loaded += 1
        reading.writer_version = record.writer_version or reading.writer_version
        yield Sighting(record.model_copy(update={"signals": record.signals or _signals(record)}), line.number)


def _signals(record: SpawnRecord) -> tuple[str, ...]:
    """Return what follows from a record that neither says how it went nor gives signs."""
    if record.success is not None:
        return ()
    if record.error is not None:
        return ("tool_error",)
    return ("result_returned",) if record.finished_at else ("no_result",)


def _reason(error: ValidationError) -> str:
    """Name the fields that are wrong, without their content."""
    wrong = [f"{'.'.join(map(str, each['loc'])) or 'record'}: {each['type']}" for each in error.errors()[:5]]
    return "no record: " + ", ".join(wrong)
