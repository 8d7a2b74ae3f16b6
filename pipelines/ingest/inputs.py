"""What a run reads where the user names nothing: what orchestrators left on this machine, else the bundled sample."""

import json
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.ingest.files.find import Found, find_logs, has_logs
from pipelines.ingest.sources import sources
from pipelines.ingest.specs.spec_files import default_spec_folders
from pipelines.settings import Settings
from recommender.home import private_folder
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
    """Return what to read: what is named, else remembered, else on this machine, else the bundled sample."""
    kept = remembered_inputs(settings)
    specs = settings.specs or kept.specs
    if logs := settings.logs or kept.logs or logs_on_this_machine():
        return Inputs(logs, specs or default_spec_folders())
    from pipelines.ingest.sample import write_sample_home

    sample = sample_folder(settings)
    write_sample_home(sample)
    return Inputs((sample,), specs or (sample,), is_sample=True)


def remember_inputs(settings: Settings, inputs: Inputs) -> None:
    """Keep what a person named for every later run, the schedule's too; with nothing named, forget what was kept."""
    path = _remembered_file(settings)
    if not (inputs.logs or inputs.specs):
        path.unlink(missing_ok=True)
        return
    private_folder(settings.home)
    named = {"logs": [os.fsdecode(path) for path in inputs.logs], "specs": [os.fsdecode(path) for path in inputs.specs]}
    path.write_text(json.dumps(named), encoding="utf-8")


def remembered_inputs(settings: Settings) -> Inputs:
    """Return what a person had remembered; nothing where the file of it is damaged."""
    try:
        named = json.loads(_remembered_file(settings).read_text(encoding="utf-8"))
        logs, specs = (tuple(Path(path) for path in named[kind]) for kind in ("logs", "specs"))
    except (OSError, ValueError, TypeError, KeyError):
        return Inputs((), ())
    return Inputs(logs, specs)


def _remembered_file(settings: Settings) -> Path:
    return settings.home / "inputs.json"


def inputs_for(warehouse: "Warehouse", settings: Settings) -> Inputs:
    """Return what to read into this warehouse: in place of the sample the user's own home, once real logs were read."""
    from pipelines.ingest.sample.forget import has_real_logs

    inputs, sample = choose_inputs(settings), sample_folder(settings)
    if sample not in inputs.logs:
        return inputs
    if not has_real_logs(warehouse, sample):
        return replace(inputs, is_sample=True)
    specs = tuple(folder for folder in inputs.specs if folder != sample)
    return Inputs(logs_on_this_machine() or (claude_home(),), specs or default_spec_folders())


def logs_on_this_machine() -> tuple[Path, ...]:
    """Return the places where the sources keep their logs, as far as there are any."""
    return tuple(place for source in sources() for place in source.default_places() if has_logs(place))


def found_on_this_machine(found: Found | None = None) -> str:
    """Say in one line of which orchestrators there are logs, and how many; and where there are none.

    `found` is what was found there already.
    """
    logs = dict((found or find_logs(logs_on_this_machine())).by_source)
    known, told = [source for source in sources() if source.title], []
    for source in known:
        here = (log for place in source.default_places() for log in logs.get(place, ()))
        if number := sum(source.is_unit(log.path) for log in here):
            told.append(f"{source.title} ({number} {source.unit}{'s' * (number != 1)})")
    if told:
        return f"Found: {', '.join(told)}"
    return f"Found: no logs of {', '.join(source.title for source in known[:-1])} or {known[-1].title}"


def sample_folder(settings: Settings) -> Path:
    """Return where the bundled sample is written."""
    return settings.home / "sample"
