"""The way to the warehouse for every stage: open it once, connect as often as needed."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import psycopg
from pgvector.psycopg import register_vector
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from pipelines.settings import Settings
from pipelines.warehouse.embedded import EmbeddedServer
from pipelines.warehouse.faults import DatabaseUnavailableError, explained, without_rows
from pipelines.warehouse.server_connection import connect, create_once

DATABASE = "spawnwise"


class Warehouse:
    """An open warehouse: migrated, with pgvector, ready for `connect()`."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        self.is_lost = False  # set by who holds the lock of the learning run, when that is gone

    @classmethod
    @contextmanager
    def open(cls, settings: Settings, *, migrate: bool = True) -> Iterator["Warehouse"]:
        """Start or reach the server, bring the schema up to date, and yield the warehouse.

        Raises `WarehouseError` where the server, the database or pgvector cannot be had.
        """
        from pipelines.warehouse.migrate import upgrade
        from pipelines.warehouse.model_tiers import seed_model_tiers

        url = settings.database_url
        server = nullcontext() if url else EmbeddedServer(settings.postgres_folder)
        with server as embedded:
            if url:
                dsn = url.get_secret_value()
            else:
                assert embedded is not None
                _create_database(embedded.dsn("postgres"))
                dsn = embedded.dsn(DATABASE)
            warehouse = cls(dsn)
            if migrate:
                upgrade(dsn)
                with warehouse.connect() as connection:
                    seed_model_tiers(connection)
            yield warehouse

    @contextmanager
    def connect(self, *, autocommit: bool = False) -> Iterator[psycopg.Connection[Any]]:
        """Yield a connection in UTC that knows vectors; commit on success, roll back on error, close always.

        Raises `WarehouseError` with the remedy where the fault is the server's, not ours.
        """
        if self.is_lost:
            message = "The connection that holds the lock of the learning run was lost; another run may have it now."
            raise DatabaseUnavailableError(message)
        try:
            with connect(self.dsn, autocommit=autocommit) as connection:
                register_vector(connection)
                yield connection
        except psycopg.Error as error:
            fault = explained(error)
            if fault is None:
                error.args = (without_rows(str(error)),)
                raise
            raise fault from error

    def dbt_environment(self) -> dict[str, str]:
        """Return the variables that dbt's profile reads to reach this warehouse."""
        with connect(self.dsn) as connection:
            info = connection.info  # what libpq made of the URL: it may leave out the user and the database
            return {
                "SPAWNWISE_PG_HOST": info.host,
                "SPAWNWISE_PG_PORT": str(info.port),
                "SPAWNWISE_PG_USER": info.user,
                "SPAWNWISE_PG_PASSWORD": info.password,
                "SPAWNWISE_PG_DBNAME": info.dbname,
                "PGSSLMODE": str(conninfo_to_dict(self.dsn).get("sslmode") or "prefer"),
            }


def _create_database(dsn: str) -> None:
    with connect(dsn, autocommit=True) as connection:
        known = connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone()
        if not known:
            create_once(connection, sql.SQL("create database {}").format(sql.Identifier(DATABASE)))
