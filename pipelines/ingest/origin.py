"""Where a log lies, as far as the rows need to know."""

from dataclasses import dataclass
from pathlib import Path


def printable(path: Path) -> str:
    """Return the path as text that can be stored and shown; a file's name may hold bytes that are no UTF-8."""
    return str(path).encode("utf-8", "replace").decode()


@dataclass(frozen=True)
class Origin:
    """A log file: its place, and what its place says."""

    path: Path
    modified_ms: int
    agent_id: str = ""  # from the name of a file that holds one agent's lines
    project: str = ""  # the folder under projects/
