"""The nightly audit: what is drawn, judged and stored, and what follows for the rates."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.audit.audit_spawns import AuditReport, audit_spawns, draw_spawns, store_verdict
from pipelines.audit.correct import CorrectionReport, correct_outcomes
from pipelines.audit.verdict import Verdict
from pipelines.progress import SilentProgress
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from tests.support.chat_server import ChatServer, running_chat_server

SECRET = "hunter" + "22"
GOOD = json.dumps({"verdict": "good", "fault": None, "confidence": 0.9, "quotation": "I have done"})
BAD = json.dumps({"verdict": "bad", "fault": "agent", "confidence": 0.9, "quotation": "I have done"})
NOT_OWN = json.dumps({"verdict": "bad", "fault": "environment", "confidence": 0.9, "quotation": "I have done"})
OUTCOMES = """
create schema if not exists intermediate;
create table intermediate.int_task_outcomes (
    task_id uuid, outcome text, fault text, evidence text, doubt float8, decided_by_precedence int,
    is_time_possible boolean
);
create view intermediate.int_outcome_probabilities as
select task_id, agent_used as agent_name, model_used as model, outcome as observed
from intermediate.int_task_outcomes as outcomes inner join learning.task_history on id = task_id
where outcome = 'success' or outcomes.fault = 'agent';
"""


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with running_chat_server() as running:
        running.answers = [GOOD]
        yield running


class History:
    """Spawns with their logs and what the rules say of them."""

    def __init__(self, warehouse: Warehouse, folder: Path) -> None:
        self.warehouse, self.folder, self.count = warehouse, folder, 0
        with warehouse.connect() as connection:
            connection.execute(OUTCOMES)

    def add(
        self, report: str | None, outcome: str = "success", precedence: int = 90, fault: str | None = None, **row: Any
    ) -> str:
        self.count += 1
        key, session = f"toolu_{self.count}", f"session-{self.count}"
        path = self.folder / f"{session}.jsonl"
        block = {"type": "tool_result", "tool_use_id": key, "content": report}
        path.write_text(json.dumps({"type": "user", "message": {"content": [block] if report else []}}) + "\n")
        columns = {"id": f"00000000-0000-0000-0000-{self.count:012}", "source": "claude-code", "source_key": key}
        columns |= {"created_at": f"2026-03-01T10:00:{self.count:02}Z", "session_id": session, "task_hash": "h"}
        columns |= {"task_description": f"Task {key}", "agent_used": "qa", "model_used": "haiku"} | row
        with self.warehouse.connect() as connection:
            connection.execute(
                f"insert into learning.task_history ({', '.join(columns)}) values ({', '.join(['%s'] * len(columns))})",
                list(columns.values()),
            )
            connection.execute(
                "insert into learning.ingest_files (path, source, fingerprint, size_bytes, byte_offset)"
                " values (%s, 'claude-code', '', 1, 1)",
                [str(path)],
            )
            connection.execute(
                "insert into intermediate.int_task_outcomes values (%s, %s, %s, 'result_used', 0, %s, true)",
                [columns["id"], outcome, fault, precedence],
            )
        return key

    def signals(self) -> list[tuple[str, str]]:
        return self.rows(
            "select source_key, signal from learning.outcome_signals join learning.task_history on id = task_id"
            " order by source_key, signal"
        )

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.warehouse.connect() as connection:
            return connection.execute(query.encode()).fetchall()

    def audit(self, server: ChatServer, **settings: Any) -> AuditReport:
        chosen = {"judge": "chat", "judge_model": "small", "judge_base_url": server.url} | settings
        return audit_spawns(self.warehouse, Settings(**chosen), SilentProgress())

    def correct(self) -> CorrectionReport:
        return correct_outcomes(self.warehouse)


@pytest.fixture
def history(warehouse: Warehouse, tmp_path: Path) -> History:
    return History(warehouse, tmp_path)


def test_nothing_is_sent_unless_somebody_says_so(history: History, server: ChatServer) -> None:
    history.add("I have done it")
    assert history.audit(server, judge="off").judge == "off"
    assert history.audit(server, judge_calls=0).asked == 0
    assert server.requests == []


def test_verdicts_become_signs_and_unclear_ones_do_not(history: History, server: ChatServer) -> None:
    for number in range(4):
        history.add(f"I have done {number}")
    server.answers = [GOOD, BAD, NOT_OWN, "I cannot tell"]
    assert history.audit(server).verdicts == {"good": 1, "bad": 2, "unclear": 1}
    assert sorted(signal for _, signal in history.signals()) == ["judge_bad", "judge_excused", "judge_good"]
    assert history.audit(server).asked == 0, "what was judged is not judged again"


def test_the_budget_holds_and_tells_how_likely_each_was_to_be_drawn(history: History, server: ChatServer) -> None:
    for number in range(8):
        history.add(f"I have done {number}")
    assert history.audit(server, judge_calls=2).asked == 2
    first = history.rows("select task_id, probability from learning.audits order by 1")
    assert all(0 < chance < 1 for _, chance in first)
    assert history.audit(server, judge_calls=3).asked == 3
    second = dict(history.rows("select task_id, probability from learning.audits"))
    assert len(second) == 5
    assert all(second[task] > chance for task, chance in first), "later nights add to the chance"
    assert history.audit(server, judge_calls=30).asked == 3
    assert set(dict(history.rows("select task_id, probability from learning.audits")).values()) == {1.0}


def test_no_more_dollars_are_spent_than_allowed(history: History, server: ChatServer) -> None:
    for number in range(4):
        history.add(f"I have done {number}")
    report = history.audit(server, judge_model="gpt-4o", judge_dollars=1e-9)
    assert report.asked == 1, "what an answer costs is known when it is there"
    assert report.cost_usd > 0


def test_what_a_person_or_the_program_said_is_not_drawn(history: History, server: ChatServer) -> None:
    history.add("I have done it", precedence=10)
    history.add("I have done it", precedence=20)
    history.add("I have done it", task_description="")
    history.add("I have done it", source="records")
    assert history.audit(server).candidates == 0


def test_equal_evidence_is_judged_once(history: History, server: ChatServer) -> None:
    for _ in range(3):
        history.add("I have done it", task_description="The same task")
    report = history.audit(server)
    assert (report.asked, report.from_cache, len(history.signals())) == (1, 2, 3)


def test_spawn_whose_log_is_gone_is_passed_over(history: History, server: ChatServer) -> None:
    history.add(None)
    report = history.audit(server)
    assert (report.without_evidence, report.asked) == (1, 0)


def test_a_failing_judge_keeps_what_it_judged(history: History, server: ChatServer) -> None:
    for number in range(3):
        history.add(f"I have done {number}")
    server.answers = [GOOD, 401]
    report = history.audit(server)
    assert len(history.signals()) == 1
    assert "SPAWNWISE_JUDGE_BASE_URL" in report.errors[0]
    server.answers = [GOOD]
    assert history.audit(server).asked == 2


def test_a_person_outranks_a_judge(history: History, server: ChatServer, warehouse: Warehouse) -> None:
    history.add("I have done it")
    history.audit(server)
    with warehouse.connect() as connection:
        (task,) = connection.execute("select id from learning.task_history").fetchone() or ()
        store_verdict(connection, task, "success", "x", Verdict("bad", "agent", 1.0), "person", 1.0)
    assert history.signals() == [("toolu_1", "review_bad")]
    report = history.correct()
    assert (report.audits, report.by_person) == (1, 1)
    chances = dict(history.rows("select judge, success_probability from learning.audits"))
    assert chances["person"] < 0.3


def test_without_audits_a_stated_prior_corrects(history: History) -> None:
    assert history.correct() == CorrectionReport()
    history.add("I have done it")
    history.add("I have done it", "failure", 70, "agent")
    report = history.correct()
    assert (report.audits, report.observed_success) == (0, 0.5)
    rates = dict(history.rows("select observed, share_bad from learning.outcome_rates"))
    assert 0.01 < rates["success"] < 0.05, "haiku's, of an agent of which nothing is known"
    assert 0.6 < rates["failure"] < 0.9


def test_audits_move_the_rates_and_the_limits(history: History, server: ChatServer) -> None:
    for number in range(30):
        history.add(f"I have done {number}")
    before = history.correct()
    prior = history.rows("select share_bad, effective_limit from learning.outcome_rates")[0]
    server.answers = [BAD, BAD, GOOD, BAD, GOOD]
    assert history.audit(server).asked == 20
    after = history.correct()
    found = history.rows("select share_bad, effective_limit from learning.outcome_rates")[0]
    assert found[0] > 2 * prior[0]
    assert None not in (before.corrected_success, after.corrected_success)
    assert history.rows(
        "select count_audits, count_bad from learning.audit_rates where agent_name || model = '**'"
    ) == [(20, 3)]


def test_no_secret_is_sent_or_kept(history: History, server: ChatServer) -> None:
    history.add(f"I have done it: DB_PASSWORD={SECRET}")
    history.audit(server)
    ((kept,),) = history.rows("select evidence from learning.audits")
    for text in (server.shown(), kept):
        assert "REDACTED" in text
        assert SECRET not in text


def test_the_draw_prefers_where_little_is_known(history: History, warehouse: Warehouse) -> None:
    for _ in range(6):
        history.add("I have done it")
    history.add("I have done it", agent_used="rare")
    with warehouse.connect() as connection:
        drawn = draw_spawns(connection, "small/2")
    sizes = {each.agent: drawn.size_of[each.task] for each in drawn.order}
    assert sizes["rare"] > sizes["qa"]
