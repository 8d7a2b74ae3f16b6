"""How dbt's nodes appear in Dagster."""

from collections.abc import Mapping
from typing import Any

from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings


class MartTranslator(DagsterDbtTranslator):
    """Group models by their folder; several source tables may be one asset of the stage that writes them."""

    def __init__(self) -> None:
        super().__init__(DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True))

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """Return staging, intermediate, marts or serving: the schema, which is configured by folder."""
        return str(dbt_resource_props["config"].get("schema") or "staging")


TRANSLATOR = MartTranslator()
