"""How dbt's nodes appear in Dagster."""

from collections.abc import Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtProject

from pipelines.freshness import EVERY_NIGHT


class MartTranslator(DagsterDbtTranslator):
    """Group models by their folder; several source tables may be one asset of the stage that writes them."""

    def __init__(self) -> None:
        super().__init__(DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True))

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None) -> dg.AssetSpec:
        """Return the spec of a node; what people and lookups read must be as new as the last night."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        is_read = spec.group_name in {"marts", "serving"}
        return spec.replace_attributes(freshness_policy=EVERY_NIGHT) if is_read else spec

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """Return staging, intermediate, marts or serving: the schema, which is configured by folder."""
        return str(dbt_resource_props["config"].get("schema") or "staging")

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:
        """Return the team that owns every asset here."""
        return ["team:spawnwise"]


TRANSLATOR = MartTranslator()
