"""Builds databases as opencode writes them, with what Spawnwise reads of them."""

import json
import sqlite3
from pathlib import Path
from typing import Any

BEGAN_MS = 1_788_000_000_000
_TABLES = """
create table session (
    id text primary key, parent_id text, directory text not null, title text not null, version text not null,
    cost real default 0 not null, agent text, model text, time_created integer not null, time_updated integer not null
);
create table message (
    id text primary key, session_id text not null, time_created integer not null, time_updated integer not null,
    data text not null
);
create table part (
    id text primary key, message_id text not null, session_id text not null, time_created integer not null,
    time_updated integer not null, data text not null
);
"""


class OpencodeDatabase:
    """A database that stays open, with a log beside it, as it is while opencode runs."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._connection = sqlite3.connect(path)
        self._connection.execute("pragma journal_mode = wal")
        self._connection.executescript(_TABLES)

    def close(self) -> None:
        """End as opencode does: the log goes into the database."""
        self._connection.close()

    def session(self, session_id: str, parent: str | None = None, agent: str = "build", at: int = 0) -> None:
        """Add a session."""
        values = (session_id, parent, "/home/ann/orchard", f"Title of {session_id}", "1.18.33", 0, agent, None)
        self._put("session", (*values, BEGAN_MS + at, BEGAN_MS + at))

    def reply(self, message_id: str, session_id: str, at: int = 0, *, model: str = "strong", **data: Any) -> None:
        """Add or change a message of a model's that is whole; `None` takes a field of its away."""
        tokens = {"total": 1250, "input": 1000, "output": 50, "reasoning": 0, "cache": {"write": 0, "read": 200}}
        time = {"created": BEGAN_MS + at, "completed": BEGAN_MS + at + 90}
        whole = {
            "role": "assistant",
            "modelID": model,
            "cost": 0.0025,
            "tokens": tokens,
            "time": time,
            "finish": "stop",
        }
        said = {name: value for name, value in (whole | data).items() if value is not None}
        self._put("message", (message_id, session_id, BEGAN_MS + at, BEGAN_MS + at + 90, json.dumps(said)))

    def prompt(self, session_id: str, words: str, at: int = 0) -> None:
        """Add the first message of a session: what is to be done."""
        message = f"msg_0_{session_id}"
        self._put("message", (message, session_id, BEGAN_MS + at, BEGAN_MS + at, '{"role":"user"}'))
        self.part(f"prt_0_{session_id}", message, session_id, at, {"type": "text", "text": words})

    def part(
        self, part_id: str, message: str, session_id: str, at: int, data: dict[str, Any], *, later: int = 0
    ) -> None:
        """Add or change a part of a message."""
        moments = (BEGAN_MS + at, BEGAN_MS + at + later)
        self._put("part", (part_id, message, session_id, *moments, json.dumps(data, separators=(",", ":"))))

    def call(
        self,
        part_id: str,
        session_id: str,
        child: str | None,
        at: int = 0,
        *,
        status: str = "completed",
        took: int = 400,
        message: str = "msg_m1",
        **state: Any,
    ) -> None:
        """Add or change a call of the task tool."""
        asked = {"description": "Test the parser", "prompt": "Write tests for it.", "subagent_type": "worker"}
        time = {"start": BEGAN_MS + at} | ({"end": BEGAN_MS + at + took} if status in ("completed", "error") else {})
        metadata = {"metadata": {"sessionId": child}} if child else {}
        output = {"output": result(child, "All 6 pass.")} if status == "completed" else {}
        told = {"status": status, "input": asked, "time": time} | metadata | output | state
        data = {"type": "tool", "tool": "task", "callID": f"call_{part_id}", "state": told}
        self.part(part_id, message, session_id, at, data, later=took if "end" in time else 1)

    def run(self, sql: str, *values: Any) -> None:
        """Run any statement."""
        self._connection.execute(sql, values)
        self._connection.commit()

    def _put(self, table: str, row: tuple[Any, ...]) -> None:
        places = ", ".join("?" * len(row))
        columns = [column for (_, column, *_) in self._connection.execute(f"pragma table_info({table})")]
        kept = ", ".join(f"{column} = excluded.{column}" for column in columns[1:])
        self.run(f"insert into {table} values ({places}) on conflict (id) do update set {kept}", *row)


def result(child: str | None, words: str) -> str:
    """Return a result of the task tool."""
    return f'<task id="{child}" state="completed">\n<task_result>\n{words}\n</task_result>\n</task>'


def with_one_spawn(path: Path) -> OpencodeDatabase:
    """Return a database in which a session has had one agent do one task."""
    database = OpencodeDatabase(path)
    database.session("ses_main")
    database.reply("msg_m1", "ses_main", 10, finish="tool-calls")
    database.session("ses_child", "ses_main", "worker", 90)
    database.prompt("ses_child", "Write tests for it.", 95)
    database.reply("msg_c1", "ses_child", 110, model="cheap", finish="tool-calls")
    database.part("prt_t1", "msg_c1", "ses_child", 120, {"type": "tool", "tool": "bash", "state": {}})
    database.reply("msg_c2", "ses_child", 210, model="cheap")
    database.call("prt_p1", "ses_main", "ses_child", 100)
    return database
