"""What holds for every source, as all come in by one door."""

import json
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.ingest import sources as registry
from pipelines.ingest.files import log_names, recognize
from pipelines.ingest.files.log_file import Origin
from pipelines.ingest.inputs import logs_on_this_machine, sample_folder
from pipelines.ingest.intake import ingest as ingest_inputs
from pipelines.ingest.observations import Call, Message, Return, Seen
from pipelines.ingest.sample import write_sample_home
from pipelines.ingest.source import Head, Rows, Source
from pipelines.ingest.sources import sources
from pipelines.progress import SilentProgress
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from tests.support.transcripts import Transcript

RECORD = {
    "id": "r1",
    "agent": "Explore",
    "title": "Find the parser of dates",
    "task": "Find where dates are parsed in the importer, and say which formats it takes",
    "spawned_at": "2026-03-01T10:00:00Z",
    "finished_at": "2026-03-01T10:05:00Z",
    "session_id": "s",
}


def write(path: Path, *records: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def read_tasks(origin: Origin, memory: dict[str, Any]) -> Rows:
    """Read two rows of a database at a time, from where it was read last."""
    after, told = memory.get("row", 0), list[Any]()
    try:
        with sqlite3.connect(f"file:{origin.path}?mode=ro", uri=True) as database:
            rows = database.execute("select rowid, key, at from tasks where rowid > ? limit 2", [after]).fetchall()
    except sqlite3.Error as error:
        raise OSError(0, str(error)) from None
    for _, key, at in rows:
        told += [
            Call(key, at, "scout", f"Look at {key}"),
            Seen(key, "sessions", "s", at),
            Message(key, "m", 1, 10, at, "claude-haiku-4-5", 100),
            Return(key, at + 1000, 0, "completed", duration_ms=1000),
        ]
    return Rows(told, {"row": rows[-1][0] if rows else after}, len(rows), len(rows), is_partial=len(rows) == 2)


def _is_database(head: Head) -> bool:
    return head.start.startswith(b"SQLite format 3")


@pytest.fixture
def tables(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let there be a source that keeps spawns in a database."""
    source = Source("tables", _is_database, read_rows=read_tasks, suffixes=(".db",))
    known = (*sources(), source)
    monkeypatch.setattr(registry, "sources", lambda: known)
    monkeypatch.setattr(log_names, "sources", lambda: known)
    monkeypatch.setattr(recognize, "sources", lambda: known)
    log_names.other_suffixes.cache_clear()
    yield
    log_names.other_suffixes.cache_clear()


@pytest.mark.usefixtures("tables")
def test_a_database_is_read_on_from_the_row_that_was_read_last(tmp_path: Path, ingest: Any, tasks: Any) -> None:
    with sqlite3.connect(tmp_path / "agents.db") as database:
        database.execute("pragma journal_mode=wal")
        database.execute("create table tasks (key text, at int)")
        database.executemany("insert into tasks values (?, ?)", [(f"t{n}", 1_772_000_000_000 + n) for n in range(5)])
    assert (report := ingest(tmp_path)).spawns_new == 5
    assert (report.lines_read, report.lines_loaded) == (5, 5)
    row = tasks()["t3"]
    assert (row["source"], row["agent_used"], row["model_source"]) == ("tables", "scout", "observed")
    assert (row["duration_ms"], row["status"], row["is_cost_complete"]) == (1000, "completed", True)
    assert ingest(tmp_path).files_read == 0
    database.execute("insert into tasks values ('t5', 1772000000005)")  # it stands in the file beside it at first
    database.commit()
    assert (report := ingest(tmp_path)).spawns_new == 1
    assert report.lines_read == 1
    database.close()


def test_a_file_that_only_looks_like_a_database_is_told(tmp_path: Path, ingest: Any, tables: None) -> None:
    (tmp_path / "agents.db").write_bytes(b"SQLite format 3\0 and no more")
    assert "agents.db cannot be read" in ingest(tmp_path).warnings[0]


def test_real_logs_take_the_place_of_the_sample_however_they_are_read(tmp_path: Path, warehouse: Warehouse) -> None:
    settings = Settings(home=tmp_path / "data", DATABASE_URL=None)
    write_sample_home(sample_folder(settings))
    sampled = settings.model_copy(update={"logs": (sample_folder(settings),)})
    assert ingest_inputs(warehouse, sampled, SilentProgress()).spawns_total > 100
    log = Transcript()
    log.spawn()
    log.write(tmp_path / "real")
    named = settings.model_copy(update={"logs": (tmp_path / "real",)})
    assert ingest_inputs(warehouse, named, SilentProgress()).spawns_total == 1


def test_a_task_that_is_given_out_again_tells_of_the_first_in_every_source(
    tmp_path: Path, ingest: Any, signals: Any
) -> None:
    again = RECORD | {"id": "r2", "title": "Find the parser of dates again", "spawned_at": "2026-03-01T10:10:00Z"}
    ingest(write(tmp_path / "a.jsonl", RECORD, again | {"finished_at": None}))
    assert signals("r1") == {"result_returned", "respawned_in_session"}
    assert signals("r2") == {"no_result"}


def test_what_a_built_in_agent_runs_on_is_guessed_for_its_own_program_only(
    tmp_path: Path, ingest: Any, tasks: Any
) -> None:
    log = Transcript()
    log.spawn(subagent_type="Explore")
    log.write(tmp_path)
    ingest(tmp_path, write(tmp_path / "records.jsonl", RECORD | {"model_parent": "claude-opus-4-6"}))
    found = {row["source"]: (row["model_used"], row["model_source"]) for row in tasks().values()}
    assert found == {"claude-code": ("haiku", "built_in"), "records": ("opus", "parent")}


@pytest.mark.parametrize("is_reversed", [False, True])
def test_records_of_one_spawn_in_two_files_make_one_row_in_any_order(
    tmp_path: Path, ingest: Any, tasks: Any, signals: Any, is_reversed: bool
) -> None:
    first = write(tmp_path / "a.jsonl", RECORD | {"success": True, "tool_uses": 3})
    later = write(tmp_path / "b.jsonl", {**RECORD, "success": False, "model": "claude-haiku-4-5"})
    os.utime(first, (1_772_000_000, 1_772_000_000))
    os.utime(later, (1_772_100_000, 1_772_100_000))
    for path in (later, first) if is_reversed else (first, later):
        ingest(path)
    assert (tasks()["r1"]["tool_uses"], tasks()["r1"]["model_used"]) == (3, "haiku")
    assert signals("r1") == {"recorded_failure"}


def test_a_row_that_an_earlier_version_left_without_facts_keeps_what_it_says(
    tmp_path: Path, ingest: Any, tasks: Any, signals: Any, warehouse: Warehouse
) -> None:
    parent = {**RECORD, "id": "p", "title": "Mend the importer"}
    told = {**RECORD, "parent_id": "p", "success": True, "model": "claude-haiku-4-5", "tool_uses": 3, "project": "shop"}
    ingest(write(tmp_path / "a.jsonl", parent, told))
    before = tasks()["r1"]
    with warehouse.connect() as connection:
        connection.execute("delete from learning.spawn_facts")
        connection.execute("delete from learning.ingest_files")
    bare = {key: told[key] for key in ("id", "agent", "task", "title", "spawned_at")}
    ingest(write(tmp_path / "a.jsonl", bare))
    kept = {column: value for column, value in tasks()["r1"].items() if column not in ("updated_at", "parent_task_id")}
    assert kept == {column: before[column] for column in kept}
    assert signals("r1") == {"recorded_success"}
    ingest(write(tmp_path / "b.jsonl", bare | {"id": "r2", "parent_id": "p"}))
    assert tasks()["r2"]["parent_task_id"] == tasks()["r1"]["parent_task_id"] == tasks()["p"]["id"]


def test_logs_are_looked_for_where_each_source_keeps_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path / "claude"))
    monkeypatch.setenv("CODEX_HOME", str(tmp_path / "codex"))
    (tmp_path / "claude").mkdir()
    write(tmp_path / "claude" / "history.jsonl", {"display": "no session"})
    assert logs_on_this_machine() == ()
    (tmp_path / "codex" / "sessions").mkdir(parents=True)
    write(tmp_path / "codex" / "sessions" / "rollout-1.jsonl", {"type": "session_meta", "payload": {"id": "x"}})
    (tmp_path / "claude" / "projects" / "p").mkdir(parents=True)
    write(tmp_path / "claude" / "projects" / "p" / "s.jsonl", {"type": "user"})
    assert logs_on_this_machine() == (tmp_path / "claude", tmp_path / "codex" / "sessions")
