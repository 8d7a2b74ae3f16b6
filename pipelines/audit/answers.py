"""What judges and people have said, for people to read."""

from typing import Any

from psycopg import sql
from psycopg.rows import dict_row

from pipelines.warehouse import Warehouse, named_sql

Row = dict[str, Any]


def newest_audits(warehouse: Warehouse, most: int | None) -> list[Row]:
    """Return what was judged, the newest first; all of it where `most` is None."""
    return _rows(warehouse, "newest_audits", {"most": most})


def audits_of(warehouse: Warehouse, name: str) -> list[Row]:
    """Return what was sent and answered of the spawns whose id begins with a name, or whose tool call has it."""
    return _rows(warehouse, "audits_of", {"id": name}) if name.strip("%_") else []


def _rows(warehouse: Warehouse, statement: str, parameters: Row) -> list[Row]:
    columns = sql.SQL(named_sql(__file__, "audit_columns"))
    query = sql.SQL(named_sql(__file__, statement)).format(columns=columns)
    with warehouse.connect() as connection, connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(query, parameters).fetchall()
    return [row | {"judged_at": row["judged_at"].isoformat()} for row in rows]
