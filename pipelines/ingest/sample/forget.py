"""Take the sample out again once there is real work to learn from."""

from pathlib import Path

from pipelines.warehouse import Warehouse, named_sql


def forget_sample(warehouse: Warehouse, folder: Path) -> None:
    """Delete all that was learned from the sample under `folder`: spawns, facts, file states and specs."""
    with warehouse.connect() as connection:
        connection.execute(named_sql(__file__, "forget_sample"), {"inside": f"{folder}/%"})
