"""What a person has purged is not taken in again, from whatever copy of a log it comes."""

import hashlib
from datetime import datetime
from typing import Any

import psycopg

from pipelines.warehouse import named_sql

Connection = psycopg.Connection[Any]


def refuse_purged(connection: Connection) -> None:
    """Take out again what this transaction has written of purged sessions and projects."""
    row = connection.execute("select exists (select from learning.purges)").fetchone()
    if row and row[0]:
        name_purged_sessions(connection)
        connection.execute(named_sql(__file__, "delete_purged"))
        forget_purged_conversations(connection)


def name_purged_sessions(connection: Connection) -> None:
    """Let the purge of a project cover its sessions by name: an agent's own log does not say the project."""
    connection.execute(named_sql(__file__, "name_purged_sessions"))


def forget_purged_conversations(connection: Connection) -> int:
    """Delete the messages of main conversations that a purge covers, and return how many there were."""
    count = connection.execute(named_sql(__file__, "delete_purged_messages")).rowcount
    connection.execute(named_sql(__file__, "delete_empty_threads"))
    return count


class PurgedFiles:
    """Logs of which everything was purged, and that have not changed since."""

    def __init__(self, connection: Connection) -> None:
        rows = connection.execute(named_sql(__file__, "purged_files"))
        self._known = {path_hash: (size, modified_at) for path_hash, size, modified_at in rows}

    def holds(self, path: str, size: int, modified_at: datetime) -> bool:
        """Tell whether the file, by the path under which it was stored, is one of them."""
        return bool(self._known) and self._known.get(_hashed(path)) == (size, modified_at)


def _hashed(path: str) -> str:
    return hashlib.sha256(path.encode()).hexdigest()
