"""Where outcomes are read and estimates are kept."""

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import sql

from pipelines.estimate.history import Knowledge, TaskRow
from pipelines.estimate.rows import EstimateRow
from pipelines.warehouse import named_sql
from recommender.snapshot import Tier

Connection = psycopg.Connection[Any]


def newest_clustering(connection: Connection) -> int | None:
    """Return the newest clustering version, None where there is none yet."""
    row = connection.execute(named_sql(__file__, "select_newest_clustering")).fetchone()
    return None if row is None or row[0] is None else int(row[0])


def read_history(connection: Connection, version: int | None) -> list[TaskRow]:
    """Read every spawn whose model is known, with its outcome and its cluster in that version."""
    return [TaskRow(*row) for row in connection.execute(named_sql(__file__, "select_outcomes"), [version])]


def read_knowledge(connection: Connection) -> Knowledge:
    """Read what specs declare and the tiers say."""
    declared = connection.execute(named_sql(__file__, "select_declared_models")).fetchall()
    tiers = connection.execute("select agent_pattern, default_model from learning.model_tiers").fetchall()
    return Knowledge(dict(declared), [Tier(*row) for row in tiers])


def replace_estimates(connection: Connection, rows: Sequence[EstimateRow]) -> int:
    """Make the table hold exactly these rows; return how many changed, came or went."""
    connection.execute(named_sql(__file__, "create_new_estimates"))
    columns = sql.SQL(", ").join(map(sql.Identifier, EstimateRow.columns()))
    statement = sql.SQL("copy new_estimates ({}) from stdin").format(columns)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row.values())
    gone = connection.execute(named_sql(__file__, "delete_stale_estimates")).rowcount
    return gone + connection.execute(named_sql(__file__, "upsert_estimates")).rowcount
