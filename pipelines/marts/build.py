"""Build one phase of the dbt project as a Dagster step."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings
from dagster_dbt.core.dbt_cli_event import DbtCoreCliEventMessage
from psycopg import sql

from pipelines.marts.run_dbt import run_dbt
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


def build_phase(
    context: dg.AssetExecutionContext,
    warehouse: Warehouse,
    settings: Settings,
    manifest: Path,
    selector: str,
    *,
    full_refresh: bool = False,
) -> Iterator[Any]:
    """Run `dbt build` for a selector of selectors.yml and yield an output per model and a result per test.

    Raises `DbtError` after everything that did succeed has been reported. Unit tests belong to `make test`.
    """
    command = ["build", "--selector", selector, "--exclude-resource-type", "unit_test"]
    run = run_dbt(warehouse, settings, [*command, "--full-refresh"] if full_refresh else command)
    counts, translator = _row_counts(warehouse), ModelTranslator("outcomes")  # keys alone are asked of it
    for raw_event in run.events:
        event = DbtCoreCliEventMessage(raw_event=raw_event, event_history_metadata={})
        for outcome in event.to_default_asset_events(manifest, translator, context):
            if isinstance(outcome, dg.Output):
                relation = raw_event["data"]["node_info"]["node_relation"]
                rows = counts.get((relation["schema"], relation["alias"]))
                context.add_output_metadata(
                    {} if rows is None else {"dagster/row_count": rows}, output_name=outcome.output_name
                )
            yield outcome
    run.raise_for_failures(settings.dbt_folder / "target")


def _row_counts(warehouse: Warehouse) -> dict[tuple[str, str], int]:
    """Count the rows of every table that dbt owns."""
    with warehouse.connect() as connection:
        tables = connection.execute(
            "select schemaname, tablename from pg_tables where schemaname in ('intermediate', 'marts', 'serving')"
        ).fetchall()
        if not tables:
            return {}
        one = sql.SQL("select {}, {}, count(*) from {}")
        union = sql.SQL(" union all ").join(
            one.format(sql.Literal(schema), sql.Literal(name), sql.Identifier(schema, name)) for schema, name in tables
        )
        return {(schema, name): count for schema, name, count in connection.execute(union)}
