"""The way to the warehouse for every stage: open it once, connect as often as needed."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import psycopg
from pgvector.psycopg import register_vector
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from pipelines.settings import Settings
from pipelines.warehouse.embedded import EmbeddedServer

DATABASE = "spawnwise"


class WarehouseError(Exception):
    """The warehouse cannot be used; the message says why and what to do."""


class Warehouse:
    """An open warehouse: migrated, with pgvector, ready for `connect()`."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn

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
                upgrade(warehouse)
                seed_model_tiers(warehouse)
            yield warehouse

    @contextmanager
    def connect(self, *, autocommit: bool = False) -> Iterator[psycopg.Connection[Any]]:
        """Yield a connection in UTC that knows vectors; commit on success, roll back on error, close always."""
        with _connect(self.dsn, autocommit=autocommit) as connection:
            register_vector(connection)
            yield connection

    def dbt_environment(self) -> dict[str, str]:
        """Return the variables that dbt's profile reads to reach this warehouse."""
        parameters = conninfo_to_dict(self.dsn)
        return {
            "SPAWNWISE_PG_HOST": str(parameters.get("host") or "localhost"),
            "SPAWNWISE_PG_PORT": str(parameters.get("port") or 5432),
            "SPAWNWISE_PG_USER": str(parameters.get("user") or "postgres"),
            "SPAWNWISE_PG_PASSWORD": str(parameters.get("password") or ""),
            "SPAWNWISE_PG_DBNAME": str(parameters.get("dbname") or DATABASE),
            "PGSSLMODE": str(parameters.get("sslmode") or "prefer"),
        }


def _connect(dsn: str, *, autocommit: bool = False) -> psycopg.Connection[Any]:
    try:
        return psycopg.connect(
            make_conninfo(dsn, application_name="spawnwise", connect_timeout=10, options="-c timezone=UTC"),
            autocommit=autocommit,
        )
    except psycopg.OperationalError as error:
        message = (
            f"Cannot reach Postgres ({str(error).strip().splitlines()[0]}). Check that the server runs and that "
            "DATABASE_URL is right, or unset it to use the embedded server."
        )
        raise WarehouseError(message) from error


def _create_database(dsn: str) -> None:
    with _connect(dsn, autocommit=True) as connection:
        known = connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone()
        if not known:
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(DATABASE)))
