"""The asset of the Parquet files; loaded only where a setting says where they go."""

import dagster as dg

from pipelines.object_store import address
from pipelines.progress import Progress
from pipelines.publish.export import export_tables
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse


@dg.asset(
    deps=[dg.AssetKey(["serving", "best_model_per_cluster"])],
    group_name="publish",
    kinds={"parquet"},
    pool="warehouse",
)
def parquet_tables(
    warehouse: dg.ResourceParam[Warehouse], settings: dg.ResourceParam[Settings], progress: dg.ResourceParam[Progress]
) -> dg.MaterializeResult[None]:
    """Marts and serving tables as Parquet, one file a table, for a warehouse of one's own."""
    progress.stage("Export the tables")
    assert settings.export is not None
    tables = export_tables(warehouse, settings.export)
    return dg.MaterializeResult(
        metadata={
            "path": address(settings.export),
            "tables": len(tables),
            "rows": sum(table.rows for table in tables),
            "bytes": sum(table.bytes for table in tables),
        }
    )
