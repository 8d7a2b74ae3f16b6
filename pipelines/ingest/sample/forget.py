"""Invented work and real work do not mix: the sample goes when real logs come, and does not come back."""

from pathlib import Path

from pipelines.warehouse import Warehouse, named_sql


def has_real_logs(warehouse: Warehouse, folder: Path) -> bool:
    """Tell whether logs were read that are not the sample's under `folder`."""
    with warehouse.connect() as connection:
        row = connection.execute(named_sql(__file__, "has_real_logs"), {"inside": f"{folder}/%"}).fetchone()
    return bool(row and row[0])


def forget_sample(warehouse: Warehouse, folder: Path) -> None:
    """Delete all that was learned from the sample under `folder`: spawns, facts, file states and specs."""
    with warehouse.connect() as connection:
        connection.execute(named_sql(__file__, "forget_sample"), {"inside": f"{folder}/%"})
