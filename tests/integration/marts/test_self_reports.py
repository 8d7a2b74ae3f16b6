"""What a program says of itself is told apart, whichever way it came."""

import json
from pathlib import Path
from typing import Any

from pipelines.ingest.intake import ingest_sources
from pipelines.journal.load import load_journal
from pipelines.marts.run_dbt import run_dbt
from pipelines.progress import SilentProgress
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from recommender.journal.notes import feedback, record
from tests.integration.journal.test_load_journal import spawn
from tests.support.small_history import insert_signal

RECORD = {"agent": "qa", "task": "Write tests", "spawned_at": "2026-03-01T10:00:00Z", "model": "claude-haiku-4-5"}
END = {"finished_at": "2026-03-01T10:05:00Z"}
RECORDS: dict[str, dict[str, Any]] = {
    "says-success": {"success": True} | END,
    "says-failure": {"success": False} | END,
    "lists-feedback": {"signals": ["feedback_good"]} | END,
    "lists-verdict": {"signals": ["judge_good"]} | END,
    "lists-use": {"signals": ["result_used"]} | END,
    "ended": END,
    "ended-in-error": {"error": "gave up"} | END,
    "person-agrees": {"success": True} | END,
    "person-disagrees": {"signals": ["feedback_good"]} | END,
}


def outcomes(warehouse: Warehouse) -> dict[str, tuple[str, bool]]:
    arguments = ["build", "--selector", "before_estimates", "--exclude-resource-type", "test unit_test"]
    assert run_dbt(warehouse, Settings(), arguments).failures == []
    with warehouse.connect() as connection:
        rows = connection.execute(
            "select history.source_key, tasks.outcome, tasks.is_self_reported from intermediate.int_tasks as tasks"
            " inner join learning.task_history as history on tasks.task_id = history.id"
        ).fetchall()
    return {key: (outcome, is_self_reported) for key, outcome, is_self_reported in rows}


def test_claims_are_told_apart_from_what_was_observed_and_from_a_persons_word(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    lines = [json.dumps(RECORD | {"id": key} | fields) for key, fields in RECORDS.items()]
    (tmp_path / "runs.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    ingest_sources(warehouse, [tmp_path / "runs.jsonl"], SilentProgress())
    record("Write tests", "qa", "haiku", success=True, record_id="journal")
    record("Write tests", "qa", "haiku", success=True, record_id="journal-and-person")
    feedback("journal-and-person", is_good=True)
    feedback("person-agrees", is_good=True)
    feedback("person-disagrees", is_good=False)
    observed = spawn(warehouse, "toolu_1", "haiku")
    with warehouse.connect() as connection:
        insert_signal(connection, observed, "result_used")  # type: ignore[arg-type]
    load_journal(warehouse)

    assert outcomes(warehouse) == {
        "says-success": ("success", True),
        "says-failure": ("failure", True),
        "lists-feedback": ("success", True),
        "lists-verdict": ("success", True),
        "lists-use": ("success", True),
        "ended": ("success", False),
        "ended-in-error": ("failure", False),
        "person-agrees": ("success", False),
        "person-disagrees": ("failure", False),
        "journal": ("success", True),
        "journal-and-person": ("success", False),
        "toolu_1": ("success", False),
    }
