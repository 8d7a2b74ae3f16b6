"""Where outcomes are read and estimates are kept."""

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import sql

from pipelines.estimate.rows import EstimateRow
from pipelines.warehouse import named_sql
from pipelines.warehouse.column_lists import copy_rows, listed
from recommender.efforts import arm_name
from recommender.published_rows import Scope

Connection = psycopg.Connection[Any]
KEY = ("agent_name", "work_type", "cluster_id", "model", "effort")


def newest_clustering(connection: Connection) -> int | None:
    """Return the newest clustering version, None where there is none yet."""
    row = connection.execute(named_sql(__file__, "select_newest_clustering")).fetchone()
    return None if row is None or row[0] is None else int(row[0])


def read_work_types(connection: Connection, version: int | None) -> dict[int, str]:
    """Return the type of work that each cluster of a version lies in."""
    return dict(connection.execute(named_sql(__file__, "select_work_types"), {"version": version}).fetchall())


def read_failed_trials(connection: Connection) -> list[tuple[Scope, str]]:
    """Return the scopes in which a trial has lately failed, and the arm that was tried."""
    rows = connection.execute(named_sql(__file__, "select_failed_trials")).fetchall()
    return [(Scope(*row[:3]), arm_name(*row[3:])) for row in rows]


def replace_estimates(connection: Connection, rows: Sequence[EstimateRow]) -> int:
    """Make the table hold exactly these rows; return how many changed, came or went.

    A row that would not change keeps its estimated_at, so that the same history again changes nothing.
    """
    connection.execute(named_sql(__file__, "create_new_estimates"))
    columns = EstimateRow.columns()
    copy_rows(connection, "new_estimates", columns, (row.values() for row in rows))
    gone = connection.execute(named_sql(__file__, "delete_stale_estimates")).rowcount
    compared = [name for name in columns if name not in (*KEY, "estimated_at")]
    upsert = sql.SQL(
        "insert into learning.model_estimates as kept ({columns}) select {columns} from new_estimates "
        "on conflict ({key}) do update set ({updated}) = row({new}) where ({held}) is distinct from ({compared})"
    ).format(
        columns=listed(columns),
        key=listed(KEY),
        updated=listed([*compared, "estimated_at"]),
        new=listed([*compared, "estimated_at"], "excluded"),
        held=listed(compared, "kept"),
        compared=listed(compared, "excluded"),
    )
    return gone + connection.execute(upsert).rowcount
