import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recommender.cli import main
from recommender.home import data_home, journal_folder, snapshot_file
from recommender.snapshot import write_snapshot
from tests.snapshots import TESTING, learned_snapshot

ROOT = Path(__file__).parents[3]
Answer = dict[str, Any] | None


@pytest.fixture(autouse=True)
def learned() -> None:
    write_snapshot(snapshot_file(), learned_snapshot())


def spawn_event(**given: Any) -> dict[str, Any]:
    """Return what Claude Code says before a spawn."""
    return {
        "session_id": "s1",
        "transcript_path": "/nowhere/s1.jsonl",
        "cwd": "/nowhere",
        "permission_mode": "default",
        "hook_event_name": "PreToolUse",
        "tool_name": "Agent",
        "tool_use_id": "toolu_1",
        "tool_input": {"description": "Kalman", "prompt": TESTING, "subagent_type": "QA_TESTER", **given},
    }


@pytest.fixture
def claude(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run a hook as Claude Code does: an event on standard input, an answer or nothing on standard output."""

    def ask(said: Any, *arguments: str) -> Answer:
        content = said if isinstance(said, bytes) else json.dumps(said).encode()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
        assert main(["hook", *arguments]) == 0
        out = capsys.readouterr().out
        return json.loads(out) if out else None

    return ask


def events() -> list[dict[str, Any]]:
    return [json.loads(line) for file in sorted(journal_folder().glob("*")) for line in file.read_text().splitlines()]


def test_enforce_gives_back_the_whole_input_with_the_model(claude: Any) -> None:
    said = spawn_event(run_in_background=True, custom={"kept": ["as", 1, None]})
    answer = claude(said, "pre-spawn", "--mode", "enforce")
    hook = answer["hookSpecificOutput"]
    assert hook["hookEventName"] == "PreToolUse"
    assert hook["updatedInput"] == {**said["tool_input"], "model": "haiku"}
    assert "permissionDecision" not in hook
    assert answer["systemMessage"] == "spawnwise: QA_TESTER -> haiku: haiku did 27 of 28 well"
    (event,) = events()
    assert (event["mode"], event["asked_model"], event["answered_model"]) == ("enforce", None, "haiku")
    assert (event["applied_model"], event["session_id"], event["tool_use_id"]) == ("haiku", "s1", "toolu_1")


def test_enforce_by_refusing_names_the_model(claude: Any) -> None:
    answer = claude(spawn_event(), "pre-spawn", "--mode", "enforce", "--by", "deny")
    hook = answer["hookSpecificOutput"]
    assert hook["permissionDecision"] == "deny"
    assert "model: 'haiku'" in hook["permissionDecisionReason"]
    assert claude(spawn_event(model="haiku"), "pre-spawn", "--mode", "enforce", "--by", "deny") is None


def test_advise_only_tells(claude: Any) -> None:
    answer = claude(spawn_event(), "pre-spawn", "--mode", "advise")
    assert answer == {"systemMessage": "spawnwise advises QA_TESTER -> haiku: haiku did 27 of 28 well"}
    assert events()[0]["applied_model"] is None


def test_audit_only_notes(claude: Any) -> None:
    assert claude(spawn_event(), "pre-spawn", "--mode", "audit") is None
    assert [event["mode"] for event in events()] == ["audit"]


def test_off_does_nothing(claude: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert claude(spawn_event(), "pre-spawn", "--mode", "off") is None
    monkeypatch.setenv("SPAWNWISE_MODE", "off")
    assert claude(spawn_event(), "pre-spawn", "--mode", "enforce") is None
    assert events() == []


@pytest.mark.parametrize(
    "given",
    [
        {"model": "opus"},
        {"resume": "agent-1"},
        {"subagent_type": "pinned-one"},
        {"prompt": f"{TESTING} [spawnwise: off]"},
        {"subagent_type": "SOMEBODY", "prompt": "zzz qqq 12345 %%%", "description": ""},
    ],
)
def test_a_spawn_that_is_not_ours_is_noted_and_left_alone(
    claude: Any, given: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPAWNWISE_PINNED_AGENTS", "other, PINNED-*")
    assert claude(spawn_event(**given), "pre-spawn", "--mode", "enforce") is None
    (event,) = events()
    assert event["asked_model"] == given.get("model")
    assert event["applied_model"] is None


def test_forks_and_other_tools_are_none_of_ours(claude: Any) -> None:
    assert claude(spawn_event(subagent_type="fork"), "pre-spawn", "--mode", "enforce") is None
    assert claude({**spawn_event(), "tool_name": "Bash"}, "pre-spawn", "--mode", "enforce") is None
    assert events() == []


def test_the_older_tool_name_is_known(claude: Any) -> None:
    assert claude({**spawn_event(), "tool_name": "Task"}, "pre-spawn", "--mode", "enforce")


def test_a_model_that_the_tool_has_no_name_for_is_not_applied(claude: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot_file().unlink()
    monkeypatch.setattr("recommender.answer.shipped_tiers", lambda: ())
    monkeypatch.setenv("SPAWNWISE_DEFAULT_MODEL", "gpt-5")
    assert claude(spawn_event(), "pre-spawn", "--mode", "enforce") is None


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b'{"tool_name": "Agent"}', b"\xff" * 100])
def test_on_any_error_nothing_is_printed_and_the_own_log_tells(claude: Any, content: bytes) -> None:
    assert claude(content, "pre-spawn", "--mode", "enforce") is None
    log = data_home() / "hook.log"
    assert "Error at " in log.read_text()
    assert log.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["pre-spawn", "--mode"], ["pre-spawn", "--mode", "nonsense"]])
def test_a_wrong_registration_never_stops_a_spawn(claude: Any, arguments: list[str]) -> None:
    assert claude(spawn_event(), *arguments) in (None, claude(spawn_event(), "pre-spawn"))


def test_the_log_holds_no_text_and_does_not_grow_for_ever(claude: Any) -> None:
    log = data_home() / "hook.log"
    log.write_text("x" * 2**21)
    claude(b'{"tool_name": "Agent", "secret": sk-ant-1}', "pre-spawn")
    assert len(log.read_text()) < 200
    assert "sk-ant" not in log.read_text()


def test_a_home_that_cannot_be_written_stops_nothing(claude: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPAWNWISE_HOME", "/proc/nowhere")
    answer = claude(spawn_event(), "pre-spawn", "--mode", "enforce")
    assert answer["hookSpecificOutput"]["updatedInput"]["model"] == "sonnet"
    assert claude(b"{", "pre-spawn") is None


jsons = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
fields = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("description", "prompt", "subagent_type", "model", "resume", "x\ud800"), jsons)
)


@given(fields | jsons, jsons, st.sampled_from(["audit", "advise", "enforce"]))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_it_is_told_it_answers_valid_json_or_nothing(claude: Any, given: Any, session: Any, mode: str) -> None:
    answer = claude({**spawn_event(), "tool_input": given, "session_id": session}, "pre-spawn", "--mode", mode)
    if answer and mode == "enforce":
        updated = answer["hookSpecificOutput"]["updatedInput"]
        assert updated == {**given, "model": updated["model"]}


def test_subagent_stop_notes_the_model_that_ran(claude: Any, tmp_path: Path) -> None:
    transcript = tmp_path / "agent-a1.jsonl"
    lines = [{"type": "user"}, {"message": {"model": "<synthetic>"}}, {"message": {"model": "claude-haiku-4-5"}}]
    transcript.write_text("not json\n" + "\n".join(map(json.dumps, lines)))
    said = {"session_id": "s1", "agent_id": "a1", "agent_type": "QA_TESTER", "hook_event_name": "SubagentStop"}
    for path in (str(transcript), "/etc/passwd", "/dev/zero", str(tmp_path), None, 7):
        assert claude({**said, "agent_transcript_path": path}, "subagent-stop") is None
    assert [event["resolved_model"] for event in events()] == ["claude-haiku-4-5", *[None] * 5]
    assert events()[0]["agent_run_id"] == "a1"


def test_as_a_process_of_its_own() -> None:
    said = json.dumps(spawn_event()).encode()
    command = [sys.executable, "-m", "recommender.cli", "hook", "pre-spawn", "--mode", "enforce"]
    result = subprocess.run(command, cwd=ROOT, input=said, capture_output=True, check=True)
    assert json.loads(result.stdout)["hookSpecificOutput"]["updatedInput"]["model"] == "haiku"
    assert result.stderr == b""
