"""The outcomes that dbt derived, written back to the task history."""

from pipelines.warehouse import Warehouse, named_sql


def write_labels(warehouse: Warehouse) -> int:
    """Copy each task's outcome from `intermediate.int_task_outcomes` where it differs; return how many did."""
    with warehouse.connect() as connection:
        return connection.execute(named_sql(__file__, "update_labels")).rowcount
