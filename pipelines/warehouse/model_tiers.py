"""The default model of each agent, as shipped; the table is the user's from then on."""

import csv
from typing import Any

import psycopg

from pipelines.warehouse.statements import named_sql
from recommender.tiers import SHIPPED_TIERS


def shipped_tiers() -> list[dict[str, str]]:
    """Return the shipped rows: agent_pattern, default_model, notes."""
    with SHIPPED_TIERS.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def seed_model_tiers(connection: psycopg.Connection[Any]) -> None:
    """Fill `model_tiers` from the shipped rows where the user never changed them."""
    with connection.cursor() as cursor:
        cursor.executemany(named_sql(__file__, "seed_model_tiers"), shipped_tiers())
