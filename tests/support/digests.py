"""Ordered digests of every table that a learning run may change."""

from typing import Any

import psycopg
from psycopg import sql

# All but the counters of the runs themselves, what changed since the last one, the memory of purges, and the salt that
# each database draws for itself.
TABLES = """
select table_schema, table_name from information_schema.tables
where table_schema in ('learning', 'staging', 'intermediate', 'marts', 'serving')
and table_name not in ('learning_runs', 'night_marks', 'fact_builds', 'int_changed_tasks', 'pseudonym_salt')
and table_type = 'BASE TABLE' order by 1, 2
"""
# When something was done, and numbers that a sequence gave: two runs of the same work differ in these alone.
OF_THE_RUN = [
    "first_seen_at", "updated_at", "estimated_at", "quarantined_at", "purged_at", "clustering_version",
    "dbt_scd_id", "dbt_updated_at", "dbt_valid_from", "dbt_valid_to", "valid_from", "valid_to",
    "changed_at", "spec_first_seen_at", "proposed_at", "thread_id",
]  # fmt: skip
OF_THE_RUN_IN = {("learning", "clusterings"): ["created_at"]}


def table_digests(connection: psycopg.Connection[Any], *, across_databases: bool = False) -> dict[str, str]:
    """Return a digest per table; `across_databases` leaves out what tells one run from another of the same work."""
    digests = {}
    for schema, name in connection.execute(TABLES).fetchall():
        left_out = [*OF_THE_RUN, *OF_THE_RUN_IN.get((schema, name), [])] if across_databases else []
        query = sql.SQL(
            "select md5(coalesce(string_agg(line, '|' order by line), ''))"
            " from (select (to_jsonb(t) - {}::text[])::text as line from {} as t) as lines"
        ).format(sql.Literal(left_out), sql.Identifier(schema, name))
        row = connection.execute(query).fetchone()
        assert row is not None
        digests[f"{schema}.{name}"] = str(row[0])
    return digests
