"""What opencode's database says of the agents in it, and how it is read."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.ingest.facts import Facts, join, told
from pipelines.ingest.files.find import find_logs
from pipelines.ingest.files.mark import Mark
from pipelines.ingest.files.scan import Scan, scan
from pipelines.ingest.sources.opencode import look as look_module
from pipelines.ingest.sources.opencode.look import LATE_MS
from tests.opencode_database import BEGAN_MS, OpencodeDatabase, result, with_one_spawn


@pytest.fixture
def database(tmp_path: Path) -> Iterator[OpencodeDatabase]:
    made = with_one_spawn(tmp_path / "opencode.db")
    yield made
    made.close()


def read(path: Path, known: Mark | None = None) -> Scan:
    (log,) = find_logs([path]).files
    return scan(log, known)


def spawns(database: OpencodeDatabase) -> dict[str, dict[str, Any]]:
    return {key: told(facts) for key, facts in read(database.path).facts.items()}


def sign(stated: dict[str, Any]) -> str:
    ((kind, _, _),) = stated["signals 0"]
    return str(kind)


def test_a_spawn_is_told_with_the_model_that_worked(database: OpencodeDatabase) -> None:
    found = read(database.path.parent)
    assert (found.source, found.counts["loaded"], found.warnings) == ("opencode", 1, [])
    stated = told(found.facts["ses_child"])
    wanted = {"agent": "worker", "model": "cheap", "parent_model": "strong", "duration_ms": 400, "tool_uses": 1}
    wanted |= {"cost_usd": 0.005, "project": "/home/ann/orchard", "session": "ses_main", "version": "1.18.33"}
    wanted |= {"spawned_ms": BEGAN_MS + 100, "finished_ms": BEGAN_MS + 500, "status": "completed"}
    assert {field: stated[field] for field in wanted} == wanted
    assert (stated["title"], stated["task"]) == ("Test the parser", "Write tests for it.")
    assert sign(stated) == "result_returned"
    messages = found.facts["ses_child"]["messages"]
    assert messages == {
        "msg_c1": [1, 50, BEGAN_MS + 110, "cheap", 1000, 200, 0, 0],
        "msg_c2": [1, 50, BEGAN_MS + 210, "cheap", 1000, 200, 0, 0],
    }


def test_what_was_thought_is_put_out(database: OpencodeDatabase) -> None:
    tokens = {"input": 100, "output": 50, "reasoning": 30, "cache": {"write": 0, "read": 0}}
    database.reply("msg_c1", "ses_child", 110, tokens=tokens)
    database.reply("msg_c2", "ses_child", 210, tokens=tokens | {"total": 150})
    messages = read(database.path).facts["ses_child"]["messages"]
    assert [messages[key][1] for key in ("msg_c1", "msg_c2")] == [80, 50]


def test_a_running_agent_is_unknown_until_it_ends(database: OpencodeDatabase) -> None:
    database.call("prt_p1", "ses_main", "ses_child", 100, status="running")
    database.run("delete from message where id = 'msg_c2'")
    early = read(database.path)
    stated = told(early.facts["ses_child"])
    assert (stated.get("status"), stated.get("duration_ms"), sign(stated)) == (None, None, "no_result")
    database.reply("msg_c2", "ses_child", 210, model="cheap")
    database.call("prt_p1", "ses_main", "ses_child", 100)
    later = read(database.path, early.mark)
    assert join(early.facts["ses_child"], later.facts["ses_child"]) == read(database.path).facts["ses_child"]


def test_only_what_is_new_is_read(database: OpencodeDatabase) -> None:
    database.reply("msg_m2", "ses_main", 2 * LATE_MS)
    first = read(database.path)
    database.session("ses_other", "ses_main", "scout", 2 * LATE_MS)
    second = read(database.path, first.mark)
    assert set(second.facts) == {"ses_other"}
    database.reply("msg_m3", "ses_main", 4 * LATE_MS)
    third = read(database.path, second.mark)
    assert not read(database.path, third.mark).facts


@pytest.mark.parametrize("late", [False, True], ids=["by its row", "by its time"])
def test_a_row_is_news_by_either(database: OpencodeDatabase, late: bool) -> None:
    first = read(database.path)
    if late:  # a row that was read before has changed
        database.reply("msg_c1", "ses_child", 110, model="cheap", cost=0.01)
        database.run("update message set time_updated = ? where id = 'msg_c1'", time.time_ns() // 1_000_000)
    else:  # a new row that bears an old time, of a session that was brought in
        database.reply("msg_c3", "ses_child", 150, model="cheap", cost=0.0075)
    assert told(read(database.path, first.mark).facts["ses_child"])["cost_usd"] == 0.0125


def test_another_database_in_its_place_is_read_from_the_beginning(database: OpencodeDatabase, tmp_path: Path) -> None:
    first = read(database.path)
    other = OpencodeDatabase(tmp_path / "other" / "opencode.db")
    other.session("ses_old", at=-9_000_000)
    other.session("ses_aged", "ses_old", "worker", -8_000_000)
    assert set(read(other.path, first.mark).facts) == {"ses_aged"}
    other.close()


def test_a_large_database_is_read_in_looks(database: OpencodeDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        database.session(f"ses_n{number}", "ses_main", "worker", 600 + number)
    whole = read(database.path)
    monkeypatch.setattr(look_module, "SPAWNS_A_LOOK", 2)
    parts, mark = [], None
    while mark is None or parts[-1].is_partial:
        parts.append(read(database.path, mark))
        mark = parts[-1].mark
    assert [len(part.facts) for part in parts] == [2, 2, 2]
    joined: dict[str, Facts] = {}
    for part in parts:
        joined |= part.facts
    assert joined == whole.facts
    assert mark.memory == whole.mark.memory


def test_an_agent_that_goes_on_is_another_spawn(database: OpencodeDatabase) -> None:
    database.call("prt_p2", "ses_main", "ses_child", 900, took=300)
    database.reply("msg_c3", "ses_child", 950, model="strong", cost=0.03)
    found = read(database.path).facts
    assert set(found) == {"ses_child", "ses_child:prt_p2"}
    assert set(found["ses_child"]["messages"]) == {"msg_c1", "msg_c2"}
    again = told(found["ses_child:prt_p2"])
    assert (again["model"], again["cost_usd"], again["duration_ms"]) == ("strong", 0.03, 300)


def test_agents_within_agents_have_parents(database: OpencodeDatabase) -> None:
    database.session("ses_inner", "ses_child", "scout", 130)
    database.call("prt_p2", "ses_child", "ses_inner", 125, message="msg_c1")
    stated = spawns(database)["ses_inner"]
    assert (stated["parent"], stated["parent_model"]) == ("ses_child", "cheap")


def test_what_a_plugin_opens_has_no_call(database: OpencodeDatabase) -> None:
    database.session("ses_plugin", "ses_main", "oracle", 600)
    database.prompt("ses_plugin", "Judge the plan.", 610)
    database.reply("msg_g1", "ses_plugin", 620)
    stated = spawns(database)["ses_plugin"]
    assert (stated["agent"], stated["status"], sign(stated)) == ("oracle", "completed", "result_returned")
    assert stated["task"].endswith("Judge the plan.")


@pytest.mark.parametrize(
    ("state", "wanted"),
    [
        ({"output": result("ses_child", "")}, "empty_report"),
        ({"output": "All pass.\n\n<task_metadata>\nsession_id: ses_child\n</task_metadata>"}, "result_returned"),
        ({"status": "error", "error": "Tool execution aborted"}, "user_interrupted"),
        ({"status": "error", "error": "The user rejected permission to use this specific tool call."}, "user_rejected"),
        ({"status": "error", "error": "API Error: 529 overloaded"}, "api_error"),
    ],
)
def test_the_result_tells_how_it_went(database: OpencodeDatabase, state: dict[str, Any], wanted: str) -> None:
    status = state.pop("status", "completed")
    database.call("prt_p1", "ses_main", "ses_child", 100, status=status, **state)
    assert sign(spawns(database)["ses_child"]) == wanted


@pytest.mark.parametrize(
    ("error", "wanted"),
    [
        ({"name": "APIError", "data": {"message": "Bad gateway"}}, "api_error"),
        ({"name": "ProviderAuthError", "data": {"message": "no key"}}, "login_expired"),
        ({"name": "UnknownError", "data": {"message": "You've hit your usage limit"}}, "usage_limit"),
    ],
)
def test_an_error_of_the_last_message_explains_silence(
    database: OpencodeDatabase, error: dict[str, Any], wanted: str
) -> None:
    nothing = {"input": 0, "output": 0, "reasoning": 0, "cache": {"write": 0, "read": 0}}
    database.run("delete from message where session_id = 'ses_child'")
    database.reply("msg_c1", "ses_child", 110, model="cheap", tokens=nothing, cost=0, error=error, finish=None)
    database.call("prt_p1", "ses_main", "ses_child", 100, output=result("ses_child", ""))
    found = read(database.path).facts["ses_child"]
    assert sign(told(found)) == wanted
    assert told(found)["model"] == "cheap", "the one that was asked"
    assert "messages" not in found
    assert "cost_usd" not in told(found)


def test_an_agent_that_is_not_there_never_started(database: OpencodeDatabase) -> None:
    database.call("prt_p2", "ses_main", None, 600, status="error", error="Unknown agent type: x is not a valid type")
    assert sign(spawns(database)["prt_p2"]) == "launch_failed"


@pytest.mark.parametrize(
    "data", ["{", "[]", '{"type":"tool","tool":"task"}', '{"type":"tool","tool":"task","state":7}']
)
def test_parts_that_hold_anything_harm_nothing(database: OpencodeDatabase, data: str) -> None:
    database.run("insert into part values ('prt_x', 'msg_m1', 'ses_main', 5, 5, ?)", data)
    assert set(read(database.path).facts) == {"ses_child"}


def test_reading_leaves_no_trace(database: OpencodeDatabase) -> None:
    folder = database.path.parent
    assert read(database.path).facts
    assert {path.name for path in folder.iterdir()} == {"opencode.db", "opencode.db-wal", "opencode.db-shm"}
    crashed = folder / "crashed"
    crashed.mkdir()
    for suffix in ("", "-wal"):
        shutil.copy(f"{database.path}{suffix}", crashed)
    assert set(read(crashed / "opencode.db").facts) == {"ses_child"}, "what only the log holds is read"
    assert {path.name for path in crashed.iterdir()} == {"opencode.db", "opencode.db-wal"}
    database.close()
    before = database.path.read_bytes()
    assert set(read(database.path).facts) == {"ses_child"}
    assert {path.name for path in folder.iterdir() if path.is_file()} == {"opencode.db"}
    assert database.path.read_bytes() == before


def test_a_database_of_somebody_else_is_said(tmp_path: Path, database: OpencodeDatabase) -> None:
    database.run("alter table part rename to piece")
    result = read(database.path)
    assert "not a database of opencode's" in result.warnings[0]
    damaged = tmp_path / "damaged" / "opencode.db"
    damaged.parent.mkdir()
    damaged.write_bytes(b"SQLite format 3\0" + bytes(5_000))
    assert read(damaged).warnings
