"""What a run reads where the user names nothing: their own Claude Code home, else the bundled sample."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.ingest.spec_files import default_spec_folders
from pipelines.settings import Settings
from recommender.settings import claude_home

if TYPE_CHECKING:
    from pipelines.warehouse import Warehouse


@dataclass(frozen=True)
class Inputs:
    """Folders of session logs and of agent specs; `is_sample` tells that they are the bundled ones."""

    logs: tuple[Path, ...]
    specs: tuple[Path, ...]
    is_sample: bool = False


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


def inputs_for(warehouse: "Warehouse", settings: Settings) -> Inputs:
    """Return what to read into this warehouse: in place of the sample the user's own home, once real logs were read."""
    from pipelines.ingest.sample.forget import has_real_logs

    inputs, sample = choose_inputs(settings), sample_folder(settings)
    if sample not in inputs.logs:
        return inputs
    if not has_real_logs(warehouse, sample):
        return replace(inputs, is_sample=True)
    specs = tuple(folder for folder in inputs.specs if folder != sample)
    return Inputs((claude_home(),), specs or default_spec_folders())


def sample_folder(settings: Settings) -> Path:
    """Return where the bundled sample is written."""
    return settings.home / "sample"
