"""A connection to a server, with limits of waiting for it; raises errors that say what to do."""

from contextlib import suppress
from typing import Any, LiteralString

import psycopg
from psycopg import errors, sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from pipelines.warehouse.faults import WarehouseError, unreachable

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
# What a cursor finds is read to its end: a plan that gives the first rows soon takes seven times as long for all.
OPTIONS = "-c timezone=UTC -c lock_timeout=10min -c work_mem=48MB -c jit=off -c cursor_tuple_fraction=1"

# `if not exists` looks before it makes: of two commands that both find nothing, the later is told one of these.
ANOTHER_WAS_FASTER = (
    errors.UniqueViolation,
    errors.DuplicateDatabase,
    errors.DuplicateSchema,
    errors.DuplicateTable,
    errors.DuplicateObject,
)


def connect(dsn: str, *, autocommit: bool = False) -> psycopg.Connection[Any]:
    """Open a connection in UTC; raise `WarehouseError` where the server cannot be reached."""
    try:
        return psycopg.connect(
            make_conninfo(with_limits(dsn), application_name="spawnwise", options=OPTIONS), autocommit=autocommit
        )
    except psycopg.OperationalError as error:
        raise unreachable(error) from error


def create_once(connection: psycopg.Connection[Any], statement: LiteralString | sql.Composed) -> None:
    """Run a `create` that other commands may run at the same moment, on a connection that commits by itself."""
    with suppress(*ANOTHER_WAS_FASTER):
        connection.execute(statement)


def with_limits(dsn: str) -> str:
    """Return the connection string with limits of waiting for the network, where it names none of its own."""
    try:
        return make_conninfo("", **{**LIMITS, **conninfo_to_dict(dsn)})
    except psycopg.ProgrammingError:
        message = (
            "DATABASE_URL cannot be read as postgresql://user:password@host:port/database; mind what must be escaped."
        )
        raise WarehouseError(message) from None  # the error quotes the URL, password and all
