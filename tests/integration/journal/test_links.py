"""Decisions find their spawns, whatever a client's log calls them."""

import json
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import recommender
from pipelines.ingest.intake import ingest_sources
from pipelines.journal import load
from pipelines.journal.load import ASKED_WITHIN, CALL_WITHIN, LOOKBACK, load_journal
from pipelines.progress import SilentProgress
from pipelines.purge.removal import remove
from pipelines.purge.scope import Scope
from pipelines.warehouse import Warehouse, named_sql
from recommender.home import snapshot_file
from recommender.hooks.hook import pre_spawn
from recommender.journal.notes import decision_counts, feedback, last_id, note
from recommender.lookup import default_recommender
from recommender.snapshot_file import write_snapshot
from recommender.text.task_text import task_text, text_hash
from tests.integration.journal.test_load_journal import decision, rows, signals, spawn
from tests.opencode_database import BEGAN_MS, with_one_spawn
from tests.support.snapshots import TESTING, best, learned_snapshot, trial
from tests.unit.ingest.formats import test_codex as codex
from tests.unit.ingest.formats import test_otel_dialects as claudes

LINKED = (
    "select tool_use_id, task.source from learning.recommendation_log join learning.task_history task on task_id = id"
)


def lines(path: Path, *each: dict[str, Any]) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(json.dumps(line) + "\n" for line in each))


def codex_log(folder: Path) -> tuple[str, datetime]:
    lines(folder / "parent.jsonl", codex.META, codex.TURN, codex.SPAWN, codex.SPAWNED)
    lines(folder / "child.jsonl", *codex.CHILD_LINES)
    return "call_1", datetime(2026, 3, 1, 10, tzinfo=UTC)


def opencode_log(folder: Path) -> tuple[str, datetime]:
    with_one_spawn(folder / "opencode.db").close()
    return "call_prt_p1", datetime.fromtimestamp(BEGAN_MS / 1000, UTC)


def spans_log(folder: Path) -> tuple[str, datetime]:
    own = claudes.answer("r1", "runs", agent_id=claudes.AGENT)
    lines(folder / "spans.jsonl", claudes.spans(claudes.TURN, claudes.CALL, claudes.RUNS, own))
    return "toolu_1", datetime.fromtimestamp(claudes.BEGIN / claudes.SECOND, UTC)


def events_log(folder: Path) -> tuple[str, datetime]:
    end = claudes.event("subagent_completed", 9, agent_id=claudes.AGENT, agent_type="tester", duration_ms=3000)
    lines(folder / "events.jsonl", claudes.event("api_request", 7, **claudes.REQUEST), end, claudes.result())
    return "toolu_1", datetime.fromtimestamp(claudes.BEGIN / claudes.SECOND, UTC)


@pytest.mark.parametrize("log", [codex_log, opencode_log, spans_log, events_log])
def test_a_hooks_decision_and_a_persons_word_find_the_spawn_that_the_log_keys_by_its_agent(
    warehouse: Warehouse, tmp_path: Path, log: Callable[[Path], tuple[str, datetime]]
) -> None:
    call, at = log(tmp_path / "logs")
    decision(call, at=at.isoformat())
    feedback(call, is_good=False)
    assert load_journal(warehouse).decisions_linked == 0
    ingest_sources(warehouse, [tmp_path / "logs"], SilentProgress())
    assert load_journal(warehouse).decisions_linked == 1
    assert [tool_use for tool_use, _ in rows(warehouse, LINKED)] == [call]
    assert "feedback_bad" in signals(warehouse)
    assert (load_journal(warehouse).decisions_linked, len(rows(warehouse, LINKED))) == (0, 1)
    with warehouse.connect() as connection:
        connection.execute("delete from learning.recommendation_log")
        knows = named_sql(load.__file__, "knows_task")
        assert [connection.execute(knows, {"target": each}).fetchone() for each in (call, "x")] == [(True,), (False,)]


def test_a_log_that_was_read_before_calls_were_kept_is_read_once_more(warehouse: Warehouse, tmp_path: Path) -> None:
    upgrade = Path("pipelines/warehouse/migrations/versions/0023_call_ids.sql").read_text().rpartition("--")[2]
    for log in (codex_log, opencode_log, spans_log):
        log(tmp_path / "logs")
    ingest_sources(warehouse, [tmp_path / "logs"], SilentProgress())
    with warehouse.connect() as connection:
        connection.execute("update learning.spawn_facts set facts = facts #- '{told,call_id}'")
        connection.execute("update learning.task_history set call_id = null")
        connection.execute(b"--" + upgrade.encode())
    assert ingest_sources(warehouse, [tmp_path / "logs"], SilentProgress()).spawns_updated == 3
    assert len(rows(warehouse, "select from learning.task_history where call_id is not null")) == 3


@pytest.mark.parametrize(("after", "is_linked"), [(CALL_WITHIN, True), (CALL_WITHIN * 1.01, False)])
def test_a_call_that_is_only_numbered_is_not_one_of_another_time(
    warehouse: Warehouse, after: timedelta, is_linked: bool
) -> None:
    now = datetime.now(UTC) - timedelta(hours=9)
    decision("call_0", at=now.isoformat(), session_id="s1")
    spawn(warehouse, "thread", "haiku", call_id="call_0", created_at=now + after)
    assert load_journal(warehouse).decisions_linked == is_linked


def test_of_two_calls_of_one_number_the_one_of_the_session_is_meant(warehouse: Warehouse) -> None:
    decision("call_0", session_id="s1")
    spawn(warehouse, "others", "opus", call_id="call_0", session_id="s0")
    spawn(warehouse, "own", "haiku", call_id="call_0", session_id="s1")
    load_journal(warehouse)
    assert rows(warehouse, "select resolved_model from learning.recommendation_log") == [("haiku",)]


def test_a_purge_takes_the_decision_and_the_word_on_a_call_along(warehouse: Warehouse) -> None:
    spawn(warehouse, "thread-of-nobody", "haiku", call_id="call_of_nobody_else", session_id="s1")
    decision("call_of_nobody_else")
    feedback("call_of_nobody_else", is_good=True)
    load_journal(warehouse)
    with warehouse.connect() as connection:
        removal = remove(connection, Scope(datetime.now(UTC) + timedelta(hours=1), session="s1"))
    assert "call_of_nobody_else" in removal.ids
    assert rows(warehouse, "select from learning.recommendation_log") == []
    assert rows(warehouse, "select from learning.feedback") == []


@pytest.fixture
def on_trial() -> None:
    """Publish a running trial of QA_TESTER's haiku for opus."""
    default_recommender.cache_clear()
    snapshot = replace(learned_snapshot(), best=(best("QA_TESTER", 0, "opus"),), trials=(trial(cap=10_000),))
    write_snapshot(snapshot_file(), snapshot)


def ask(task: str = TESTING, agent: str | None = "QA_TESTER") -> recommender.Recommendation:
    return recommender.recommend(task, agent, parent_model="opus")


def began(warehouse: Warehouse, key: str, model: str, later: timedelta = timedelta(minutes=1), **more: Any) -> str:
    """Put the spawn of what was asked into the history, as Claude Code's logs tell it: the description goes first."""
    text = task_text("Kalman tests", TESTING)
    told = {"task_title": "Kalman tests", "task_description": text, "task_hash": text_hash(text)}
    return spawn(warehouse, key, model, **told | {"created_at": datetime.now(UTC) + later} | more)


FOUND = "select decision_id::text, task_id::text from learning.recommendation_log where task_id is not null"


@pytest.mark.parametrize("text", [TESTING, f"Kalman tests\n{TESTING}"])
@pytest.mark.parametrize("model", ["haiku", "opus"])
def test_a_drawn_answer_finds_the_spawn_that_was_asked_about(
    warehouse: Warehouse, on_trial: None, text: str, model: str
) -> None:
    answer = ask(text)
    assert answer.trial_id == "t"
    load_journal(warehouse)
    task = began(warehouse, "toolu_1", model, model_source="observed")
    assert load_journal(warehouse).decisions_linked == 1
    assert rows(warehouse, FOUND) == [(answer.decision_id, task)]
    ((compliance,),) = rows(warehouse, "select compliance from learning.decision_ledger")
    expected = {True: "followed", False: "no_change"}[answer.is_change]
    assert compliance == (expected if model == answer.model else "ignored" if answer.is_change else "no_change")
    propensity = rows(warehouse, "select propensity, decision_id::text from learning.task_history")
    assert propensity == [(0.5, answer.decision_id) if model == answer.model else (None, None)]
    assert load_journal(warehouse).decisions_linked == 0


@pytest.mark.parametrize(
    ("later", "more"),
    [
        (timedelta(seconds=-1), {}),
        (ASKED_WITHIN * 1.1, {}),
        (timedelta(minutes=1), {"agent_used": "another"}),
        (timedelta(minutes=1), {"task_hash": "other", "task_description": "Something else"}),
        (timedelta(minutes=1), {"task_title": "Kalman"}),
    ],
)
def test_another_spawn_is_not_taken_for_the_one_that_was_asked_about(
    warehouse: Warehouse, on_trial: None, later: timedelta, more: dict[str, Any]
) -> None:
    ask()
    began(warehouse, "toolu_1", "haiku", later, **more)
    assert load_journal(warehouse).decisions_linked == 0


@pytest.mark.parametrize(("share", "is_found"), [(0.9, True), (1.1, False)])
def test_spawns_are_looked_for_as_long_as_logs_are_kept(warehouse: Warehouse, share: float, is_found: bool) -> None:
    then = datetime.now(UTC) - share * LOOKBACK
    fields = {"mode": "library", "task_hash": text_hash(TESTING), "applied_model": None, "at": then.isoformat()}
    known = {"answered_model": "haiku", "answer_source": "cluster", "agent": "QA_TESTER"}
    note("decision", decision_id=str(uuid.uuid4()), **known | fields)
    began(warehouse, "toolu_1", "haiku", created_at=then)
    assert load_journal(warehouse).decisions_linked == is_found


def test_each_spawn_answers_to_one_question(warehouse: Warehouse, on_trial: None) -> None:
    answers = [ask() for _ in range(3)]
    keys = [began(warehouse, f"toolu_{n}", answer.model, timedelta(seconds=n + 1)) for n, answer in enumerate(answers)]
    began(warehouse, "toolu_more", "opus", timedelta(seconds=9))
    load_journal(warehouse)
    tied = dict(rows(warehouse, FOUND))
    assert sorted(tied.values()) == sorted(keys)
    models = dict(rows(warehouse, "select id::text, model_used from learning.task_history"))
    assert [models[tied[answer.decision_id]] for answer in answers] == [answer.model for answer in answers]


def test_what_a_hook_drew_or_changed_is_the_hooks_and_what_is_recorded_the_records(
    warehouse: Warehouse, on_trial: None
) -> None:
    answer = ask()
    began(warehouse, "toolu_1", "haiku")
    decision("toolu_1")
    recommender.record(TESTING, "QA_TESTER", "opus", decision_id=answer.decision_id)
    load_journal(warehouse)
    sources = "select log.mode, task.source from learning.recommendation_log log join learning.task_history task"
    assert rows(warehouse, f"{sources} on log.task_id = task.id order by 1") == [
        ("enforce", "claude-code"),
        ("library", "record"),
    ]


def test_a_call_that_comes_again_after_a_denial_was_advice_followed(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPAWNWISE_DEADLINE_MS", "60000")
    write_snapshot(snapshot_file(), learned_snapshot())
    given = {"description": "Kalman tests", "prompt": TESTING, "subagent_type": "QA_TESTER"}

    def asked(call: str, session: str = "s1", **more: str) -> dict[str, Any] | None:
        said = {"tool_name": "Agent", "tool_input": given | more, "session_id": session, "tool_use_id": call}
        return pre_spawn(said, "enforce", "deny")

    monkeypatch.setattr("recommender.claude_files.parent_model", lambda *_: "claude-opus-4-6")
    denied = asked("toolu_1")
    assert denied
    assert denied["hookSpecificOutput"]["permissionDecision"] == "deny"
    load_journal(warehouse)  # a night may come between
    assert asked("toolu_2", model="haiku") is None
    assert last_id() == "toolu_2"
    assert [count["decisions"] for count in decision_counts()] == [1]
    for call, more in (("toolu_3", {}), ("toolu_4", {"session": "s2"}), ("toolu_5", {"prompt": "Else"})):
        assert asked(call, model="haiku", **more) is None  # the wish of whoever calls
    refused = {"model_used": None, "model_source": "unknown", "session_id": "s1"}
    first = spawn(warehouse, "toolu_1", "", **refused)
    with warehouse.connect() as connection:
        connection.execute(
            "insert into learning.outcome_signals (task_id, signal) values (%s, 'launch_failed')", [first]
        )
    spawn(warehouse, "toolu_2", "haiku", model_source="observed")
    spawn(warehouse, "toolu_3", "haiku", model_source="observed")
    load_journal(warehouse)
    ledger = "select compliance, asked_model, task_history.source_key from learning.decision_ledger"
    found = rows(warehouse, f"{ledger} left join learning.task_history on task_id = id order by decided_at")
    assert found == [
        ("followed", None, "toolu_2"),
        ("explicit_model", "haiku", "toolu_3"),
        *[("explicit_model", "haiku", None)] * 2,
    ]
    with warehouse.connect() as connection:
        connection.execute("delete from learning.ingest_files")
    before = rows(warehouse, "select t::text from learning.recommendation_log t order by 1")
    load_journal(warehouse)
    assert rows(warehouse, "select t::text from learning.recommendation_log t order by 1") == before
