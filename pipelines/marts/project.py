"""The dbt project as Dagster sees it."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import fasteners
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings

from pipelines.marts.run_dbt import invoke_dbt, project_digest, run_dbt
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse


class ModelTranslator(DagsterDbtTranslator):
    """Group models by the phase that builds them. Several source tables may be one asset of their stage."""

    def __init__(self, group: str) -> None:
        super().__init__(DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True))
        self._group = group

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """Return the phase's group: by schemas, what is built before the estimates and after them would be one node."""
        return self._group


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
            if stamp.exists():  # of a project that is another now: dbt trips over some of what it parsed of that one
                for parsed in (folder, settings.dbt_folder / "target"):
                    (parsed / "partial_parse.msgpack").unlink(missing_ok=True)
            if warehouse is None:
                invoke_dbt(["parse"], folder)
            else:
                run_dbt(warehouse, settings, ["parse"], writes_manifest=True)
                shutil.copyfile(settings.dbt_folder / "target" / manifest.name, manifest)
            stamp.write_text(digest, encoding="ascii")
    return manifest
