"""What follows a result, and where a signal's evidence stands."""

from pathlib import Path
from typing import Any

import pytest

from pipelines.warehouse import Warehouse
from tests.transcripts import Transcript


def _session(report: str = "Done.", **result: Any) -> Transcript:
    log = Transcript()
    log.spawn(subagent_type="builder")
    log.result(report=report, status="completed", agentId="a1", **result)
    return log


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("User rejected tool use", {"user_rejected"}),
        ("Error: Agent type 'x' not found", {"launch_failed"}),
        ("Sibling tool call errored", {"sibling_failed"}),
    ],
)
def test_an_error_is_told_by_whose_it_is(
    message: str, expected: set[str], tmp_path: Path, ingest: Any, tasks: Any, signals: Any
) -> None:
    log = Transcript()
    log.spawn()
    log.error(message)
    log.write(tmp_path)
    ingest(tmp_path)
    assert signals("toolu_01") == expected
    assert tasks()["toolu_01"]["is_error"]
    assert tasks()["toolu_01"]["error_message"] == message


def test_a_result_is_used_when_the_parent_goes_on(tmp_path: Path, ingest: Any, signals: Any) -> None:
    log = _session()
    log.write(tmp_path)
    ingest(tmp_path)
    assert signals("toolu_01") == {"result_returned"}
    log.says("Good, on to the next.")
    log.write(tmp_path)
    ingest(tmp_path)
    assert signals("toolu_01") == {"result_returned", "result_used"}


def test_a_parent_that_does_it_itself_is_noted_and_one_that_reads_on_is_not(
    tmp_path: Path, ingest: Any, signals: Any
) -> None:
    log = _session()
    log.says("The agent could not find the file. Let me search for it directly.")
    log.write(tmp_path)
    ingest(tmp_path)
    assert {"parent_redid", "parent_alarm"} <= signals("toolu_01")
    other = Transcript(session="1d5f8a52-6f2e-4b43-8a30-1f0b6d1f7a01")
    other.spawn("toolu_02")
    other.result("toolu_02", status="completed", agentId="a2")
    other.says("Good. Let me read the file directly to see how the test failed.")
    other.user("fine, go on")
    other.write(tmp_path)
    ingest(tmp_path)
    assert signals("toolu_02") == {"result_returned", "result_used"}


def test_pushback_counts_only_as_the_next_word_of_the_user(tmp_path: Path, ingest: Any, signals: Any) -> None:
    log = _session()
    log.says("It is done.")
    log.user("No, that's wrong: the limit is elsewhere")
    log.write(tmp_path)
    ingest(tmp_path)
    assert "user_pushback" in signals("toolu_01")


@pytest.mark.parametrize(("output", "expected"), [("3 passed", "test_passed_after"), ("1 failed", "test_failed_after")])
def test_the_test_after_a_spawn_that_wrote_judges_it(
    output: str, expected: str, tmp_path: Path, ingest: Any, signals: Any
) -> None:
    log = Transcript()
    for key, tool in (("toolu_01", "Edit"), ("toolu_02", "Read")):
        log.spawn(key)
        child = log.child_says(key)
        child["data"]["message"]["message"]["content"] = [{"type": "tool_use", "id": "t", "name": tool, "input": {}}]
        log.result(key, status="completed", agentId=f"a{key[-1]}")
    log.says({"type": "tool_use", "id": "toolu_t", "name": "Bash", "input": {"command": "cd x && pytest -q"}})
    log.returned("toolu_t", output, {"stdout": output})
    log.write(tmp_path)
    ingest(tmp_path)
    assert expected in signals("toolu_01")
    assert expected not in signals("toolu_02"), "it wrote nothing"


def test_a_respawn_marks_the_first(tmp_path: Path, ingest: Any, signals: Any) -> None:
    log = _session()
    log.spawn("toolu_02", subagent_type="builder")
    log.write(tmp_path)
    ingest(tmp_path)
    assert "respawned_in_session" in signals("toolu_01")
    assert "respawned_in_session" not in signals("toolu_02")


def test_feedback_survives_another_reading(tmp_path: Path, ingest: Any, signals: Any, warehouse: Warehouse) -> None:
    log = _session()
    log.write(tmp_path)
    ingest(tmp_path)
    with warehouse.connect() as connection:
        connection.execute(
            "insert into learning.outcome_signals (task_id, signal) "
            "select id, 'feedback_bad' from learning.task_history"
        )
    log.says("On.")
    log.write(tmp_path)
    ingest(tmp_path)
    assert {"feedback_bad", "result_used"} <= signals("toolu_01")


def test_evidence_stands_where_it_is_said(tmp_path: Path, ingest: Any, warehouse: Warehouse) -> None:
    log = _session()
    log.write(tmp_path)
    ingest(tmp_path)
    with warehouse.connect() as connection:
        rows = connection.execute("select evidence_file, evidence_line from learning.outcome_signals").fetchall()
    assert rows == [(f"{log.session}.jsonl", 2)]


SECRET = "sk-ant-api03-" + "Ab1dE2fG3" * 8


def test_no_secret_is_stored_anywhere(tmp_path: Path, ingest: Any, warehouse: Warehouse) -> None:
    log = Transcript()
    log.spawn(description=f"Use {SECRET}", prompt=f"The key is {SECRET}.", subagent_type=SECRET, model=SECRET)
    log.error(f"Failed with {SECRET}")
    log.spawn("toolu_02")
    log.notified("a1", report=f"API Error: 401 {SECRET}")
    for line in log.lines:
        line["cwd"] = f"/home/somebody/{SECRET}"
    path = log.write(tmp_path / SECRET)
    path.write_bytes(path.read_bytes() + b'{"broken": "' + SECRET.encode() + b"\n")
    report = ingest(tmp_path)
    assert report.lines_quarantined == 1
    with warehouse.connect() as connection:
        for table in ("task_history", "spawn_facts", "outcome_signals", "ingest_files", "ingest_quarantine"):
            dump = connection.execute(f"select string_agg(t::text, ' ') from learning.{table} t").fetchone()
            assert SECRET not in str(dump), table
    assert ingest(tmp_path).files_read == 0, "a path that was redacted is known again"
