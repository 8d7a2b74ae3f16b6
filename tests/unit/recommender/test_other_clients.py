"""The hooks of Codex and opencode: what is said to them, and what they answer."""

import io
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from recommender.cli import main
from recommender.home import journal_folder
from recommender.recommendation import Recommendation
from tests.unit.recommender.test_hook import CHANGE, TESTING

LUNA = replace(CHANGE, model="gpt-5.6-luna", baseline_model="gpt-5.5", agent="default")
DRAWN = replace(LUNA, source="trial", trial_id="T1", trial_arm="candidate", propensity=0.5)


class Lookup:
    """Answers with what a test says, and keeps what it was asked."""

    answer: Recommendation = LUNA

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def recommend(self, task: str, agent: str | None = None, **known: Any) -> Recommendation:
        self.asked.append({"task": task, "agent": agent, **known})
        return self.answer


@pytest.fixture
def lookup(monkeypatch: pytest.MonkeyPatch) -> Lookup:
    found = Lookup()
    monkeypatch.setattr("recommender.lookup.Recommender", lambda: found)
    return found


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    def hook(event: str, said: Any, mode: str = "enforce") -> Any:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(said).encode())))
        assert main(["hook", event, "--mode", mode]) == 0
        out = capsys.readouterr().out
        return json.loads(out) if out else None

    return hook


def events() -> list[dict[str, Any]]:
    return [json.loads(line) for file in sorted(journal_folder().glob("*")) for line in file.read_text().splitlines()]


def noted() -> list[tuple[str, str | None]]:
    return [(event["mode"], event["applied_model"]) for event in events()]


def codex(tool: str = "spawn_agent", **given: Any) -> dict[str, Any]:
    """Return what Codex says before a spawn."""
    return {
        "session_id": "s1",
        "cwd": "/nowhere",
        "hook_event_name": "PreToolUse",
        "model": "gpt-5.5",
        "tool_name": tool,
        "tool_input": {"message": TESTING, **given},
        "tool_use_id": "call_1",
    }


def test_codex_gets_the_whole_call_back_with_the_model(ask: Any, lookup: Lookup) -> None:
    answer = ask("codex-spawn", codex(custom=[1]))
    hook = answer["hookSpecificOutput"]
    assert hook["permissionDecision"] == "allow"
    assert hook["updatedInput"] == {"message": TESTING, "custom": [1], "model": "gpt-5.6-luna"}
    (asked,) = lookup.asked
    assert (asked["agent"], asked["prompt"], asked["parent_model"]) == ("default", TESTING, "gpt-5.5")
    assert asked["draws_trials"] is True
    assert noted() == [("enforce", "gpt-5.6-luna")]


def test_codex_gets_the_effort_too_and_opencode_is_told_no_change_of_effort_alone(ask: Any, lookup: Lookup) -> None:
    lookup.answer = replace(LUNA, effort="low", baseline_effort="medium")
    changed = ask("codex-spawn", codex())["hookSpecificOutput"]["updatedInput"]
    assert (changed["model"], changed["reasoning_effort"]) == ("gpt-5.6-luna", "low")
    lookup.answer = replace(LUNA, model="strong", baseline_model="strong", effort="low", baseline_effort="medium")
    assert ask("opencode-spawn", opencode()) is None
    assert noted() == [("enforce", "gpt-5.6-luna"), ("enforce", None)]


@pytest.mark.parametrize("usual", ["low", None])
def test_no_effort_is_written_that_may_be_above_what_a_person_set(ask: Any, lookup: Lookup, usual: str | None) -> None:
    lookup.answer = replace(LUNA, effort="medium", baseline_effort=usual)
    changed = ask("codex-spawn", codex())["hookSpecificOutput"]["updatedInput"]
    assert changed["model"] == "gpt-5.6-luna"
    assert "reasoning_effort" not in changed


def test_a_sealed_task_is_judged_by_its_name_and_the_agents_type(ask: Any, lookup: Lookup) -> None:
    sealed = "gAAAAABW1tvbmVdXSBXcml0ZSB1bml0IHRlc3RzIGZvciB0aGUgY29uZmlndXJhdGlvbg=="
    given = {"message": sealed, "task_name": "parser_tests", "agent_type": "worker", "fork_turns": "none"}
    assert ask("codex-spawn", codex("collaborationspawn_agent", **given))["hookSpecificOutput"]["updatedInput"]["model"]
    (asked,) = lookup.asked
    assert (asked["task"], asked["prompt"], asked["agent"]) == ("parser tests", "", "worker")


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (codex(model="gpt-5.5"), "explicit_model"),
        (codex(reasoning_effort="high"), "explicit_effort"),
        (codex(fork_context=True), "fork"),
        (codex("collaborationspawn_agent", fork_turns="all"), "fork"),
        (codex("collaborationspawn_agent"), "fork"),
        (codex(agent_type="plugin:odd"), "own_configuration"),
        (codex(agent_type="worker"), "pinned"),
        (codex(message=f"{TESTING} spawnwise: off"), "opted_out"),
    ],
)
@pytest.mark.parametrize("mode", ["advise", "enforce"])
def test_what_a_person_or_the_call_has_chosen_stays_and_it_is_noted_why(
    ask: Any, lookup: Lookup, monkeypatch: pytest.MonkeyPatch, said: Any, why: str, mode: str
) -> None:
    monkeypatch.setenv("SPAWNWISE_PINNED_AGENTS", "worker")
    assert ask("codex-spawn", said, mode) is None
    assert [asked["draws_trials"] for asked in lookup.asked] == [False]
    assert noted() == [(mode, None)]
    (event,) = events()
    effort = said["tool_input"].get("reasoning_effort")
    assert (event["obstacle"], event["asked_effort"]) == (why, effort)


@pytest.mark.parametrize("event", ["codex-spawn", "opencode-spawn"])
def test_a_trial_says_that_the_spawn_was_drawn(ask: Any, lookup: Lookup, event: str) -> None:
    lookup.answer = replace(DRAWN, model="cheap")
    lookup.answer = replace(lookup.answer, model="gpt-5.6-luna") if event == "codex-spawn" else lookup.answer
    answer = ask(event, codex() if event == "codex-spawn" else opencode())
    told = f"{lookup.answer.model} instead of gpt-5.5 for this spawn (every second one is drawn)"
    assert (answer.get("systemMessage") or answer["message"]) == f"spawnwise trial T1: {told}"
    assert [(event["trial_id"], event["trial_arm"]) for event in events()] == [("T1", "candidate")]


@pytest.mark.parametrize("changes", [{"model": "no-such-model"}, {"effort": "high", "baseline_effort": "low"}])
def test_a_drawn_spawn_that_cannot_run_as_drawn_is_in_no_trial(
    ask: Any, lookup: Lookup, changes: dict[str, str]
) -> None:
    lookup.answer = replace(DRAWN, **changes)
    ask("codex-spawn", codex())
    assert [(event["trial_id"], event["trial_arm"]) for event in events()] == [(None, None)]


@pytest.mark.parametrize("event", ["codex-spawn", "opencode-spawn"])
@pytest.mark.parametrize(("asked", "baseline"), [({}, ("gpt-5.5", "parent")), ({"model": "gpt-5"}, ("gpt-5", "call"))])
def test_claude_codes_settings_say_nothing_of_what_another_client_runs(
    ask: Any,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    event: str,
    asked: dict[str, str],
    baseline: tuple[str, str],
) -> None:
    """Seen: with the variable set, what a Codex spawn on gpt-5.5 would run on was haiku."""
    for name in ("CLAUDE_CODE_SUBAGENT_MODEL", "CLAUDE_CODE_SUBAGENT_EFFORT", "CLAUDE_CODE_EFFORT_LEVEL"):
        monkeypatch.setenv(name, "low" if "EFF" in name else "haiku")
    monkeypatch.setenv("CLAUDE_CODE_SUBAGENT_MODEL_FORCE", "1")
    spec = tmp_path / ".claude" / "agents" / "worker.md"
    spec.parent.mkdir(parents=True)
    spec.write_text("---\nname: worker\ndescription: Works.\nmodel: sonnet\n---\nWork.\n")
    if event == "codex-spawn":
        said = codex(agent_type="worker", **asked) | {"cwd": str(tmp_path)}
    else:
        baseline = ("gpt-5.5", "parent")
        said = opencode(agent="worker", project=str(tmp_path), model="gpt-5.5", parent_model="gpt-5.5")
    ask(event, said, "audit")
    (noted,) = events()
    assert (noted["baseline_model"], noted["baseline_source"], noted["baseline_effort"]) == (*baseline, None)


def test_what_runs_is_unknown_where_another_client_does_not_say(ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAUDE_CODE_SUBAGENT_MODEL", "haiku")
    ask("codex-spawn", codex() | {"model": None}, "audit")
    (event,) = events()
    assert (event["baseline_model"], event["baseline_source"]) == (None, None)


def test_an_agent_of_ones_own_with_a_model_keeps_it(
    ask: Any, lookup: Lookup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CODEX_HOME", str(tmp_path))
    (tmp_path / "agents").mkdir()
    (tmp_path / "agents" / "any.toml").write_text('name = "tester"\nmodel = "gpt-5.5"\n')
    (tmp_path / "checker.toml").write_text('model = "gpt-5.5"\n')
    (tmp_path / "config.toml").write_text('[agents.checker]\nconfig_file = "checker.toml"\n[agents.free]\n')
    for agent in ("tester", "checker"):
        assert ask("codex-spawn", codex(agent_type=agent)) is None
    assert ask("codex-spawn", codex(agent_type="free"))
    (tmp_path / "config.toml").write_text("= broken")
    assert ask("codex-spawn", codex(agent_type="free"))


def test_codex_is_never_given_another_vendors_model(ask: Any, lookup: Lookup) -> None:
    lookup.answer = replace(LUNA, model="haiku")
    assert ask("codex-spawn", codex()) is None
    assert noted() == [("enforce", None)]


def test_codex_is_only_told_where_it_only_advises(ask: Any, lookup: Lookup) -> None:
    assert set(ask("codex-spawn", codex(), "advise")) == {"systemMessage"}
    assert ask("codex-spawn", codex(), "audit") is None
    assert noted() == [("advise", None), ("audit", None)]


@pytest.mark.parametrize("event", ["codex-spawn", "opencode-spawn"])
def test_invented_work_changes_nothing(ask: Any, lookup: Lookup, event: str) -> None:
    lookup.answer = replace(LUNA, is_sample=True)
    said = codex() if event == "codex-spawn" else opencode()
    assert ask(event, said) is None
    assert noted() == [("enforce", None)]


def opencode(**more: Any) -> dict[str, Any]:
    """Return what the plugin says of a spawn."""
    said = {"agent": "general", "description": "Kalman", "prompt": TESTING, "project": "/nowhere"}
    said |= {"model": "strong", "parent_model": "strong", "models": ["strong", "cheap"]}
    return said | {"session_id": "s1", "tool_use_id": "call_1"} | more


def test_opencode_is_told_a_model_that_its_provider_has(ask: Any, lookup: Lookup) -> None:
    lookup.answer = replace(LUNA, model="cheap", baseline_model="strong")
    assert ask("opencode-spawn", opencode())["model"] == "cheap"
    assert ask("opencode-spawn", opencode(models=["strong"])) is None
    assert ask("opencode-spawn", opencode(parent_model="other")) is None  # the agent's own configuration names one
    assert noted() == [("enforce", "cheap"), ("enforce", None), ("enforce", None)]
    assert "model" not in ask("opencode-spawn", opencode(), "advise")
    lookup.answer = replace(LUNA, model="haiku", baseline_model="opus")
    models = ["claude-opus-4-6", "claude-haiku-4-5", "claude-3-5-haiku-20241022"]
    said = opencode(model="claude-opus-4-6", parent_model="claude-opus-4-6", models=models)
    assert ask("opencode-spawn", said)["model"] == "claude-haiku-4-5"


@pytest.mark.parametrize("event", ["codex-spawn", "opencode-spawn"])
@pytest.mark.parametrize("said", [None, [], {}, {"tool_input": 7, "tool_name": "spawn_agent"}, {"models": 7}, "x"])
def test_what_cannot_be_understood_stops_nobody(ask: Any, event: str, said: Any) -> None:
    assert ask(event, said) is None
