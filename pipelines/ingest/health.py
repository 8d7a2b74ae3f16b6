"""How sound what was ingested is."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, time

from pipelines.ingest.values import CLOCK_SKEW, FIRST_POSSIBLE_DAY
from pipelines.warehouse import Warehouse, named_sql

TIME_REMEDY = (
    "Check the clock of the machine that wrote the log. To list them: "
    'spawnwise sql "select source, agent_name, spawned_at from staging.stg_learning__task_history '
    'where not is_time_possible"'
)
_LIMITS = {"first_day": datetime.combine(FIRST_POSSIBLE_DAY, time(), UTC), "clock_skew": CLOCK_SKEW}


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
    spawns_at_impossible_times: int
    spawns_without_row: int

    def as_metadata(self) -> dict[str, int]:
        """Return the counts by name."""
        return asdict(self)


def read_health(warehouse: Warehouse) -> Health:
    """Count what was read and what is missing."""
    with warehouse.connect() as connection:
        row = connection.execute(named_sql(__file__, "health"), _LIMITS).fetchone()
    assert row is not None
    return Health(*map(int, row))


def time_warning(spawns_at_impossible_times: int) -> str:
    """Return what to tell of such spawns; empty where there are none."""
    if not spawns_at_impossible_times:
        return ""
    spawns = "1 spawn is" if spawns_at_impossible_times == 1 else f"{spawns_at_impossible_times:,} spawns are"
    return f"{spawns} dated after the log was read, or before {FIRST_POSSIBLE_DAY.year}, and not counted."
