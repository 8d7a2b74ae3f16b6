"""What may be wrong with the database: in words, with the remedy, and whether it passes by itself."""

from itertools import takewhile
from typing import TYPE_CHECKING

from recommender.errors import SpawnwiseError

if TYPE_CHECKING:
    import psycopg

# What libpq and the server say when a connection cannot be had or is gone. dbt hands on nothing but these words.
FULL_OR_STARTING = ("too many connections", "too many clients", "remaining connection slots", "the database system is")
LOST = (
    *FULL_OR_STARTING,
    "connection to server",
    "server closed the connection",
    "terminating connection",
    "connection already closed",
    "connection has been closed",
    "could not receive data from server",
    "could not send data to server",
)
# What waiting does not cure, although it kept a connection from being made.
REFUSED = ("password authentication failed", "does not exist", "no pg_hba.conf entry", "permission denied")
DETAILS = ("DETAIL:", "CONTEXT:")
REMEDIES = {
    "25006": "Postgres accepts no writing here. Point DATABASE_URL at the primary server, or switch "
    "default_transaction_read_only off for this role and database.",
    "53100": "The disk of Postgres is full. Free space where its data folder or tablespace lies.",
    "53200": "Postgres is out of memory. Give it more, or end what else it does.",
    "55P03": "Somebody else holds a table for too long. Look at pg_stat_activity and end that session.",
    "58030": "Postgres cannot read or write its disk. Look at the server's log.",
}

# The same faults by the server's words, for who hands on nothing else.
STATES = {
    "read-only transaction": "25006",
    "No space left on device": "53100",
    "out of memory": "53200",
    "lock timeout": "55P03",
}


class WarehouseError(SpawnwiseError):
    """The warehouse cannot be used; the message says why and what to do."""


class DatabaseUnavailableError(WarehouseError):
    """No connection can be had, or one was lost; `passes` tells whether waiting helps, None where that is not known."""

    def __init__(self, message: str, *, passes: bool | None = True) -> None:
        super().__init__(message)
        self.passes = passes


def unreachable(error: "psycopg.OperationalError") -> DatabaseUnavailableError:
    """Return the error for a connection that could not be made."""
    reason = str(error).strip().splitlines()[0]
    message = (
        f"Cannot reach Postgres ({reason}). Check that the server runs and that "
        "DATABASE_URL is right, or unset it to use the embedded server."
    )
    return DatabaseUnavailableError(message, passes=any(words in str(error) for words in FULL_OR_STARTING) or None)


def explained(error: "psycopg.Error") -> WarehouseError | None:
    """Return the error in words where a person can do something about it, None where it is ours."""
    from psycopg import OperationalError

    reason = (str(error).strip() or type(error).__name__).splitlines()[0]
    if isinstance(error, OperationalError) and is_lost(error.sqlstate):
        message = f"The connection to Postgres was lost ({reason}). Check that the server runs, and look at its log."
        return DatabaseUnavailableError(message)
    remedy = REMEDIES.get(error.sqlstate or "")
    return WarehouseError(f"{remedy} ({reason})") if remedy else None


def without_rows(message: str) -> str:
    """Return what Postgres says without its details, which quote rows: words of tasks go to no log."""
    return "\n".join(takewhile(lambda line: not line.strip().startswith(DETAILS), message.splitlines()))


def is_lost(sqlstate: str | None) -> bool:
    """Tell whether an operational error ended the connection; libpq's own errors have no state."""
    return sqlstate is None or sqlstate.startswith(("08", "57P")) or sqlstate == "53300"


def says_that_it_is_lost(message: str) -> bool:
    """Tell whether an error that is known by its words alone ended a connection."""
    return any(words in message for words in LOST) and not any(words in message for words in REFUSED)


def remedy_for(message: str) -> str:
    """Return what a person can do about an error that is known by its words alone; empty where that is not known."""
    return next((REMEDIES[state] for words, state in STATES.items() if words in message), "")
