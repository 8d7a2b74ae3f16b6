"""What is read where nobody names anything."""

import argparse
import json
from pathlib import Path

import pytest

from pipelines.commands import learn
from pipelines.commands.input_arguments import settings_from, what_was_found
from pipelines.ingest.files.find import find_logs
from pipelines.ingest.inputs import choose_inputs, found_on_this_machine
from pipelines.settings import Settings
from tests.opencode_database import with_one_spawn
from tests.support.transcripts import Transcript
from tests.unit.ingest.formats.test_codex import META
from tests.unit.ingest.sources.test_copilot_cli import SESSION, SESSION_LINES


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine on which four orchestrators have worked."""
    for name in ("CLAUDE_CONFIG_DIR", "CODEX_HOME", "COPILOT_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    log = Transcript()
    log.spawn()
    log.write(tmp_path / "CLAUDE_CONFIG_DIR")
    subagents = next((tmp_path / "CLAUDE_CONFIG_DIR").rglob("*.jsonl")).with_suffix("") / "subagents"
    subagents.mkdir(parents=True)
    (subagents / "agent-a1.jsonl").write_text("{}\n")
    rollouts = tmp_path / "CODEX_HOME" / "sessions" / "2026" / "09" / "01"
    rollouts.mkdir(parents=True)
    for number in range(2):
        (rollouts / f"rollout-{number}.jsonl").write_text(json.dumps(META) + "\n")
    session = tmp_path / "COPILOT_HOME" / "session-state" / SESSION
    session.mkdir(parents=True)
    (session / "events.jsonl").write_text("".join(json.dumps(line) + "\n" for line in SESSION_LINES))
    with_one_spawn(tmp_path / "XDG_DATA_HOME" / "opencode" / "opencode.db").close()
    return tmp_path


def test_what_is_on_the_machine_is_told_in_one_line(machine: Path) -> None:
    assert found_on_this_machine() == (
        "Found: Claude Code (1 session), Codex (2 sessions), Copilot CLI (1 session), opencode (1 database)"
    )


def test_where_nothing_is_it_says_what_was_looked_for() -> None:
    assert found_on_this_machine() == "Found: no logs of Claude Code, Codex, Copilot CLI or opencode"


def test_all_of_it_is_read_and_no_sample(machine: Path, tmp_path: Path) -> None:
    inputs = choose_inputs(Settings(home=tmp_path / "data"))
    assert not inputs.is_sample
    assert [place.relative_to(machine).parts[0] for place in inputs.logs] == [
        "CLAUDE_CONFIG_DIR",
        "CODEX_HOME",
        "COPILOT_HOME",
        "XDG_DATA_HOME",
    ]


def test_the_sample_is_read_only_where_nothing_is(tmp_path: Path) -> None:
    assert choose_inputs(Settings(home=tmp_path / "data")).is_sample


def test_what_a_person_names_is_all_that_is_read(machine: Path, tmp_path: Path) -> None:
    assert choose_inputs(Settings(home=tmp_path / "data", logs=(tmp_path / "mine",))).logs == (tmp_path / "mine",)


def test_what_a_judge_may_leave_behind_is_not_read(tmp_path: Path) -> None:
    for folder in ("-home-me-orchard", "-home-me-spawnwise-audit-desk-tmp1a2b"):
        (tmp_path / "projects" / folder).mkdir(parents=True)
        (tmp_path / "projects" / folder / "s.jsonl").write_text("{}\n")
    assert [log.path.parent.name for log in find_logs([tmp_path]).files] == ["-home-me-orchard"]


def test_what_is_remembered_is_read_until_it_is_forgotten(
    machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def named(*given: str) -> tuple[tuple[Path, ...], str]:
        parser = argparse.ArgumentParser()
        learn.add_arguments(parser)
        arguments = parser.parse_args(given)
        return settings_from(arguments)[0].logs, what_was_found(arguments)

    found = choose_inputs(Settings()).logs
    other = tmp_path / "other logs"
    logs, said = named("--logs", str(other), "--remember")
    assert logs == (other,)
    assert said.startswith(f"Remembered: later runs and the schedule read {other} too.")
    assert choose_inputs(Settings()).logs == (other,)
    logs, said = named()
    assert logs == (other,)
    assert said.startswith(f"Reading {other}, as remembered.")
    assert named("--logs", str(machine)) == ((machine,), "")
    monkeypatch.setenv("SPAWNWISE_LOGS", str(machine))
    assert choose_inputs(Settings()).logs == (machine,)
    monkeypatch.delenv("SPAWNWISE_LOGS")
    logs, said = named("--remember")
    assert logs == found
    assert said.startswith("Forgotten")
    assert named()[1].startswith("Found:")


@pytest.mark.parametrize("text", ["", "[]", "{", '{"logs": 1, "specs": []}', '{"logs": ["/a"]}'])
def test_a_damaged_memory_is_none(machine: Path, text: str) -> None:
    found = choose_inputs(Settings()).logs
    file = Settings().home / "inputs.json"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    assert choose_inputs(Settings()).logs == found
