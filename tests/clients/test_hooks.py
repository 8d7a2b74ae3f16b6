"""With the hook installed, the requests of spawned agents reach the model server with the model that was decided."""

import json
import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipelines.ingest.intake import ingest_sources
from pipelines.journal.load import load_journal
from pipelines.progress import SilentProgress
from pipelines.warehouse import Warehouse
from recommender.hooks.installer import install
from recommender.published_rows import Tier
from recommender.settings import data_home
from recommender.snapshot import Snapshot
from recommender.snapshot_file import write_snapshot
from tests.clients.model_server import AGENT, Script, ToolCall, Turn, sealed, serving
from tests.clients.programs import CLAUDES, run_claude, run_claude_command, run_codex, run_opencode
from tests.support.snapshots import TESTING, best, evidence, learned_snapshot

ROOT = Path(__file__).parents[2]
SPEC = "---\nname: QA_TESTER\ndescription: Writes tests.\n---\nYou write tests.\n"
DONE = Turn("I wrote 6 tests; all pass.")
SPAWNS = 10
ROUNDS = int(os.environ.get("SPAWNWISE_TEST_ROUNDS") or 1)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Put this checkout's program on the path; return the path that a client is to have."""
    program = tmp_path / "bin" / "spawnwise"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m recommender.cli "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    return os.environ["PATH"]


@pytest.fixture
def learned(tmp_path: Path) -> Path:
    """Publish what is learned of QA_TESTER; return the project, which has such an agent."""
    write_snapshot(data_home() / "snapshot.safetensors", learned_snapshot())
    spec = tmp_path / "project" / ".claude" / "agents" / "tester.md"
    spec.parent.mkdir(parents=True)
    spec.write_text(SPEC)
    return tmp_path / "project"


def agent(name: str, **more: Any) -> ToolCall:
    call = {"description": f"Test {name}", "prompt": f"#{name}# {TESTING}", "subagent_type": "QA_TESTER"}
    return ToolCall("Agent", call | {"run_in_background": False} | more)


def models(script: Script) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for each in script.served:
        found.setdefault(each.conversation, set()).add(each.model)
    return found


def publish_lower_effort(agent: str, usual: str, cheaper: str) -> None:
    """Publish that an agent's tests succeed as often on `cheaper` at low effort as on `usual` at medium."""
    runs = evidence(agent, 0, usual, 0.9)._replace(effort="medium", is_baseline=True)
    lower = evidence(agent, 0, cheaper, 0.3, is_chosen=True)
    lower = lower._replace(effort="low", is_baseline=False, worth_probability=0.95, net_benefit=0.6)
    published = best(agent, 0, cheaper, baseline=usual)._replace(effort="low", baseline_effort="medium")
    known = replace(learned_snapshot(), best=(published,), evidence=(runs, lower), tiers=())
    write_snapshot(data_home() / "snapshot.safetensors", known)


def decisions() -> list[dict[str, Any]]:
    lines = [line for file in (data_home() / "journal").glob("*") for line in file.read_text().splitlines()]
    return [event for event in map(json.loads, lines) if event["kind"] == "decision"]


def compliances(warehouse: Warehouse, logs: Path) -> list[str]:
    """Return what became of the decisions, as the client's logs tell."""
    ingest_sources(warehouse, [logs], SilentProgress())
    load_journal(warehouse)
    with warehouse.connect() as connection:
        found = connection.execute("select compliance from learning.decision_ledger order by decided_at").fetchall()
    return [compliance for (compliance,) in found]


@pytest.mark.parametrize("client", CLAUDES)
def test_ten_spawns_in_one_message_of_claude_code_get_ten_learned_answers(
    path: str, learned: Path, tmp_path: Path, client: str
) -> None:
    install(learned / ".claude", "enforce")
    names = [f"a{number}" for number in range(SPAWNS)]
    turns = {"main": [Turn("All at once.", [agent(name) for name in names]), Turn("Done.")]}
    lost: list[Any] = []
    for number in range(ROUNDS):
        script = Script(turns | {name: [DONE] for name in names})
        with serving(script) as url:
            run_claude(url, tmp_path, "#main# Let it be done.", "--model", "opus", client=client)
        served = models(script)
        assert all("opus" in model for model in served["main"])
        ran_on = {name: served.get(name, {"nothing"}) for name in names}
        lost += [(number, name, found) for name, found in ran_on.items() if any("haiku" not in each for each in found)]
    assert lost == []
    assert [event["answer_source"] for event in decisions()] == ["cluster"] * SPAWNS * ROUNDS
    assert not (data_home() / "hook.log").exists()


@pytest.mark.parametrize("client", CLAUDES)
def test_a_model_that_the_call_names_is_untouched_in_claude_code(
    path: str, learned: Path, tmp_path: Path, client: str
) -> None:
    install(learned / ".claude", "enforce")
    script = Script({"main": [Turn("One.", [agent("one", model="sonnet")]), Turn("Done.")], "one": [DONE]})
    with serving(script) as url:
        run_claude(url, tmp_path, "#main# Let it be done.", "--model", "opus", client=client)
    assert all("sonnet" in model for model in models(script)["one"])


@pytest.mark.parametrize(("client", "effort"), [("claude", "low"), ("claude-spring", None)])
def test_the_effort_that_was_decided_is_written_where_claude_code_takes_one(
    path: str, learned: Path, tmp_path: Path, client: str, effort: str | None
) -> None:
    publish_lower_effort("QA_TESTER", "opus", "opus")
    install(learned / ".claude", "enforce")
    script = Script({"main": [Turn("One.", [agent("one")]), Turn("Done.")], "one": [DONE]})
    with serving(script) as url:
        run_claude(url, tmp_path, "#main# Let it be done.", "--model", "opus", client=client)
    efforts = {name: {each.effort for each in script.served if each.conversation == name} for name in ("main", "one")}
    assert efforts["one"] == ({effort} if effort else efforts["main"])
    assert [event["applied_effort"] for event in decisions()] == [effort]
    assert all("opus" in model for model in models(script)["one"])


@pytest.mark.parametrize("client", CLAUDES)
def test_a_spawn_that_is_refused_and_comes_again_as_asked_was_advice_followed(
    path: str, learned: Path, tmp_path: Path, warehouse: Warehouse, client: str
) -> None:
    install(learned / ".claude", "enforce", "deny")
    calls = [agent("one"), agent("one", model="haiku")]
    script = Script({"main": [*(Turn("On it.", [call]) for call in calls), Turn("Done.")], "one": [DONE]})
    with serving(script) as url:
        home = run_claude(url, tmp_path, "#main# Let it be done.", "--model", "opus", client=client)
    assert all("haiku" in model for model in models(script)["one"])
    assert compliances(warehouse, home) == ["followed"]


def test_what_the_plugins_tool_answered_is_tied_to_the_spawn(
    path: str, learned: Path, tmp_path: Path, warehouse: Warehouse
) -> None:
    run_claude_command(tmp_path, "plugin", "marketplace", "add", ROOT)
    run_claude_command(tmp_path, "plugin", "install", "spawnwise@spawnwise")
    tool = "mcp__plugin_spawnwise_spawnwise__recommend"
    asked = {"task": f"#one# {TESTING}", "agent": "QA_TESTER", "project": str(learned), "parent_model": "opus"}
    calls = [ToolCall(tool, asked), agent("one", model="haiku")]
    script = Script({"main": [*(Turn("On it.", [call]) for call in calls), Turn("Done.")], "one": [DONE]})
    own = {"SPAWNWISE_HOME": str(data_home())}
    with serving(script) as url:
        home = run_claude(url, tmp_path, "#main# Let it be done.", "--model", "opus", "--allowedTools", tool, **own)
    assert compliances(warehouse, home) == ["followed", "explicit_model"]  # the tool's answer, and what the hook saw


def test_the_plugin_comes_from_the_marketplace_with_hook_skill_and_tools(
    path: str, learned: Path, tmp_path: Path
) -> None:
    run_claude_command(tmp_path, "plugin", "marketplace", "add", ROOT)
    run_claude_command(tmp_path, "plugin", "install", "spawnwise@spawnwise")
    tool = "mcp__plugin_spawnwise_spawnwise__recommend"
    calls = [
        agent("one"),
        ToolCall(tool, {"task": TESTING, "agent": "QA_TESTER"}),
        ToolCall("Skill", {"skill": "spawnwise:agent-model-selector"}),
    ]
    script = Script({"main": [*(Turn("On it.", [call]) for call in calls), Turn("Done.")], "one": [DONE]})
    own = {"SPAWNWISE_HOME": str(data_home()), "SPAWNWISE_MODE": "enforce"}
    with serving(script) as url:
        run_claude(url, tmp_path, "#main# Let it be done.", "--model", "opus", "--allowedTools", tool, **own)
    assert all("haiku" in model for model in models(script)["one"])
    assert sorted(event["mode"] for event in decisions()) == ["enforce", "library"]  # the hook's, and the tool's
    log = "".join(file.read_text() for file in (tmp_path / "home" / ".claude" / "projects").rglob("*.jsonl"))
    assert "Choose a model before you spawn" in log


def test_a_plugin_without_the_program_says_what_to_run_and_lets_agents_spawn(learned: Path, tmp_path: Path) -> None:
    market = tmp_path / "market"
    shutil.copytree(ROOT / ".claude-plugin", market / ".claude-plugin")
    shutil.copytree(ROOT / "recommender" / "plugin", market / "recommender" / "plugin")
    run_claude_command(tmp_path, "plugin", "marketplace", "add", market)
    run_claude_command(tmp_path, "plugin", "install", "spawnwise@spawnwise")
    script = Script({"main": [Turn("One.", [agent("one")]), Turn("Done.")], "one": [DONE]})
    found = [each for each in os.environ["PATH"].split(os.pathsep) if not Path(each, "spawnwise").exists()]
    with serving(script) as url:
        run_claude(url, tmp_path, "#main# Let it be done.", "--model", "opus", PATH=os.pathsep.join(found))
    assert all("opus" in model for model in models(script)["one"])
    log = "".join(file.read_text() for file in (tmp_path / "home" / ".claude" / "projects").rglob("*.jsonl"))
    assert "pipx install" in log


def publish_tier(pattern: str, model: str) -> None:
    """Publish that a person wants an agent on a model."""
    made = learned_snapshot()
    write_snapshot(
        data_home() / "snapshot.safetensors", Snapshot("none", made.created_at, tiers=(Tier(pattern, model, True),))
    )


@pytest.mark.parametrize("asked", [None, "gpt-5.5"])
def test_codex_spawns_with_the_model_that_was_decided(
    path: str, tmp_path: Path, warehouse: Warehouse, asked: str | None
) -> None:
    publish_tier("default", "gpt-5.6-luna")
    install(tmp_path / "home" / ".codex", "enforce", client="codex")
    given = {"message": "#one# Write tests for the parser."} | ({"model": asked} if asked else {})
    calls = [
        ToolCall("spawn_agent", given, "multi_agent_v1"),
        ToolCall("wait_agent", {"targets": [AGENT], "timeout_ms": 30_000}, "multi_agent_v1"),
    ]
    script = Script({"main": [*(Turn(calls=[call]) for call in calls), Turn("Done.")], "one": [DONE]})
    with serving(script) as url:
        logs = run_codex(url, tmp_path, "#main# Let it be done.", "--dangerously-bypass-hook-trust", PATH=path)
    assert models(script)["one"] == {asked or "gpt-5.6-luna"}
    assert compliances(warehouse, logs) == ["explicit_model" if asked else "followed"]


def test_codex_spawns_at_the_effort_that_was_decided(path: str, tmp_path: Path) -> None:
    publish_lower_effort("default", "gpt-5.5", "gpt-5.6-luna")
    install(tmp_path / "home" / ".codex", "enforce", client="codex")
    calls = [
        ToolCall("spawn_agent", {"message": f"#one# {TESTING}"}, "multi_agent_v1"),
        ToolCall("wait_agent", {"targets": [AGENT], "timeout_ms": 30_000}, "multi_agent_v1"),
    ]
    script = Script({"main": [*(Turn(calls=[call]) for call in calls), Turn("Done.")], "one": [DONE]})
    with serving(script) as url:
        run_codex(url, tmp_path, "#main# Let it be done.", "--dangerously-bypass-hook-trust", PATH=path)
    asked = {name: {each[1:3] for each in script.served if each.conversation == name} for name in ("main", "one")}
    assert asked == {"main": {("gpt-5.5", "medium")}, "one": {("gpt-5.6-luna", "low")}}


@pytest.mark.parametrize("turns", ["none", None])
def test_codexs_newer_models_spawn_with_the_model_that_was_decided(
    path: str, tmp_path: Path, warehouse: Warehouse, turns: str | None
) -> None:
    publish_tier("default", "gpt-6-luna")
    install(tmp_path / "home" / ".codex", "enforce", client="codex")
    given = {"task_name": "parser_tests", "message": sealed("#one# Write tests for the parser.")}
    given |= {"fork_turns": turns} if turns else {}
    calls = [
        ToolCall("spawn_agent", given, "collaboration"),
        ToolCall("wait_agent", {"timeout_ms": 30_000}, "collaboration"),
    ]
    script = Script({"main": [*(Turn(calls=[call]) for call in calls), Turn("Done.")], "one": [DONE]})
    options = ["--dangerously-bypass-hook-trust"]
    with serving(script) as url:
        logs = run_codex(url, tmp_path, "#main# Let it be done.", *options, model="gpt-6-sol", PATH=path)
    assert models(script)["one"] == {"gpt-6-luna" if turns else "gpt-6-sol"}  # a fork keeps its parent's
    assert compliances(warehouse, logs) == ["followed" if turns else "left_alone"]


def test_opencode_spawns_with_the_model_that_was_decided(path: str, tmp_path: Path, warehouse: Warehouse) -> None:
    publish_tier("general", "cheap")
    install(tmp_path / "home" / ".config" / "opencode", "enforce", client="opencode")
    task = {"description": "Test the parser", "prompt": "#one# Write tests for it.", "subagent_type": "general"}
    script = Script({"main": [Turn(calls=[ToolCall("task", task)]), Turn("Done.")], "one": [DONE]})
    with serving(script) as url:
        run_opencode(url, tmp_path, "#main# Let it be done.", PATH=path)
    assert models(script)["one"] == {"cheap"}
    assert models(script)["main"] == {"strong"}
    assert [event["applied_model"] for event in decisions()] == ["cheap"]
    assert compliances(warehouse, tmp_path / "home" / ".local" / "share" / "opencode") == ["followed"]
