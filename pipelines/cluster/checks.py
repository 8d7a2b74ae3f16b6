"""What must hold after this stage."""

import dagster as dg

from pipelines.warehouse import Warehouse, named_sql

TASK_CLUSTERS = dg.AssetKey(["learning", "task_clusters"])


def count_unassigned(warehouse: Warehouse) -> tuple[int, int]:
    """Return how many tasks have an embedding, and how many of those the newest clustering of it leaves out."""
    with warehouse.connect() as connection:
        row = connection.execute(named_sql(__file__, "count_unassigned")).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


@dg.asset_check(asset=TASK_CLUSTERS, blocking=True)
def every_embedded_task_is_assigned(warehouse: dg.ResourceParam[Warehouse]) -> dg.AssetCheckResult:
    """Every task with an embedding is in exactly one cluster of the newest clustering of that embedding model."""
    embedded, unassigned = count_unassigned(warehouse)
    return dg.AssetCheckResult(passed=unassigned == 0, metadata={"embedded": embedded, "unassigned": unassigned})
