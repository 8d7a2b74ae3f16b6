"""How often advice was followed, and how it went."""

from dataclasses import dataclass

from psycopg.rows import class_row

from pipelines.journal.load import load_journal
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse, named_sql


@dataclass(frozen=True)
class Advice:
    """One row per mode and model that was answered; money in USD, None where nothing is known of it."""

    mode: str | None
    model: str
    decisions: int
    spawns_known: int
    followed: int
    succeeded: int
    failed: int
    unknown: int
    saved_usd: float | None
    lost_usd: float | None
    estimated_share: float | None  # of what the followed ones cost, how much is estimated


def advice_followed(warehouse: Warehouse, days: int = 30) -> list[Advice]:
    """Return what was advised in the last `days` days, the most frequent first."""
    with warehouse.connect() as connection, connection.cursor(row_factory=class_row(Advice)) as cursor:
        return cursor.execute(named_sql(__file__, "advice_followed"), {"days": days}).fetchall()


def advice_now(days: int = 30) -> list[Advice]:
    """Return the same after loading what was noted since the nightly run."""
    with Warehouse.open(Settings()) as warehouse:
        load_journal(warehouse)
        return advice_followed(warehouse, days)
