"""How sound what was ingested is."""

from dataclasses import asdict, dataclass

from pipelines.warehouse import Warehouse, named_sql


@dataclass(frozen=True)
class Health:
    """Counts over everything ingested so far."""

    files: int
    lines_read: int
    lines_loaded: int
    lines_skipped: int
    lines_quarantined: int
    files_that_do_not_add_up: int
    spawns: int
    spawns_without_model: int
    spawns_without_end: int
    spawns_without_cost: int
    duplicate_keys: int
    spawns_without_row: int

    def as_metadata(self) -> dict[str, int]:
        """Return the counts by name."""
        return asdict(self)


def read_health(warehouse: Warehouse) -> Health:
    """Count what was read and what is missing."""
    with warehouse.connect() as connection:
        row = connection.execute(named_sql(__file__, "health")).fetchone()
    assert row is not None
    return Health(*map(int, row))
