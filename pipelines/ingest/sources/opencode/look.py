"""Look at what is new in opencode's database: each agent's session that changed is read whole, and told of again."""

import time
from typing import Any, NamedTuple

from pipelines.ingest.files.log_file import Origin
from pipelines.ingest.observations import Observation
from pipelines.ingest.source import Rows
from pipelines.ingest.sources.opencode.calls import TaskCall
from pipelines.ingest.sources.opencode.database import Database, opened
from pipelines.ingest.sources.opencode.session_spawns import spawns_of_call, spawns_of_session
from pipelines.ingest.values import count

SPAWNS_A_LOOK = 500
LARGEST = 2**63 - 1  # of SQLite's integers
LATE_MS = 60_000  # a row bears the time at which its transaction began


class Reach(NamedTuple):
    """How far the tables were read: by row, as new rows may bear old times, and by time, as rows change."""

    last_session: int = 0
    last_message: int = 0
    last_part: int = 0
    updated: int = 0
    oldest: str = ""


def look(origin: Origin, memory: dict[str, Any]) -> Rows:
    """Tell of the spawns that are new or have changed since the memory was left; raises `OSError`.

    One pass over the changes may take several looks: `after` is the last that was told of, and `next` how far the
    tables went when the pass began.
    """
    with opened(origin.path) as database:
        sizes = _sizes(database)
        since, aim = _reach(memory.get("since")), _reach(memory.get("next"))
        if since.oldest != sizes.oldest:  # another database, or its oldest session is gone
            since, aim, memory = Reach(oldest=sizes.oldest), Reach(), {}
        after = str(memory.get("after", ""))
        aim = aim if after else sizes
        waiting = sorted(unit for unit in _changed(database, since) if unit > after)
        told: list[Observation] = []
        loaded = 0
        for unit in waiting[:SPAWNS_A_LOOK]:
            found = list(_spawns(database, origin, unit))
            loaded += bool(found)
            told += found
    read = len(waiting[:SPAWNS_A_LOOK])
    if len(waiting) > SPAWNS_A_LOOK:
        pending = {"since": list(since), "next": list(aim), "after": waiting[SPAWNS_A_LOOK - 1]}
        return Rows(told, pending, read, loaded, is_partial=True)
    return Rows(told, {"since": list(aim)}, read, loaded)


def _sizes(database: Database) -> Reach:
    row = database.row("sizes")
    assert row is not None
    latest = min(_whole(row["updated"]), time.time_ns() // 1_000_000)  # a clock may have been ahead
    return Reach(**{**row, "updated": max(0, latest - LATE_MS)})


def _reach(held: object) -> Reach:
    return Reach(*held) if isinstance(held, list) and len(held) == len(Reach._fields) else Reach()


def _changed(database: Database, since: Reach) -> set[str]:
    """Return the ids of agents' sessions, and of calls that led to none, of which there is news."""
    known = since._asdict()
    changed = {str(row["id"]) for row in database.rows("changed_sessions", **_only(known, "session", "message"))}
    for row in database.rows("changed_calls", **_only(known, "part")):
        if call := TaskCall.of(row):
            changed.add(call.child or call.id)
    return changed


def _only(known: dict[str, Any], *tables: str) -> dict[str, Any]:
    names = ["updated", *(f"last_{table}" for table in tables)]
    return {name: _whole(known[name]) for name in names}


def _whole(number: object) -> int:
    return count(number, LARGEST) or 0


def _spawns(database: Database, origin: Origin, unit: str) -> list[Observation]:
    session = database.row("session", id=unit)
    found = spawns_of_session(database, session) if session else spawns_of_call(database, unit)
    return [observation for spawn in found for observation in spawn.observations(origin.stored_path)]
