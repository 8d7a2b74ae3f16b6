"""The dbt project as Dagster sees it."""

import shutil
from pathlib import Path

import fasteners

from pipelines.marts.run import invoke_dbt, project_digest, run_dbt
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse


def prepared_manifest(settings: Settings, warehouse: Warehouse | None = None) -> Path:
    """Return dbt's manifest of the project, parsed again only where the project or dbt has changed.

    It lies in the data folder: an installed project may be read-only, and its files' times say nothing. What is parsed
    for a warehouse is what the builds on it begin with, so that they need not parse the project once more.
    """
    folder = settings.dbt_folder / "definitions"
    folder.mkdir(parents=True, exist_ok=True)
    manifest, stamp = folder / "manifest.json", folder / "project.sha256"
    digest = project_digest()
    with fasteners.InterProcessLock(str(folder / "lock")):
        if not (manifest.exists() and stamp.exists() and stamp.read_text(encoding="ascii") == digest):
            if warehouse is None:
                invoke_dbt(["parse"], folder)
            else:
                run_dbt(warehouse, settings, ["parse"], writes_manifest=True)
                shutil.copyfile(settings.dbt_folder / "target" / manifest.name, manifest)
            stamp.write_text(digest, encoding="ascii")
    return manifest
