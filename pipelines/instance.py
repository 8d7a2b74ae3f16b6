"""Dagster's instance: run history, event log and compute logs, kept between starts in the data home."""

import os
from pathlib import Path

import dagster as dg

from pipelines.settings import Settings

PACKAGED_CONFIGURATION = Path(__file__).parent / "dagster.yaml"


def prepare_instance_folder(settings: Settings) -> Path:
    """Create the folder with our configuration; one that the user changed stays as it is."""
    folder = settings.dagster_folder
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    configuration = folder / "dagster.yaml"
    if not configuration.exists():
        configuration.write_text(PACKAGED_CONFIGURATION.read_text(encoding="utf-8"), encoding="utf-8")
    os.environ["DAGSTER_HOME"] = str(folder)
    return folder


def open_instance(settings: Settings) -> dg.DagsterInstance:
    """Return the instance that the web page shows too."""
    return dg.DagsterInstance.from_config(str(prepare_instance_folder(settings)))
