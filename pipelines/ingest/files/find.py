"""Which log files there are under the folders, Claude homes and globs that a person names."""

import glob
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.ingest.files.log_file import LogFile
from pipelines.ingest.files.log_names import FULL_TRANSCRIPT, SHORT_TRANSCRIPT, is_log, other_suffixes
from pipelines.ingest.values import LATEST_MS, shown_path
from pipelines.object_store import place_of

# Where Claude Code judges for us: what it may keep of that, in a folder that it names for this one, is nobody's work.
AUDIT_DESK = "spawnwise-audit-desk"


@dataclass
class Found:
    """The log files, and what a person should know about where none could be had."""

    files: list[LogFile] = field(default_factory=list)
    by_source: list[tuple[Path, list[LogFile]]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Return the bytes of all of them."""
        return sum(log.size for log in self.files)


def find_logs(sources: Iterable[Path]) -> Found:
    """Find the logs under every source, each once, in the order of their paths."""
    found = Found()
    known: dict[str, LogFile] = {}
    for source in sources:
        warned = len(found.warnings)
        logs = _logs_of(source, found.warnings)
        known |= {str(log.path): log for log in logs}
        found.by_source.append((source, logs))
        if not logs and len(found.warnings) == warned:
            found.warnings.append(
                f"No transcripts in {shown_path(source)}. A Claude Code home has projects/<project>/<session>.jsonl; "
                "name another folder, a file or a glob with --logs."
            )
    found.files = [known[path] for path in sorted(known)]
    return found


def _logs_of(source: Path, warnings: list[str]) -> list[LogFile]:
    if place := place_of(source):
        from pipelines.ingest.files.buckets import bucket_logs

        return [*bucket_logs(place, warnings)]
    return [log for path in _places(source, warnings) for log in _logs_in(path, warnings)]


def has_logs(place: Path) -> bool:
    """Tell whether there is any log in a place where a source keeps them."""
    return any(True for path in _places(place, []) for _ in _logs_in(path, []))


def _places(source: Path, warnings: list[str]) -> Iterator[Path]:
    path = source.expanduser()
    try:
        if path.exists():
            yield path.absolute()
            return
        matches = _matches(path)
    except OSError as error:
        warnings.append(_unreadable(path, error))
        return
    if not matches:
        warnings.append(
            f"{shown_path(source)} does not exist. Name a Claude Code home, a folder, a file or a glob of logs."
        )
    for match in matches:
        yield from _places(match, warnings)


def _matches(pattern: Path) -> list[Path]:
    """Return what a glob stands for; nothing where it is none."""
    parts = pattern.absolute().parts
    plain = next((place for place, part in enumerate(parts) if glob.has_magic(part)), len(parts))
    folder = Path(*parts[:plain])
    return sorted(folder.glob(str(Path(*parts[plain:])))) if plain < len(parts) else []


def _logs_in(place: Path, warnings: list[str]) -> Iterator[LogFile]:
    """Yield the transcripts in a repository's checkpoints, where it has any, else the logs in a home or a folder."""
    checkpoints: Sequence[LogFile] = ()
    if os.path.exists(place / ".git") or os.path.isfile(place / "HEAD"):  # noqa: PTH110, PTH113  # never raise
        from pipelines.ingest.files.checkpoints import checkpoint_logs, may_hold_checkpoints

        try:
            checkpoints = checkpoint_logs(place) if may_hold_checkpoints(place) else ()
        except OSError as error:
            warnings.append(f"Checkpoints in {shown_path(place)} cannot be read ({error.strerror}).")
    home = place / "projects"
    yield from checkpoints or _walk(home if os.path.isdir(home) else place, warnings)  # noqa: PTH112


def _walk(place: Path, warnings: list[str]) -> Iterator[LogFile]:
    """Yield the logs under a place. Links to files are followed, links to folders are not: they can go in circles."""
    if place.is_file():
        yield from _log(str(place), warnings)
        return

    waiting = [str(place)]
    while waiting:  # os.walk of Python 3.11 recurses, which ends at a thousand folders within each other
        folder = waiting.pop()
        try:
            with os.scandir(folder) as scanned:
                entries = list(scanned)
                is_checkpoint = any(entry.name == FULL_TRANSCRIPT for entry in entries)
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        if AUDIT_DESK not in entry.name:
                            waiting.append(entry.path)
                    elif is_log(entry.name) and not (is_checkpoint and entry.name == SHORT_TRANSCRIPT):
                        yield from _log(entry.path, warnings)
        except OSError as error:
            warnings.append(_unreadable(Path(folder), error))


def _unreadable(path: Path, error: OSError) -> str:
    return f"{shown_path(path)} cannot be read ({error.strerror}). Check its permissions."


def _log(path: str, warnings: list[str]) -> Iterator[LogFile]:
    try:
        status = os.stat(path)  # noqa: PTH116  # of ten thousand files, making a path takes longer than this
    except OSError as error:
        warnings.append(f"{shown_path(Path(path))} cannot be read ({error.strerror}). It is left out.")
        return
    if stat.S_ISREG(status.st_mode):
        size, modified_ns = status.st_size, status.st_mtime_ns
        if path.endswith(other_suffixes()):
            with suppress(OSError):  # what a database has not yet taken over from beside it
                beside = Path(f"{path}-wal").stat()
                size, modified_ns = size + beside.st_size, max(modified_ns, beside.st_mtime_ns)
        # A file system may hold any year.
        yield LogFile(Path(path), size, min(max(modified_ns, 0), LATEST_MS * 1_000_000))
