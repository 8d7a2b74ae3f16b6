"""Feedback and records about what nobody knows are refused, with a word on what was meant."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

import recommender
from recommender.cli import main
from recommender.journal import known_names
from recommender.journal.notes import journal_files
from tests.support.transcripts import Transcript

RECORD = ["record", "Write tests", "--agent", "qa", "--model"]


@pytest.fixture(autouse=True)
def claude_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path / "claude"))
    return tmp_path / "claude"


@pytest.fixture
def warehouse(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Stand in for a warehouse; the ids that it was asked for."""
    asked: list[str] = []

    def knows(target: str) -> bool:
        asked.append(target)
        return target == "run-of-a-log"

    monkeypatch.setattr("pipelines.journal.load.knows_task", knows)
    (known_names.data_home() / "postgres").mkdir(parents=True)
    return asked


@pytest.mark.parametrize("target", ["toolu_nobody", "", "00000000-0000-4000-8000-000000000000", "record"])
def test_feedback_of_an_unknown_id_is_refused_and_not_noted(target: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*RECORD, "haiku", "--id", "run-1", "--session", "s"]) == 0
    before = journal_files()[0].read_bytes()
    assert main(["feedback", target, "good"]) == 1
    assert f"No task has the id {target or repr(target)}" in capsys.readouterr().err
    assert journal_files()[0].read_bytes() == before


def test_feedback_of_what_the_journal_holds_asks_no_warehouse(warehouse: list[str]) -> None:
    decision = recommender.recommend("Write tests").decision_id
    assert main([*RECORD, "haiku", "--id", "run-1"]) == 0
    for target in ("last", "run-1", decision):
        assert main(["feedback", target, "good"]) == 0
    assert warehouse == []


def test_feedback_of_what_the_warehouse_holds_is_noted(warehouse: list[str]) -> None:
    assert main(["feedback", "run-of-a-log", "bad"]) == 0
    assert main(["feedback", "another", "bad"]) == 1
    assert warehouse == ["run-of-a-log", "another"]


def test_feedback_before_the_night_has_read_the_log_is_noted(claude_home: Path) -> None:
    log = Transcript()
    log.says({"type": "tool_use", "id": "toolu_shell", "name": "Bash", "input": {}})
    log.spawn("toolu_new")
    log.write(claude_home / "projects" / "shop")
    assert main(["feedback", "toolu_new", "good"]) == 0
    assert main(["feedback", "toolu_shell", "good"]) == 1, "that is no spawn"


def test_feedback_is_noted_where_the_warehouse_does_not_answer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from pipelines.warehouse.faults import WarehouseError

    def fail(_: str) -> bool:
        raise WarehouseError("The database does not answer.")

    monkeypatch.setattr("pipelines.journal.load.knows_task", fail)
    monkeypatch.setenv("DATABASE_URL", "postgresql://nowhere.invalid/x")
    assert main(["feedback", "toolu_elsewhere", "good"]) == 0
    assert "could not be checked" in capsys.readouterr().err
    assert json.loads(journal_files()[0].read_text())["target"] == "toolu_elsewhere"


@pytest.mark.parametrize(
    ("model", "near"),
    [("haikuu", "haiku"), ("sonet", "sonnet"), ("claude-opsu-4-5", "claude-opus-4-5"), ("gpt-5-minii", "gpt-5-mini")],
)
def test_a_record_of_an_unknown_model_is_refused_with_near_ones(
    model: str, near: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*RECORD, model]) == 1
    said = capsys.readouterr().err
    assert f"the model '{model}'" in said
    assert f" {near}" in said.partition("Did you mean")[2]
    assert not journal_files()


def test_a_new_model_is_recorded_where_the_person_insists() -> None:
    assert main([*RECORD, "our-own-7b"]) == 1
    assert main([*RECORD, "our-own-7b", "--new-model"]) == 0
    assert json.loads(journal_files()[0].read_text())["model"] == "our-own-7b"


@pytest.mark.parametrize(
    "model",
    [
        "haiku",
        "Opus",
        "claude-haiku-4-5-20251001",
        "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "claude-opus-4-5@20251101",
        "openai/gpt-5-mini",
        "gpt-5",
        "qwen3-coder",
    ],
)
def test_models_that_a_family_or_a_price_list_knows_are_recorded(model: str) -> None:
    known_names.check_model(model)


def test_candidates_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPAWNWISE_CANDIDATE_MODELS", "haiku, our-own-7b")
    known_names.check_model("our-own-7b")


def test_without_a_price_list_the_vendors_names_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "genai_prices.data_snapshot", None)
    known_names.check_model("gpt-9-pro")
    with pytest.raises(LookupError, match="sonnet"):
        known_names.check_model("sonnett")


def test_a_secret_in_place_of_a_name_is_not_printed(capsys: pytest.CaptureFixture[str]) -> None:
    secret: Any = "gh" + "p_" + "aB3dE6gH9" * 4
    assert main(["feedback", secret, "good"]) == 1
    assert main([*RECORD, secret]) == 1
    assert secret not in capsys.readouterr().err
