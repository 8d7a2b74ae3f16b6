import errno
import json
import os
import threading
from typing import Any

import pytest

import recommender
from recommender.cli import main
from recommender.home import journal_folder, snapshot_file
from recommender.journal import notes
from recommender.journal.notes import feedback, journal_files, last_id, note, record
from recommender.lookup import default_recommender
from recommender.snapshot_file import write_snapshot
from tests.support.snapshots import TESTING, learned_snapshot


@pytest.fixture(autouse=True)
def learned() -> None:
    default_recommender.cache_clear()
    write_snapshot(snapshot_file(), learned_snapshot())


def events(kind: str) -> list[dict[str, Any]]:
    noted = [json.loads(line) for file in journal_files() for line in file.read_text().splitlines()]
    return [event for event in noted if event["kind"] == kind]


def test_a_decision_is_noted_without_the_task() -> None:
    answer = recommender.recommend(TESTING, "QA_TESTER")
    (event,) = events("decision")
    assert event["decision_id"] == answer.decision_id
    assert event["propensity"] == 1.0
    assert event["success_rate"] == answer.success_rate
    assert "kalman" not in json.dumps(event).lower()
    assert journal_files()[0].stat().st_mode & 0o777 == 0o600
    assert journal_folder().stat().st_mode & 0o007 <= 0o001


def test_a_journal_that_cannot_be_written_stops_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPAWNWISE_HOME", "/proc/nowhere")
    default_recommender.cache_clear()
    assert recommender.recommend(TESTING, "QA_TESTER").model == "sonnet"


def test_lines_of_many_writers_do_not_mix() -> None:
    def write(number: int) -> None:
        for _ in range(100):
            note("test", text=str(number) * 5_000)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(events("test")) == 800
    assert all(len(set(event["text"])) == 1 for event in events("test"))


def test_a_line_that_a_full_disk_cut_is_an_error_and_takes_no_other_along(monkeypatch: pytest.MonkeyPatch) -> None:
    note("test", text="before")
    write = os.write
    with monkeypatch.context() as full_disk:
        full_disk.setattr(os, "write", lambda descriptor, line: write(descriptor, line[: len(line) // 2]))
        with pytest.raises(OSError, match="No space left"):
            recommender.record("Deploy", "DBA", "haiku")
    note("test", text="after")
    assert [event["text"] for event in events("test")] == ["before", "after"]
    assert not events("record")


@pytest.mark.parametrize(
    "wrong",
    [
        {"decision_id": "mine"},
        {"duration_ms": 10**20},
        {"duration_ms": -1},
        {"session_id": "s" * 501},
        {"cost_usd": -1.0},
        {"effort": "hardly"},
    ],
)
def test_what_could_not_be_loaded_is_refused_at_once(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"^(A record|The decision_id)"):
        recommender.record("Deploy", "DBA", "haiku", **wrong)
    assert not journal_files()


def test_record_notes_a_redacted_spawn() -> None:
    key = recommender.record(
        "Deploy with ANTHROPIC_API_KEY=sk-ant-api03-" + "a1B2" * 24,
        "DBA",
        "claude-haiku-4-5",
        success=True,
        duration_ms=12,
    )
    (event,) = events("record")
    assert event["record_id"] == key
    assert (event["agent"], event["model"], event["success"], event["duration_ms"]) == (
        "DBA",
        "claude-haiku-4-5",
        True,
        12,
    )
    assert "sk-ant" not in json.dumps(event)


@pytest.mark.parametrize(
    ("task", "agent", "model", "more"),
    [
        ("", "A", "haiku", {}),
        ("x", " ", "haiku", {}),
        ("x", "A", "", {}),
        ("x", "A", "haiku", {"duration_ms": -1}),
        ("x", "A", "haiku", {"cost_usd": float("nan")}),
    ],
)
def test_a_record_of_no_spawn_is_refused(task: str, agent: str, model: str, more: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="A record"):
        recommender.record(task, agent, model, **more)


def test_record_and_feedback_from_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["record", TESTING, "--agent", "QA", "--model", "haiku", "--failure", "--id", "run-7"]) == 0
    assert main(["feedback", "last", "good", "--note", "it did work"]) == 0
    assert capsys.readouterr().out == "run-7\nrun-7\n"
    assert events("record")[0]["success"] is False
    assert (events("feedback")[0]["target"], events("feedback")[0]["is_good"]) == ("run-7", True)
    assert main(["record", TESTING, "--agent", "QA", "--model", " "]) == 1
    assert "needs a task, an agent and a model" in capsys.readouterr().err


def test_last_is_the_newest_decision_or_record() -> None:
    with pytest.raises(LookupError, match="by its id"):
        last_id()
    assert main(["feedback", "last", "bad"]) == 1
    answer = recommender.recommend(TESTING)
    assert last_id() == answer.decision_id
    with journal_files()[0].open("a") as torn:
        torn.write('{"kind": "decision", "decision')
    assert last_id() == answer.decision_id


class Outcome:
    def __init__(self, success: Any) -> None:
        self.success = success


def test_spawn_with_learning_recommends_spawns_and_records() -> None:
    called = []

    def spawn(agent: str | None, task: str, model: str) -> Outcome:
        called.append((agent, task, model))
        return Outcome(True)

    result = recommender.spawn_with_learning(spawn, TESTING, "QA_TESTER", session_id="s")
    assert result.success is True
    assert called == [("QA_TESTER", TESTING, "haiku")]
    (event,) = events("record")
    assert (event["success"], event["model"], event["session_id"]) == (True, "haiku", "s")
    assert event["decision_id"] == event["record_id"] == events("decision")[0]["decision_id"]


@pytest.mark.parametrize(
    ("success", "is_success", "recorded"),
    [
        ("yes", None, None),
        (None, None, None),
        (False, None, False),
        (None, lambda _: True, True),
        (None, lambda _: 1 / 0, None),
    ],
)
def test_what_is_not_said_of_success_is_unknown(success: Any, is_success: Any, recorded: bool | None) -> None:
    recommender.spawn_with_learning(lambda *_: Outcome(success), TESTING, is_success=is_success)
    assert events("record")[0]["success"] is recorded


def test_a_spawn_that_raises_is_a_recorded_failure_and_raises() -> None:
    def spawn(*_: Any) -> None:
        raise ConnectionError("with a secret")

    with pytest.raises(ConnectionError):
        recommender.spawn_with_learning(spawn, TESTING)
    (event,) = events("record")
    assert (event["success"], event["error_message"]) == (False, "ConnectionError")


def test_trouble_with_recording_never_reaches_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPAWNWISE_HOME", "/proc/nowhere")
    default_recommender.cache_clear()
    assert recommender.spawn_with_learning(lambda *_: 5, "", None) == 5


def test_last_is_found_over_blocks_whose_ends_cut_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notes, "_BLOCK_BYTES", 7)
    record("write unit tests", "QA", "haiku", record_id="first")
    newest = record("write more unit tests", "QA", "haiku", record_id="second")
    feedback(newest, is_good=True)
    assert last_id() == newest


def test_last_reads_the_end_of_the_journal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    record("write unit tests", "QA", "haiku", record_id="only")
    (path,) = journal_files()
    path.write_bytes(b"\xff" * 1_000_000 + b"\n" + path.read_bytes())
    taken = notes._lines_from_the_end(path)
    assert [next(taken), json.loads(next(taken))["record_id"]] == [b"", "only"]


@pytest.mark.parametrize("kept", [None, 10])
def test_a_full_disk_is_told_with_the_file_and_leaves_no_half_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], kept: int | None
) -> None:
    record(TESTING, "QA_TESTER", "haiku", success=True)
    (file,) = journal_files()
    before, write = file.read_bytes(), os.write

    def full(descriptor: int, content: bytes) -> int:
        if kept is None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(descriptor, content[:kept])

    with monkeypatch.context() as disk:
        disk.setattr(os, "write", full)
        assert main(["record", TESTING, "--agent", "QA_TESTER", "--model", "haiku"]) == 1
    assert f"{file} cannot be used (No space left on device)" in capsys.readouterr().err
    assert file.read_bytes() == before
