"""The outcomes that dbt derived, written back to the task history."""

from pipelines.ingest.early_outcomes import update_outcomes
from pipelines.warehouse import Warehouse

DERIVED = "with int_task_outcomes as (select * from intermediate.int_task_outcomes)"


def write_labels(warehouse: Warehouse) -> int:
    """Copy each task's outcome from `intermediate.int_task_outcomes` where it differs; return how many did."""
    with warehouse.connect() as connection:
        return update_outcomes(connection, DERIVED)
