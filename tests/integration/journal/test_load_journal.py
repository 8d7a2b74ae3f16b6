import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import recommender
from pipelines.commands import stats
from pipelines.journal import files
from pipelines.journal.advice import advice_followed
from pipelines.journal.journal_events import read_event
from pipelines.journal.load import load_journal
from pipelines.warehouse import Warehouse
from recommender.home import journal_folder, snapshot_file
from recommender.journal.notes import feedback, journal_files, note, record
from recommender.lookup import default_recommender
from recommender.snapshot_file import write_snapshot
from tests.support.snapshots import TESTING, learned_snapshot


@pytest.fixture(autouse=True)
def learned() -> Iterator[None]:
    default_recommender.cache_clear()
    write_snapshot(snapshot_file(), learned_snapshot())
    yield
    default_recommender.cache_clear()


def rows(warehouse: Warehouse, statement: str) -> list[tuple[Any, ...]]:
    with warehouse.connect() as connection:
        return connection.execute(statement.encode()).fetchall()


def digest(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    tables = ("task_history", "outcome_signals", "recommendation_log", "feedback", "agent_stops", "ingest_files")
    return [rows(warehouse, f"select t::text from learning.{table} t order by 1") for table in tables]  # type: ignore[misc]


def spawn(warehouse: Warehouse, tool_use_id: str, model: str, **more: Any) -> str:
    """Put a spawn into the history as ingest does."""
    key = str(uuid.uuid4())
    values = {"id": key, "source": "claude-code", "source_key": tool_use_id, "created_at": datetime.now(UTC)}
    values |= {"task_description": TESTING, "task_hash": "h", "agent_used": "QA_TESTER", "model_used": model, **more}
    with warehouse.connect() as connection:
        names, marks = ", ".join(values), ", ".join(["%s"] * len(values))
        connection.execute(
            f"insert into learning.task_history ({names}) values ({marks})".encode(), list(values.values())
        )
    return key


def decision(tool_use_id: str, **fields: Any) -> str:
    """Note a decision as the hook does."""
    key = str(uuid.uuid4())
    known = {"answered_model": "haiku", "answer_source": "cluster", "mode": "enforce", "applied_model": "haiku"}
    known |= {"agent": "QA_TESTER", "cluster_id": 0, "propensity": 0.25, "tool_use_id": tool_use_id}
    note("decision", decision_id=key, **known | fields)
    return key


def signals(warehouse: Warehouse) -> list[str]:
    return [signal for (signal,) in rows(warehouse, "select signal from learning.outcome_signals order by 1")]


def test_loading_twice_changes_nothing(warehouse: Warehouse) -> None:
    recommender.recommend(TESTING, "QA_TESTER")
    feedback(record(TESTING, "QA", "haiku", success=True), is_good=True)
    note("stop", session_id="s", agent_run_id="a", agent="QA", resolved_model="claude-haiku-4-5")
    report = load_journal(warehouse)
    assert (report.lines_read, report.lines_loaded, report.lines_quarantined) == (4, 4, 0)
    before = digest(warehouse)
    assert load_journal(warehouse).lines_read == 0
    assert digest(warehouse) == before
    with warehouse.connect() as connection:
        connection.execute("delete from learning.ingest_files")
    assert load_journal(warehouse).lines_read == 4
    assert digest(warehouse)[:-1] == before[:-1]


def test_a_torn_last_line_waits_for_its_end(warehouse: Warehouse) -> None:
    record(TESTING, "QA", "haiku")
    whole = journal_files()[0].read_bytes()
    journal_files()[0].write_bytes(whole + whole[:40])
    assert load_journal(warehouse).lines_read == 1
    journal_files()[0].write_bytes(whole + whole)
    assert load_journal(warehouse).lines_read == 1
    assert rows(warehouse, "select lines_read, lines_loaded from learning.ingest_files") == [(2, 2)]
    assert len(rows(warehouse, "select id from learning.task_history")) == 1


def test_what_is_no_event_is_quarantined_without_its_text(warehouse: Warehouse) -> None:
    record(TESTING, "QA", "haiku")
    with journal_files()[0].open("ab") as file:
        file.write(b'not json sk-ant-secret\n{"kind": "decision", "reason": "sk-ant-secret"}\n\xff\n\n')
    report = load_journal(warehouse)
    assert (report.lines_loaded, report.lines_quarantined) == (1, 4)
    reasons = rows(warehouse, "select line_number, reason from learning.ingest_quarantine order by 1")
    assert [line for line, _ in reasons] == [2, 3, 4, 5]
    assert "secret" not in str(reasons)
    assert "decision.at: missing" in str(reasons)


def test_a_record_becomes_a_task_with_its_outcome(warehouse: Warehouse) -> None:
    parent = record("Plan the work", "PLANNER", "claude-opus-4-6", record_id="p")
    record(
        TESTING,
        "QA",
        "claude-haiku-4-5-20251001",
        success=False,
        duration_ms=5_000,
        cost_usd=0.2,
        error_message="gave up",
        session_id="s",
        parent_id=parent,
        record_id="c",
        effort="Low",
    )
    load_journal(warehouse)
    found = rows(
        warehouse,
        "select c.agent_used, c.model_used, c.model_resolved, c.is_error, c.duration_ms, c.cost_usd,"
        " c.is_cost_complete, c.session_id, p.source_key, c.effort_used, c.effort_requested,"
        " c.finished_at - c.created_at = interval '5 seconds'"
        " from learning.task_history c join learning.task_history p on c.parent_task_id = p.id",
    )
    assert found == [("QA", "haiku", "claude-haiku-4-5-20251001", True, 5000, 0.2, True, "s", "p", "low", "low", True)]
    assert signals(warehouse) == ["recorded_failure"]
    record(TESTING, "QA", "haiku", success=True, record_id="c")
    load_journal(warehouse)
    assert signals(warehouse) == ["recorded_success"]
    assert len(rows(warehouse, "select id from learning.task_history")) == 2


def test_a_journal_read_in_parts_is_loaded_as_whole(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    key = record(TESTING, "QA", "haiku", success=True)
    for is_good in (True, False, True, False):
        feedback(key, is_good=is_good)
    for model in ("claude-haiku-4-5", "claude-opus-4-1", None):
        note("stop", session_id="s", agent_run_id="a", agent="QA", resolved_model=model)
    decision("toolu_1")
    monkeypatch.setattr(files, "LINES_AT_ONCE", 2)
    report = load_journal(warehouse)
    assert (report.lines_read, report.lines_loaded, report.lines_quarantined) == (9, 9, 0)
    assert signals(warehouse) == ["feedback_bad", "recorded_success"]
    assert rows(warehouse, "select resolved_model from learning.agent_stops") == [("claude-opus-4-1",)]
    in_parts = digest(warehouse)
    with warehouse.connect() as connection:
        connection.execute("truncate learning.agent_stops, learning.feedback, learning.ingest_files")
    monkeypatch.setattr(files, "LINES_AT_ONCE", 10_000)
    load_journal(warehouse)
    assert digest(warehouse)[:-1] == in_parts[:-1]


def test_the_newest_feedback_stands(warehouse: Warehouse) -> None:
    key = record(TESTING, "QA", "haiku", success=True)
    for is_good in (True, False):
        feedback(key, is_good=is_good)
        feedback(key, is_good=is_good)
        load_journal(warehouse)
    assert signals(warehouse) == ["feedback_bad", "recorded_success"]


def test_feedback_waits_for_its_task(warehouse: Warehouse) -> None:
    feedback("toolu_1", is_good=False, remark="it broke the build")
    asked = decision("toolu_2")
    feedback(asked, is_good=True)
    load_journal(warehouse)
    assert signals(warehouse) == []
    spawn(warehouse, "toolu_1", "opus")
    spawn(warehouse, "toolu_2", "haiku")
    load_journal(warehouse)
    assert signals(warehouse) == ["feedback_bad", "feedback_good"]


def test_asked_answered_applied_and_resolved_model_are_kept_apart(warehouse: Warehouse) -> None:
    decision("toolu_1", asked_model=None)
    decision("toolu_2", asked_model="opus", applied_model=None)
    decision("toolu_3", applied_model=None, mode="audit")
    note("stop", session_id="s", agent_run_id="run-1", resolved_model="claude-haiku-4-5")
    load_journal(warehouse)
    spawn(warehouse, "toolu_1", "haiku", agent_run_id="run-1")
    spawn(warehouse, "toolu_2", "opus", model_resolved="claude-opus-4-6")
    spawn(warehouse, "toolu_3", "haiku")
    assert load_journal(warehouse).decisions_linked == 3
    found = rows(
        warehouse,
        "select log.tool_use_id, asked_model, answered_model, applied_model, resolved_model, task.propensity"
        " from learning.recommendation_log log left join learning.task_history task"
        " on task.decision_id = log.decision_id order by 1",
    )
    resolved = rows(warehouse, "select tool_use_id, resolved_model from learning.recommendation_log order by 1")
    assert dict(resolved) == {"toolu_1": "claude-haiku-4-5", "toolu_2": "claude-opus-4-6", "toolu_3": "haiku"}
    assert [row[5] for row in found] == [0.25, None, None]  # only where the answer was what ran


def test_what_was_promised_with_an_answer_is_kept_to_be_held_against_what_came(warehouse: Warehouse) -> None:
    decision("toolu_1", success_rate=0.91, expected_cost_usd=0.02)
    decision("toolu_2")
    load_journal(warehouse)
    query = "select success_rate, expected_cost_usd from learning.recommendation_log order by tool_use_id"
    assert rows(warehouse, query) == [(0.91, 0.02), (None, None)]


def test_a_library_decision_is_tied_to_its_record(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPAWNWISE_DEADLINE_MS", "60000")  # a machine that runs tests may be slow

    class Result:
        success = True

    recommender.spawn_with_learning(lambda *_: Result(), TESTING, "QA_TESTER")
    load_journal(warehouse)
    found = rows(
        warehouse,
        "select log.answered_model, log.resolved_model, task.propensity from learning.recommendation_log log"
        " join learning.task_history task on log.task_id = task.id and task.decision_id = log.decision_id",
    )
    assert found == [("haiku", "haiku", 1.0)]


def test_stats_tell_savings_and_losses(warehouse: Warehouse, capsys: pytest.CaptureFixture[str]) -> None:
    with warehouse.connect() as connection:
        connection.execute(
            "insert into learning.clusterings"
            " (embedding_model, input_fingerprint, cluster_count, task_count, criterion) values ('m', '', 1, 1, '')"
        )
        connection.execute(
            "insert into learning.model_estimates (clustering_version, agent_name, work_type, cluster_id, model,"
            " success_rate, success_low, success_sd, tasks_observed, known_outcomes, effective_n, expected_cost_usd,"
            " log_cost_sd, worth_probability, logit, logit_sd, logit_shared_sd)"
            " select 1, 'QA_TESTER', work_type, cluster_id, model, 1, 1, 0, 9, 9, 9, cost, 0, 0, 2, 0.2, 0.1"
            " from (values ('test', 0, 'opus', 0.50), ('test', -1, 'opus', 0.90), ('*', -1, 'opus', 0.90),"
            " ('test', 0, 'sonnet', 0.30)) as known (work_type, cluster_id, model, cost)"
        )
    for number, (model, success, cost) in enumerate(
        [("haiku", True, 0.1), ("haiku", False, 0.2), ("haiku", None, None), ("opus", True, 0.5)]
    ):
        decision(f"toolu_{number}", baseline_model="opus", work_type="test")
        spawn(warehouse, f"toolu_{number}", model, success=success, cost_usd=cost)
    decision("toolu_never_seen", baseline_model="opus", work_type="test")
    load_journal(warehouse)
    (row,) = advice_followed(warehouse)
    assert (row.decisions, row.spawns_known, row.followed) == (5, 4, 3)
    assert (row.succeeded, row.failed, row.unknown) == (1, 1, 1)
    assert row.saved_usd == pytest.approx(0.4 + 0.3)
    assert row.lost_usd == pytest.approx(0.2)
    stats._print_table([row])
    assert "$0.70" in capsys.readouterr().out


def test_secrets_and_nul_reach_no_table(warehouse: Warehouse) -> None:
    journal_folder().mkdir(parents=True)
    line = {"kind": "record", "at": datetime.now(UTC).isoformat(), "record_id": "r\0", "agent": "A\0", "model": "haiku"}
    line["task_description"] = "use token ghp_" + "a1B2c3D4e5" * 4 + " \0 here"
    (journal_folder() / "2026-01.jsonl").write_text(json.dumps(line) + "\n")
    assert load_journal(warehouse).lines_loaded == 1
    ((text,),) = rows(warehouse, "select task_description from learning.task_history")
    assert "ghp_" not in text


@given(
    st.binary() | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(lambda v: json.dumps(v).encode())
)
def test_no_line_stops_the_load(line: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_event(line)
