import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.judge.nightly import JudgeReport, judge_spawns
from pipelines.progress import SilentProgress
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from tests.support.chat_server import ChatServer, running_chat_server

SECRET = "hunter" + "22"


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with running_chat_server() as running:
        yield running


class History:
    """Spawns with their logs."""

    def __init__(self, warehouse: Warehouse, folder: Path) -> None:
        self.warehouse, self.folder, self.count = warehouse, folder, 0

    def add(
        self, report: str | None, success: bool | None = None, confidence: float | None = None, **columns: Any
    ) -> str:
        self.count += 1
        key, session = f"toolu_{self.count}", f"session-{self.count}"
        path = self.folder / f"{session}.jsonl"
        block = {"type": "tool_result", "tool_use_id": key, "content": report}
        path.write_text(json.dumps({"type": "user", "message": {"content": [block] if report else []}}) + "\n")
        row = {"id": f"00000000-0000-0000-0000-{self.count:012}", "source": "claude-code", "source_key": key}
        row |= {
            "created_at": f"2026-03-01T10:00:{self.count:02}Z",
            "session_id": session,
            "task_description": f"Task {key}",
        }
        row |= {"task_hash": "h", "agent_used": "qa", "success": success, "outcome_confidence": confidence} | columns
        with self.warehouse.connect() as connection:
            connection.execute(
                f"insert into learning.task_history ({', '.join(row)}) values ({', '.join(['%s'] * len(row))})",
                list(row.values()),
            )
            connection.execute(
                "insert into learning.ingest_files (path, source, fingerprint, size_bytes, byte_offset)"
                " values (%s, 'claude-code', '', 1, 1)",
                [str(path)],
            )
        return key

    def signals(self) -> list[tuple[str, str, float]]:
        with self.warehouse.connect() as connection:
            return connection.execute(
                "select source_key, signal, round(strength::numeric, 2)::float8 from learning.outcome_signals"
                " join learning.task_history on id = task_id order by source_key, signal"
            ).fetchall()


@pytest.fixture
def history(warehouse: Warehouse, tmp_path: Path) -> History:
    return History(warehouse, tmp_path)


def judge(history: History, server: ChatServer, **settings: Any) -> JudgeReport:
    chosen = {"judge_model": "small", "judge_base_url": server.url} | settings
    return judge_spawns(history.warehouse, Settings(**chosen), SilentProgress())


def test_judge_is_off_unless_a_model_is_named(history: History, server: ChatServer) -> None:
    history.add("Done")
    assert not judge(history, server, judge_model=None).is_on
    assert server.requests == []
    assert history.signals() == []


def test_unknown_spawns_are_judged_and_known_ones_are_not(history: History, server: ChatServer) -> None:
    key = history.add("Done")
    history.add("Done", success=True, outcome_confidence=0.7)
    history.add("Done", success=False, outcome_confidence=0.7)
    history.add("Stopped", fault="user")
    report = judge(history, server)
    assert (report.open_spawns, report.asked, report.verdicts) == (1, 1, {"good": 1})
    assert history.signals() == [(key, "judge_good", 0.9)]


def test_doubtful_outcomes_are_judged_where_the_setting_says_so(history: History, server: ChatServer) -> None:
    history.add("Done", success=True, outcome_confidence=0.8)
    key = history.add("Done", success=True, outcome_confidence=0.6)
    judge(history, server, judge_below_confidence=0.8)
    assert [signal[0] for signal in history.signals()] == [key]


def test_unclear_gives_no_signal_and_is_not_asked_again(history: History, server: ChatServer) -> None:
    server.answers = ["I cannot tell"]
    history.add("Done")
    assert judge(history, server).verdicts == {"unclear": 1}
    assert judge(history, server).asked == 0
    assert history.signals() == []


def test_budget_holds_and_the_next_night_goes_on(history: History, server: ChatServer) -> None:
    for number in range(5):
        history.add(f"Done {number}")
    assert judge(history, server, judge_budget=2).asked == 2
    assert len(server.requests) == 2
    assert judge(history, server, judge_budget=10).asked == 3


def test_equal_input_is_asked_once(history: History, server: ChatServer) -> None:
    for _ in range(3):
        history.add("Done", task_description="The same task")
    report = judge(history, server)
    assert (report.asked, report.from_cache, len(history.signals())) == (1, 2, 3)


def test_another_model_judges_anew_and_replaces_the_signal(history: History, server: ChatServer) -> None:
    key = history.add("Done")
    judge(history, server)
    server.answers = ['{"verdict": "bad", "confidence": 0.7}']
    judge(history, server, judge_model="large")
    assert history.signals() == [(key, "judge_bad", 0.7)]
    with history.warehouse.connect() as connection:
        versions = connection.execute("select judge_version, verdict from learning.judgements order by 1").fetchall()
    assert versions == [("large/1", "bad"), ("small/1", "good")]


def test_spawn_without_evidence_is_left_alone(history: History, server: ChatServer) -> None:
    history.add(None)
    report = judge(history, server)
    assert (report.without_evidence, report.asked) == (1, 0)


def test_failing_judge_keeps_what_it_judged(history: History, server: ChatServer) -> None:
    for number in range(3):
        history.add(f"Done {number}")
    server.answers = ['{"verdict": "good", "confidence": 0.9}', 401]
    report = judge(history, server)
    assert len(history.signals()) == 1
    assert "SPAWNWISE_JUDGE_BASE_URL" in report.errors[0]


def test_no_secret_is_sent(history: History, server: ChatServer) -> None:
    history.add(f"I set DB_PASSWORD={SECRET} for you")
    judge(history, server)
    assert "REDACTED" in server.shown()
    assert SECRET not in server.shown()
