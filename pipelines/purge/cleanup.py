"""What else keeps words of what was learned: Dagster's event log, logs of dbt and Postgres, the published files."""

import shutil
import time
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.rows import scalar_row

from pipelines.instance import open_instance
from pipelines.purge.scope import Scope
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse

LONGEST_WAIT_S = 60.0
BETWEEN_LOOKS_S = 0.1
EARLIER_TRANSACTIONS = """
select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
and (age(backend_xmin) >= age(%s::xid) or age(backend_xid) >= age(%s::xid))
"""


def clear_further_traces(settings: Settings, warehouse: Warehouse) -> None:
    """Delete run history, logs, snapshot and report: what is left is published again. Raises `OSError`."""
    for file in (settings.snapshot_file, settings.report_file):
        file.unlink(missing_ok=True)
    with open_instance(settings, warehouse) as instance:
        instance.wipe()
    made_again = (settings.dbt_folder / "target", settings.home / "trials", settings.pushed_folder)
    for folder in (settings.dagster_folder / "storage", *made_again):
        shutil.rmtree(folder, ignore_errors=True)


def clear_hook_log(settings: Settings, scope: Scope) -> None:
    """Delete the hook's log of errors where everybody's data are purged; it names no one's."""
    if scope.is_all:
        (settings.home / "hook.log").unlink(missing_ok=True)


def overwrite_deleted_rows(settings: Settings, warehouse: Warehouse) -> int:
    """Make Postgres give up the space of deleted rows; the embedded one also its log and its write-ahead log.

    Returns how many transactions of others were so long open that it may keep some rows for them. On a server of your
    own, its backups and its write-ahead log are yours to expire.
    """
    with warehouse.connect(autocommit=True) as connection:
        in_the_way = _wait_for_earlier_transactions(connection)
        tables = connection.execute(
            "select schemaname, tablename from pg_tables where schemaname in ('learning', 'intermediate', 'dagster')"
        ).fetchall()
        for schema, name in tables:
            connection.execute(sql.SQL("vacuum (full) {}").format(sql.Identifier(schema, name)))
        if settings.database_url is None:
            _forget_statistics(connection)
            _drop_write_ahead_log(connection)
            _empty(settings.postgres_folder / "log")
    return in_the_way


def _wait_for_earlier_transactions(connection: psycopg.Connection[object]) -> int:
    """Wait for those that can still see what was deleted, autovacuum's among them; return how many do not end."""
    with connection.cursor(row_factory=scalar_row) as cursor:
        now = cursor.execute("select pg_current_xact_id()::xid::text").fetchone()
        until = time.monotonic() + LONGEST_WAIT_S
        while count := cursor.execute(EARLIER_TRANSACTIONS, [now, now]).fetchone():
            if time.monotonic() > until:
                return int(count)
            time.sleep(BETWEEN_LOOKS_S)
    return 0


def _forget_statistics(connection: psycopg.Connection[object]) -> None:
    """Delete the planner's samples of the columns; the server takes new ones by itself."""
    connection.execute(
        "delete from pg_statistic where starelid in (select oid from pg_class where relnamespace in"
        " (select oid from pg_namespace where nspname not in ('pg_catalog', 'information_schema')))"
    )
    _wait_for_earlier_transactions(connection)
    connection.execute("vacuum (full) pg_statistic")


def _drop_write_ahead_log(connection: psycopg.Connection[object]) -> None:
    """Remove segments that would be kept and written over some day, also those that already wait for it."""
    connection.execute("alter system set wal_recycle = off")
    connection.execute("select pg_reload_conf()")
    for _ in range(2):  # the checkpoint before the last still needs its segment
        _write_past_all_segments(connection)
        connection.execute("checkpoint")


def _write_past_all_segments(connection: psycopg.Connection[object]) -> None:
    """Go on in a new segment. Those that Postgres has kept for later, as it does when it stops, hold what they held."""
    with connection.cursor(row_factory=scalar_row) as cursor:
        last = cursor.execute("select max(name) from pg_ls_waldir() where name ~ '^[0-9A-F]{24}$'").fetchone()
        is_before = "select pg_walfile_name(pg_current_wal_insert_lsn()) <= %s"
        while cursor.execute(is_before, [last]).fetchone():
            # Postgres switches only where something was written.
            cursor.execute("select pg_logical_emit_message(false, 'purge', ''), pg_switch_wal()")


def _empty(log: Path) -> None:
    if log.exists():
        with log.open("r+b") as file:
            file.truncate()
