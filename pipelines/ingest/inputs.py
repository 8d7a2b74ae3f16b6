"""What a run reads where the user names nothing: their own Claude Code home, else the bundled sample."""

import os
from dataclasses import dataclass
from pathlib import Path

from pipelines.ingest.spec_files import default_spec_folders
from pipelines.settings import Settings


@dataclass(frozen=True)
class Inputs:
    """Folders of session logs and of agent specs; `is_sample` tells that they are the bundled ones."""

    logs: tuple[Path, ...]
    specs: tuple[Path, ...]
    is_sample: bool = False


def claude_home() -> Path:
    """Return Claude Code's home: `CLAUDE_CONFIG_DIR`, else `~/.claude`."""
    return Path(os.environ.get("CLAUDE_CONFIG_DIR") or Path.home() / ".claude").expanduser()


def choose_inputs(settings: Settings) -> Inputs:
    """Return what to read: the folders of the settings, else the user's own home, else the bundled sample."""
    home = claude_home()
    logs = settings.logs
    if not logs and next(home.glob("projects/**/*.jsonl"), None):
        logs = (home,)
    if logs:
        return Inputs(logs, settings.specs or default_spec_folders())
    from pipelines.ingest.sample import write_sample_home

    sample = sample_folder(settings)
    write_sample_home(sample)
    return Inputs((sample,), settings.specs or (sample,), is_sample=True)


def sample_folder(settings: Settings) -> Path:
    """Return where the bundled sample is written."""
    return settings.home / "sample"
