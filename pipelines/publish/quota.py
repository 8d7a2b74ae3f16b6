"""A month's quota, for people who pay by subscription: what they save is quota, and no dollars."""

from psycopg.types.json import Jsonb

from pipelines.settings import Settings
from pipelines.warehouse import Warehouse, named_sql


def month_of_quota(warehouse: Warehouse, settings: Settings) -> float | None:
    """Return the weighed costs of the last 30 days of work, None where costs are dollars."""
    if not settings.model_weights:
        return None
    with warehouse.connect() as connection:
        statement = named_sql(__file__, "month_of_quota")
        row = connection.execute(statement, {"weights": Jsonb(settings.model_weights)}).fetchone()
    return float(row[0]) if row and row[0] else None


def quota_now() -> float | None:
    """Return the same for a command that has no warehouse open."""
    settings = Settings()
    if not settings.model_weights:
        return None
    with Warehouse.open(settings) as warehouse:
        return month_of_quota(warehouse, settings)
