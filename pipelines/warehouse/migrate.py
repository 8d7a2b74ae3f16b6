"""Bring the schema `learning` up to date."""

from pathlib import Path

import psycopg

from pipelines.warehouse.faults import WarehouseError, explained
from pipelines.warehouse.server_connection import connect, create_once

MINIMUM_PGVECTOR = (0, 8)
MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = (  # as Alembic makes it
    "create table if not exists learning.alembic_version "
    "(version_num varchar(32) not null constraint alembic_version_pkc primary key)"
)


def ensure_pgvector(dsn: str) -> str:
    """Create the extension where it is missing and return its version; raise `WarehouseError` with the remedy."""
    with connect(dsn, autocommit=True) as connection:
        available = connection.execute(
            "select default_version from pg_available_extensions where name = 'vector'"
        ).fetchone()
        if not available:
            message = (
                "This Postgres has no pgvector. Install it on the server (Debian: postgresql-17-pgvector; Docker: the "
                "pgvector/pgvector image), or unset DATABASE_URL to use the embedded server."
            )
            raise WarehouseError(message)
        try:
            create_once(connection, "create extension if not exists vector")
        except psycopg.errors.InsufficientPrivilege as error:
            message = "This role may not create the extension: run `create extension vector` as a superuser, once."
            raise WarehouseError(message) from error
        row = connection.execute("select extversion from pg_extension where extname = 'vector'").fetchone()
    assert row is not None
    version = str(row[0])
    if tuple(int(part) for part in version.split(".")[:2]) < MINIMUM_PGVECTOR:
        message = (
            f"pgvector {version} is too old: 0.8 or newer is needed. Install it on the server, then run "
            "`alter extension vector update`."
        )
        raise WarehouseError(message)
    return version


def migration_levels() -> list[str]:
    """Return the revisions that this code knows, oldest first."""
    return sorted(script.name.partition("_")[0] for script in (MIGRATIONS / "versions").glob("*.py"))


def upgrade(dsn: str) -> None:
    """Run the migrations that the database lacks; repeatable, and refused where the database is newer than the code."""
    level, levels = migration_level(dsn), migration_levels()
    if level is not None and level not in levels:
        message = f"The database is at migration {level}, newer than this version of Spawnwise. Update Spawnwise."
        raise WarehouseError(message)
    if level != levels[-1]:
        ensure_pgvector(dsn)
        run_migrations(dsn, levels[-1])


def run_migrations(dsn: str, level: str) -> None:
    """Bring the schema up to that level, all of it or nothing; raise `WarehouseError` where the database refuses."""
    from alembic import command  # imported late: it takes longer than all else that a command does at its start
    from alembic.config import Config
    from sqlalchemy import create_engine, pool
    from sqlalchemy.exc import DBAPIError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = create_engine("postgresql+psycopg://", creator=lambda: connect(dsn), poolclass=pool.NullPool)
    try:
        _make_version_table(dsn)
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, level)
    except (DBAPIError, psycopg.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        if not isinstance(cause, psycopg.Error):
            raise
        message = (
            f"The tables cannot be brought up to date ({str(cause).strip().splitlines()[0]}); they are as they were. "
            "Let the role that owns the schema learning run this, or ask who administers the database."
        )
        raise explained(cause) or WarehouseError(message) from error


def _make_version_table(dsn: str) -> None:
    """Make the table that a migration locks, where the database is empty; another command may be faster."""
    with connect(dsn, autocommit=True) as connection:
        row = connection.execute("select to_regclass('learning.alembic_version')").fetchone()
        if row and row[0] is not None:
            return
        for statement in ("create schema if not exists learning", VERSION_TABLE):
            create_once(connection, statement)


def migration_level(dsn: str) -> str | None:
    """Return the revision that the database is at, None where it is empty."""
    with connect(dsn) as connection:
        exists = connection.execute("select to_regclass('learning.alembic_version')").fetchone()
        if exists is None or exists[0] is None:
            return None
        row = connection.execute("select version_num from learning.alembic_version").fetchone()
        return None if row is None else str(row[0])
