"""The way to the warehouse for every stage: open it once, connect as often as needed."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from typing import Any

import psycopg
from pgvector.psycopg import register_vector
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from pipelines.settings import Settings
from pipelines.warehouse.embedded import EmbeddedServer
from pipelines.warehouse.faults import DatabaseUnavailableError, WarehouseError, explained, unreachable, without_rows

DATABASE = "spawnwise"
# A peer that is gone without a word is given up after two minutes; libpq's own limit is two hours.
LIMITS = {
    "connect_timeout": 10,
    "keepalives_idle": 60,
    "keepalives_interval": 20,
    "keepalives_count": 3,
    "tcp_user_timeout": 120_000,
}
# Nobody else's lock is waited for all night. Sorts and joins of a million rows stay in memory, dbt's four at once too.
# Compiling a statement takes longer than most of ours run, and its costs are overrated where rows are not known yet.
OPTIONS = "-c timezone=UTC -c lock_timeout=10min -c work_mem=48MB -c jit=off"


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
                upgrade(warehouse)
                seed_model_tiers(warehouse)
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
            with _connect(self.dsn, autocommit=autocommit) as connection:
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
        with _connect(self.dsn) as connection:
            info = connection.info  # what libpq made of the URL: it may leave out the user and the database
            return {
                "SPAWNWISE_PG_HOST": info.host,
                "SPAWNWISE_PG_PORT": str(info.port),
                "SPAWNWISE_PG_USER": info.user,
                "SPAWNWISE_PG_PASSWORD": info.password,
                "SPAWNWISE_PG_DBNAME": info.dbname,
                "PGSSLMODE": str(conninfo_to_dict(self.dsn).get("sslmode") or "prefer"),
            }


def _connect(dsn: str, *, autocommit: bool = False) -> psycopg.Connection[Any]:
    try:
        return psycopg.connect(
            make_conninfo(with_limits(dsn), application_name="spawnwise", options=OPTIONS), autocommit=autocommit
        )
    except psycopg.OperationalError as error:
        raise unreachable(error) from error


def with_limits(dsn: str) -> str:
    """Return the connection string with limits of waiting for the network, where it names none of its own."""
    try:
        return make_conninfo("", **{**LIMITS, **conninfo_to_dict(dsn)})
    except psycopg.ProgrammingError:
        message = (
            "DATABASE_URL cannot be read as postgresql://user:password@host:port/database; mind what must be escaped."
        )
        raise WarehouseError(message) from None  # the error quotes the URL, password and all


def _create_database(dsn: str) -> None:
    with _connect(dsn, autocommit=True) as connection:
        known = connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone()
        if not known:
            with suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):  # another was faster
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(DATABASE)))
