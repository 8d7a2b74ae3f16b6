"""How often advice was followed, and how it went."""

from dataclasses import dataclass, field

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from pipelines.journal.load import load_journal
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse, named_sql


@dataclass(frozen=True)
class Advice:
    """One row per mode and model that was answered; money in USD, None where nothing is known of it.

    `compliance` counts what became of the decisions, by the words of `learning.decision_ledger`.
    """

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
    compliance: dict[str, int] = field(default_factory=dict)


def advice_followed(warehouse: Warehouse, days: int = 30, weights: dict[str, float] | None = None) -> list[Advice]:
    """Return what was advised in the last `days` days, the most frequent first; costs are weighed by model."""
    with warehouse.connect() as connection, connection.cursor(row_factory=class_row(Advice)) as cursor:
        return cursor.execute(
            named_sql(__file__, "advice_followed"), {"days": days, "weights": Jsonb(weights or {})}
        ).fetchall()


def advice_now(days: int = 30) -> list[Advice]:
    """Return the same after loading what was noted since the nightly run."""
    settings = Settings()
    with Warehouse.open(settings) as warehouse:
        load_journal(warehouse)
        return advice_followed(warehouse, days, settings.model_weights)
