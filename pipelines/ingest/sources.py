"""Which log files there are under the folders, Claude homes and globs that a person names."""

import glob
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.ingest.origin import Origin

SUFFIXES = (".jsonl", ".jsonl.gz", ".jsonl.zst")
COMPACTION_PREFIX = "agent-acompact-"  # an agent that only summarises its own session
AGENT_PREFIX = "agent-"
DESCRIPTION_SUFFIX = ".meta.json"  # beside an agent's log


@dataclass(frozen=True)
class LogFile:
    """A regular log file as it was found."""

    path: Path
    size: int
    modified_ns: int

    def origin(self) -> Origin:
        """Return what the file's place says about its lines."""
        name, folders = self.path.name, self.path.parts
        agent_id = name.removeprefix(AGENT_PREFIX).split(".")[0] if name.startswith(AGENT_PREFIX) else ""
        project = folders[folders.index("projects") + 1] if "projects" in folders[:-2] else self.path.parent.name
        return Origin(self.path, self.modified_ns // 1_000_000, agent_id, project)


@dataclass
class Found:
    """The log files, and what a person should know about where none could be had."""

    files: list[LogFile] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def find_logs(sources: Iterable[Path]) -> Found:
    """Find the logs under every source, each once, in the order of their paths."""
    found = Found()
    known: dict[Path, LogFile] = {}
    for source in sources:
        before = len(known)
        for path in _places(source, found.warnings):
            for log in _walk(path, found.warnings):
                known[log.path] = log
        if len(known) == before and not found.warnings:
            found.warnings.append(
                f"No transcripts in {source}. A Claude Code home has projects/<project>/<session>.jsonl; "
                "name another folder, a file or a glob with --logs."
            )
    found.files = [known[path] for path in sorted(known)]
    return found


def _places(source: Path, warnings: list[str]) -> Iterator[Path]:
    path = source.expanduser()
    if path.exists():
        home = path / "projects"
        yield home.absolute() if home.is_dir() else path.absolute()
        return
    matches = _matches(path)
    if not matches:
        warnings.append(f"{source} does not exist. Name a Claude Code home, a folder, a file or a glob of logs.")
    for match in matches:
        yield from _places(match, warnings)


def _matches(pattern: Path) -> list[Path]:
    """Return what a glob stands for; nothing where it is none."""
    parts = pattern.absolute().parts
    plain = next((place for place, part in enumerate(parts) if glob.has_magic(part)), len(parts))
    folder = Path(*parts[:plain])
    return sorted(folder.glob(str(Path(*parts[plain:])))) if plain < len(parts) else []


def _walk(place: Path, warnings: list[str]) -> Iterator[LogFile]:
    """Yield the logs under a place. Links to files are followed, links to folders are not: they can go in circles."""
    if place.is_file():
        yield from _log(str(place), warnings)
        return

    def unreadable(error: OSError) -> None:
        warnings.append(f"{error.filename} cannot be read ({error.strerror}). Check its permissions.")

    for folder, _, names in os.walk(place, onerror=unreadable):
        for file_name in names:
            is_log = file_name.endswith(SUFFIXES) or (
                file_name.startswith(AGENT_PREFIX) and file_name.endswith(DESCRIPTION_SUFFIX)
            )
            if is_log and not file_name.startswith(COMPACTION_PREFIX):
                yield from _log(f"{folder}{os.sep}{file_name}", warnings)


def _log(path: str, warnings: list[str]) -> Iterator[LogFile]:
    try:
        status = Path(path).stat()
    except OSError as error:
        warnings.append(f"{path} cannot be read ({error.strerror}). It is left out.")
        return
    if stat.S_ISREG(status.st_mode):
        yield LogFile(Path(path), status.st_size, status.st_mtime_ns)
