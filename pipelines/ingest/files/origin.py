"""Where a log lies, as far as its reader needs to know."""

from dataclasses import dataclass
from pathlib import Path


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
