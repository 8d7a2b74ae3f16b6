import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from pipelines.ingest.intake import IngestReport, ingest_sources
from pipelines.progress import SilentProgress
from pipelines.warehouse import Warehouse
from tests.unit.ingest.formats.test_codex import CHILD, CHILD_LINES, META, SPAWN, SPAWNED, TURN
from tests.unit.ingest.formats.test_otel import agent, request

RECORD = {
    "id": "r1",
    "agent": "qa",
    "title": "Tests",
    "task": "Write tests",
    "spawned_at": "2026-03-01T10:00:00Z",
    "finished_at": "2026-03-01T10:05:00Z",
    "model": "claude-haiku-4-5-20251001",
    "model_requested": "haiku",
    "input_tokens": 1_000_000,
    "output_tokens": 0,
    "success": True,
}


def ingest(warehouse: Warehouse, path: Path, *lines: dict[str, Any]) -> IngestReport:
    if lines:
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return ingest_sources(warehouse, [path], SilentProgress())


def task(warehouse: Warehouse, *columns: str) -> tuple[Any, ...]:
    with warehouse.connect() as connection:
        (row,) = connection.execute(f"select {', '.join(columns)} from learning.task_history").fetchall()
    return tuple(row)


def signals(warehouse: Warehouse) -> set[str]:
    with warehouse.connect() as connection:
        return {signal for (signal,) in connection.execute("select signal from learning.outcome_signals")}


def test_record_becomes_a_row_with_its_price(warehouse: Warehouse, tmp_path: Path) -> None:
    assert ingest(warehouse, tmp_path / "a.jsonl", RECORD).spawns_new == 1
    assert task(warehouse, "source", "source_key", "agent_used", "task_title", "task_description", "model_used") == (
        "records",
        "r1",
        "qa",
        "Tests",
        "Tests Write tests",
        "haiku",
    )
    assert task(warehouse, "model_source", "duration_ms", "cost_usd", "is_cost_complete") == (
        "observed",
        300_000,
        1.0,
        True,
    )
    assert signals(warehouse) == {"recorded_success"}


def test_file_read_again_changes_nothing(warehouse: Warehouse, tmp_path: Path) -> None:
    ingest(warehouse, tmp_path / "a.jsonl", RECORD)
    before = task(warehouse, "updated_at")
    again = ingest(warehouse, tmp_path / "a.jsonl", RECORD)
    assert (again.spawns_new, again.spawns_updated) == (0, 0)
    assert task(warehouse, "updated_at") == before


def test_later_record_adds_to_the_earlier_one(warehouse: Warehouse, tmp_path: Path) -> None:
    ingest(warehouse, tmp_path / "a.jsonl", RECORD)
    bare = {key: RECORD[key] for key in ("id", "agent", "task", "spawned_at")}
    ingest(warehouse, tmp_path / "a.jsonl", RECORD, bare | {"success": False, "tool_uses": 3})
    assert task(warehouse, "tool_uses", "model_used", "task_title") == (3, "haiku", "Tests")
    assert signals(warehouse) == {"recorded_failure"}, "what it states replaces"


def test_torn_last_line_waits_for_its_end(warehouse: Warehouse, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    second = json.dumps(RECORD | {"id": "r2"})
    path.write_text(json.dumps(RECORD) + "\n" + second[:40])
    done = ingest(warehouse, path)
    assert (done.lines_read, done.lines_quarantined, done.spawns_new) == (1, 0, 1)
    path.write_text(json.dumps(RECORD) + "\n" + second)
    assert ingest(warehouse, path).spawns_new == 1


def test_bad_line_is_quarantined_and_redacted(warehouse: Warehouse, tmp_path: Path) -> None:
    secret = "hunter" + "22"
    done = ingest(warehouse, tmp_path / "a.jsonl", RECORD, {"id": 1, "note": f"DB_PASSWORD={secret}"})
    assert (done.lines_read, done.lines_loaded, done.lines_quarantined) == (2, 1, 1)
    with warehouse.connect() as connection:
        row = connection.execute("select line_number, reason, excerpt from learning.ingest_quarantine").fetchone()
    assert row is not None
    assert row[0] == 2
    assert secret not in row[2]


def test_secrets_in_any_field_are_not_stored(warehouse: Warehouse, tmp_path: Path) -> None:
    secret = "gh" + "p_" + "aB3dE6gH9" * 4
    fields = dict.fromkeys(
        ("id", "agent", "title", "task", "project", "session_id", "model", "status", "error"), f"x {secret}"
    )
    ingest(warehouse, tmp_path / f"{secret}.jsonl", RECORD | fields)
    with warehouse.connect() as connection:
        for table in ("task_history", "outcome_signals", "ingest_files"):
            assert secret not in repr(connection.execute(f"select * from learning.{table}").fetchall())


def test_parent_outside_the_log_is_left_out(warehouse: Warehouse, tmp_path: Path) -> None:
    ingest(warehouse, tmp_path / "a.jsonl", RECORD | {"parent_id": "elsewhere"})
    assert task(warehouse, "parent_task_id") == (None,)


def test_parent_in_the_log_is_linked(warehouse: Warehouse, tmp_path: Path) -> None:
    ingest(warehouse, tmp_path / "a.jsonl", RECORD | {"id": "child", "parent_id": "r1"}, RECORD)
    with warehouse.connect() as connection:
        linked = connection.execute(
            "select parent.source_key from learning.task_history as child"
            " join learning.task_history as parent on parent.id = child.parent_task_id"
        ).fetchall()
    assert linked == [("r1",)]


def test_decision_and_propensity_are_kept(warehouse: Warehouse, tmp_path: Path) -> None:
    decision = "6a2f41a3-c54c-fce8-32d2-0324e1c32e22"
    ingest(warehouse, tmp_path / "a.jsonl", RECORD | {"decision_id": decision, "propensity": 0.25})
    assert task(warehouse, "decision_id::text", "propensity") == (decision, 0.25)


def test_spans_become_rows(warehouse: Warehouse, tmp_path: Path) -> None:
    ingest(warehouse, tmp_path / "traces.json", request(agent(request__model="claude-sonnet-4-6")))
    assert task(warehouse, "source", "source_key", "model_used", "project") == ("otel", "t1:a1", "sonnet", "shop")


FILES = {
    "parent": [META, TURN, SPAWN, SPAWNED],
    "agent": CHILD_LINES,
    "growing agent": CHILD_LINES[:4],
}


@pytest.mark.parametrize("order", [*itertools.permutations(["parent", "agent"]), ("growing agent", "parent", "agent")])
def test_codex_threads_in_any_order_make_one_row(warehouse: Warehouse, tmp_path: Path, order: tuple[str, ...]) -> None:
    for name in order:
        ingest(warehouse, tmp_path / f"rollout-{name.rpartition(' ')[2]}.jsonl", *FILES[name])
    row = task(warehouse, "source_key", "agent_used", "model_resolved", "model_requested", "input_tokens", "status")
    assert row == (CHILD, "worker", "gpt-5.4-mini", "gpt-5.4-mini", 300, "completed")
    assert task(warehouse, "model_parent", "task_description") == ("gpt-5.4", "Fix the login")
    assert signals(warehouse) == {"result_returned"}
