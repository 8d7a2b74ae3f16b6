"""Read lines of the record format."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from pipelines.ingest.observations import Told
from pipelines.ingest.source import LineReader, RefusedError
from pipelines.ingest.spawn_record import SpawnRecord
from pipelines.ingest.values import identifier

_LINES = 1 << 20


class RecordReader(LineReader):
    """Takes each line for one spawn. A later record of it adds to the earlier one, in a later file too."""

    def read(self, line: int, record: Mapping[str, Any]) -> bool:
        """Take one record; raises `RefusedError` with the fields that are wrong, without their content."""
        try:
            told = SpawnRecord.model_validate(record)
        except ValidationError as error:
            wrong = [f"{'.'.join(map(str, each['loc'])) or 'record'}: {each['type']}" for each in error.errors()[:5]]
            raise RefusedError("no record: " + ", ".join(wrong)) from None
        self.writer_version = told.writer_version or self.writer_version
        version = self.origin.modified_ms * _LINES + min(
            line, _LINES - 1
        )  # the later file's word, then the later line's
        key, parent = identifier(told.id), identifier(told.parent_id)
        self.tell(Told(key, told, self.origin.stored_path, line, version, parent=parent))
        return True
