"""How dbt's nodes appear in Dagster."""

from collections.abc import Mapping
from typing import Any

from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings


class ModelTranslator(DagsterDbtTranslator):
    """Group models by the phase that builds them. Several source tables may be one asset of their stage."""

    def __init__(self, group: str) -> None:
        super().__init__(DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True))
        self._group = group

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """Return the phase's group: by schemas, what is built before the estimates and after them would be one node."""
        return self._group
