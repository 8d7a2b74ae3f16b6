"""What every format's reader shares: lines go in, spawns come out, and each line is counted once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pipelines.ingest.formats.spawn_record import SpawnRecord
from pipelines.ingest.parsing import pieces
from pipelines.ingest.scan import MAX_QUARANTINED


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
    """Counts of one file's lines: read = loaded + skipped + quarantined; of these the first are in `unreadable`.

    Of a damaged line each record counts as a line, and what is left over as one more.
    """

    read: int = 0
    loaded: int = 0
    skipped: int = 0
    unreadable: list[Unreadable] = field(default_factory=list)
    quarantined: int = 0
    _refused: set[int] = field(default_factory=set)  # numbers of the lines
    writer_version: str | None = None

    def objects(self, lines: Iterable[LogLine]) -> Iterable[tuple[LogLine, Mapping[str, Any]]]:
        """Yield the lines that hold a JSON object; the reader counts these as loaded, skipped or unreadable."""
        for line in lines:
            records, rest, reason = pieces(line.content)
            for record in records:
                self.read += 1
                if record:
                    yield line, record
                else:
                    self.skipped += 1
            if reason:
                self.read += 1
                self.refuse(line._replace(content=rest), reason)

    def refuse(self, line: LogLine, reason: str) -> None:
        """Put a line into quarantine."""
        self.quarantined += 1
        self._refused.add(line.number)
        if len(self.unreadable) < MAX_QUARANTINED:
            self.unreadable.append(Unreadable(line, reason))

    def refuse_loaded(self, number: int, reason: str) -> None:
        """Put a line into quarantine that was counted as loaded before its spawn turned out to be impossible."""
        if number not in self._refused:
            self.loaded -= 1
            self.refuse(LogLine(number, -number, None), reason)
