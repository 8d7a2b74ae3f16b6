"""What every format's reader shares: lines go in, spawns come out, and each line is counted once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pipelines.ingest.files.parsing import parsed
from pipelines.ingest.files.scan import MAX_QUARANTINED
from pipelines.ingest.spawn_record import SpawnRecord


class LogLine(NamedTuple):
    """A line of a log: its number from 1, its place in bytes, and its content (None where it is too long)."""

    number: int
    offset: int
    content: bytes | None


class Unreadable(NamedTuple):
    """A line that could not be read, and why; it goes to quarantine."""

    line: LogLine
    reason: str


@dataclass(frozen=True)
class Sighting:
    """What a log says of one spawn.

    Where several files tell of a spawn, `is_own_word` says which one to believe: the parent's on what was asked.
    """

    record: SpawnRecord
    line: int
    is_own_word: bool = True


@dataclass
class Reading:
    """Counts of one file's lines: read = loaded + skipped + quarantined; of these the first are in `unreadable`."""

    read: int = 0
    loaded: int = 0
    skipped: int = 0
    unreadable: list[Unreadable] = field(default_factory=list)
    _refused: set[int] = field(default_factory=set)  # numbers of the lines
    writer_version: str | None = None

    def objects(self, lines: Iterable[LogLine]) -> Iterable[tuple[LogLine, Mapping[str, Any]]]:
        """Yield the lines that hold a JSON object; the reader counts these as loaded, skipped or unreadable."""
        for line in lines:
            self.read += 1
            value, reason = parsed(line.content)
            if reason:
                self.refuse(line, reason)
            elif value:
                yield line, value
            else:
                self.skipped += 1

    def refuse(self, line: LogLine, reason: str) -> None:
        """Put a line into quarantine."""
        self._refused.add(line.number)
        if len(self.unreadable) < MAX_QUARANTINED:
            self.unreadable.append(Unreadable(line, reason))

    @property
    def quarantined(self) -> int:
        """How many lines could not be read."""
        return len(self._refused)

    def refuse_loaded(self, number: int, reason: str) -> None:
        """Put a line into quarantine that was counted as loaded before its spawn turned out to be impossible."""
        if number not in self._refused:
            self.loaded -= 1
            self.refuse(LogLine(number, -number, None), reason)
