"""The asset of this stage."""

import dagster as dg

from pipelines.advise.ask_lookup import write_answers
from pipelines.settings import Settings
from pipelines.table_metadata import table_metadata
from pipelines.warehouse import Warehouse


@dg.asset(
    key=["learning", "lookup_answers"],
    deps=[dg.AssetKey(["learning", "trials"]), dg.AssetKey(["intermediate", "int_tasks"])],
    group_name="estimate",
    kinds={"python", "postgres"},
    pool="warehouse",
)
def lookup_answers(
    warehouse: dg.ResourceParam[Warehouse], settings: dg.ResourceParam[Settings]
) -> dg.MaterializeResult[None]:
    """What a lookup will answer to each agent and kind of task that was seen, beside each model that ran there."""
    write_answers(warehouse, settings)
    return dg.MaterializeResult(metadata=table_metadata(warehouse, "learning", "lookup_answers"))
