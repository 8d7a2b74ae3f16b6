"""What one scan of a file brings: facts, how far it was read, and which lines could not be."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from pipelines.ingest.facts import Facts
from pipelines.ingest.files.lines import Overlong
from pipelines.ingest.files.log_file import LogFile
from pipelines.ingest.files.mark import COUNTERS, Mark
from pipelines.ingest.fold import fold
from pipelines.ingest.observations import Observation
from pipelines.ingest.stored_redaction import redact_start

if TYPE_CHECKING:
    from pipelines.ingest.vectors import TextVectors

MAX_QUARANTINED = 1_000  # rows kept per file and run; all are counted
EXCERPT = 100
MAX_QUOTED = 100 * EXCERPT  # bytes of a line that are looked at for it


class Broken(NamedTuple):
    """A line that could not be read."""

    line: int
    offset: int
    reason: str
    excerpt: str


@dataclass
class Scan:
    """What a file had to tell."""

    log: LogFile
    source: str
    mark: Mark
    start: int = 0  # the offset at which this read began
    bytes_read: int = 0
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTERS, 0))  # of this read alone
    facts: dict[str, Facts] = field(default_factory=dict)
    broken: list[Broken] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    writer_version: str = ""
    is_partial: bool = False  # more of the file is to be read
    observations: list[Observation] | None = None  # as they were told, where somebody wants them
    is_unknown: bool = False  # no source claims it; it was read as a transcript at most
    vectors: "TextVectors | None" = None  # of this file's texts and of others', where they were made with the reading

    def count(self, counter: str, lines: int = 1) -> None:
        """Count lines of this read, and of the file."""
        for counts in (self.counts, self.mark.counts):
            counts["read"] += lines
            counts[counter] += lines

    def take_in(self, observations: list[Observation]) -> None:
        """Add what a reader told."""
        fold(observations, self.facts)
        if self.observations is not None:
            self.observations += observations

    def quarantine(self, content: bytes | Overlong, reason: str) -> None:
        """Put the line at the mark aside."""
        self.count("quarantined")
        if len(self.broken) >= MAX_QUARANTINED:  # redaction would cost much where each of a million lines is broken
            return
        head = b"" if isinstance(content, Overlong) else content[:MAX_QUOTED]
        words = redact_start(head.decode("utf-8", "replace").replace("\0", "").rstrip("\r\n"), EXCERPT)
        self._put_aside(Broken(self.mark.line + 1, self.mark.offset, reason, words))

    def refuse_loaded(self, line: int, reason: str) -> None:
        """Put a line aside that was counted as loaded; of a spawn that is impossible no word is quoted."""
        for counts in (self.counts, self.mark.counts):
            counts["loaded"] -= 1
            counts["quarantined"] += 1
        self._put_aside(Broken(line, -line, reason, ""))

    def _put_aside(self, broken: Broken) -> None:
        if len(self.broken) < MAX_QUARANTINED:
            self.broken.append(broken)
