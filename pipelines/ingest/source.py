"""What a source is: how its files are known, and who reads them into observations. See README.md beside this file."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from pipelines.ingest.files.lines import open_log
from pipelines.ingest.files.log_file import Origin
from pipelines.ingest.observations import Observation

START_BYTES = 64


class RefusedError(ValueError):
    """A line that its source cannot take; the reason names fields and never quotes what they hold."""


class LineReader:
    """Reads the lines of one file, in order, and tells what it observes. A source derives its own from this.

    `memory` is what an earlier reader of the same file left: JSON, small, and bounded whatever the file holds. A source
    that is not resumed gets an empty one, and each file from its first line whenever it has changed.
    """

    is_one_object = False  # whether the whole file is one object, on however many lines

    def __init__(self, origin: Origin, memory: dict[str, Any]) -> None:
        self.origin = origin
        self.writer_version = ""
        self.of_source = ""  # whose spawns the file tells of, where that is not the source that reads it
        self.refused: dict[int, str] = {}
        self._told: list[Observation] = []

    def passes_over(self, content: bytes) -> bool:
        """Tell from its bytes that a line need not be parsed."""
        return False

    def read(self, line: int, record: Mapping[str, Any]) -> bool:
        """Take one object; True where it tells of a spawn. Raises `RefusedError` for what belongs in quarantine."""
        raise NotImplementedError

    def finish(self) -> None:
        """Tell what only the whole of the file shows. It may grow, and be read further or again."""

    def remembered(self) -> dict[str, Any]:
        """Return the memory with which a later reader goes on."""
        return {}

    def refuse(self, line: int, reason: str) -> None:
        """Put a line into quarantine that was taken before what it told turned out to be impossible."""
        self.refused.setdefault(line, reason)

    def tell(self, *observations: Observation) -> None:
        """Add observations."""
        self._told += observations

    def take(self) -> list[Observation]:
        """Return what was told since this was asked last."""
        told, self._told = self._told, []
        return told


class Rows(NamedTuple):
    """What one look at a file that has no lines brought: a database, read from where the memory says.

    `is_partial` asks for another look with the new memory, so that no look has to hold all of a large file.
    """

    observations: list[Observation]
    memory: dict[str, Any]
    read: int
    loaded: int
    is_partial: bool = False


@dataclass
class Head:
    """A file as it must be recognised: by its path, its first bytes or one of the first objects in its lines.

    A source is asked of the file with no object first, and then with one after another, until a source says yes.
    """

    path: Path
    first: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def start(self) -> bytes:
        """The first bytes, unpacked; raises `OSError`, or one of `DAMAGE` where a packed file is torn."""
        start = b""
        with open_log(self.path) as stream:
            while len(start) < START_BYTES and (more := stream.read(START_BYTES - len(start))):
                start += more
        return start


def _nowhere() -> Iterable[Path]:
    return ()


def _each(_: Path) -> bool:
    return True


@dataclass(frozen=True)
class Source:
    """An orchestrator, or a format of logs; the package of one offers it as `SOURCE`.

    `reader` reads lines; `read_rows` reads a file that has none: it gets the origin and the memory of the last
    look, opens the file for reading only, and raises `OSError` where it cannot. One of the two is given.
    """

    name: str
    recognises: Callable[[Head], bool]
    reader: Callable[[Origin, dict[str, Any]], LineReader] | None = None
    read_rows: Callable[[Origin, dict[str, Any]], Rows] | None = None
    is_resumed: bool = True  # whether a reader can go on from its memory, in the middle of a file
    suffixes: tuple[str, ...] = ()  # of its files under a folder, besides .jsonl and the packed forms of it
    # Keys of its whole records, each set enough by itself. Behind a cut record only such are taken for records, as any
    # other object may be a part of it.
    record_keys: Sequence[frozenset[str]] = ()
    default_places: Callable[[], Iterable[Path]] = _nowhere  # folders and files on this machine, there or not
    title: str = ""  # what people call it
    unit: str = "session"  # what one of its files holds, for those of which `is_unit` is true
    is_unit: Callable[[Path], bool] = _each
    # Agents that run on their parent's model where none is named; none where any does.
    on_parents_model: frozenset[str] = frozenset()
    built_in_models: Mapping[str, str] = field(default_factory=dict)  # what an agent runs on where no model is named
