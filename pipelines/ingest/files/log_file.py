"""A log file as it was found, and what its place says of its lines."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipelines.ingest.files.mark import Mark
from pipelines.ingest.values import identifier, name, shown_path, storable

AGENT_PREFIX = "agent-"  # of the name of a file that holds one agent's lines, in a home of Claude Code


@dataclass(frozen=True)
class Origin:
    """A log file: its place, and what its place says."""

    path: Path
    modified_ms: int
    agent_id: str = ""  # from the name of a file that holds one agent's lines
    project: str = ""  # the folder under projects/
    session: str = ""  # the session whose folder holds an agent's file
    workflow: str = ""  # the run of a workflow whose folder holds it
    stored_path: str = ""  # as the warehouse names the file: evidence for a person who looks it up


@dataclass(frozen=True)
class LogFile:
    """A regular log file as it was found."""

    path: Path
    size: int
    modified_ns: int

    def origin(self, stored_path: str = "") -> Origin:
        """Return what the file's place says about its lines."""
        *folders, file_name = Path(storable(str(self.path))).parts
        agent = file_name.removeprefix(AGENT_PREFIX).split(".")[0] if file_name.startswith(AGENT_PREFIX) else ""
        project = folders[folders.index("projects") + 1] if "projects" in folders[:-1] else folders[-1]
        modified_ms = self.modified_ns // 1_000_000
        session, workflow = _places_above(folders)
        return Origin(
            self.path,
            modified_ms,
            identifier(agent),
            name(project),
            identifier(session),
            name(workflow),
            stored_path,
        )

    @property
    def version(self) -> str:
        """Return what tells its contents apart where the time of the last change does not; empty for a file."""
        return ""

    @property
    def shown(self) -> str:
        """Return the place as a person may be told it."""
        return shown_path(self.path)

    @contextmanager
    def on_disk(self, known: Mark | None = None) -> Iterator["LogFile"]:
        """Yield the log where it can be opened; raises `OSError`.

        Where it goes on from `known`, what lies before that need not be there.
        """
        yield self


def _places_above(folders: list[str]) -> tuple[str, str]:
    """Return the session and the workflow run in whose folders an agent's file lies, empty where it lies in none."""
    if "subagents" not in folders[1:]:
        return "", ""
    place = len(folders) - 1 - folders[::-1].index("subagents")
    is_workflows = folders[place + 1 : place + 2] == ["workflows"]
    return folders[place - 1], next(iter(folders[place + 2 :]), "") if is_workflows else ""
