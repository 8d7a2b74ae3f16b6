"""What a Copilot CLI session says of the agents in it."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipelines.ingest.facts import told
from pipelines.ingest.files.find import find_logs
from pipelines.ingest.files.scan import Scan, scan

SESSION = "5e551011-7a1c-4d52-9b41-2e0c5d3f8b01"
CALL = "toolu_01CallOfTheExplorer"
Line = dict[str, Any]


def event(kind: str, second: int, agent: str = "", **data: Any) -> Line:
    line = {"type": kind, "data": data, "id": f"e{second}", "timestamp": f"2026-09-01T10:00:{second:02}.000Z"}
    return line | {"parentId": None} | ({"agentId": agent} if agent else {})


START = event(
    "session.start",
    0,
    sessionId=SESSION,
    copilotVersion="1.0.72",
    selectedModel="claude-sonnet-5",
    context={"cwd": "/home/ann/orchard/src", "gitRoot": "/home/ann/orchard", "repository": "ann/orchard"},
)
ASK = {"agent_type": "explore", "description": "Find the pruning", "prompt": "Find where branches are pruned."}
REQUEST = event(
    "assistant.message",
    2,
    content="",
    toolRequests=[{"toolCallId": CALL, "name": "task", "arguments": ASK | {"model": "claude-haiku-4.5"}}],
)
RUN = event("tool.execution_start", 3, toolCallId=CALL, toolName="task", arguments=ASK)
STARTED = event("subagent.started", 4, CALL, toolCallId=CALL, agentName="explore", model="claude-haiku-4.5")
COMPLETED = event(
    "subagent.completed",
    20,
    CALL,
    toolCallId=CALL,
    agentName="explore",
    model="claude-haiku-4.5",
    durationMs=16_000,
    totalTokens=12_000,
    totalToolCalls=4,
)
RESULT = event(
    "tool.execution_complete",
    21,
    toolCallId=CALL,
    success=True,
    model="claude-sonnet-5",
    result={"content": "Branches are pruned in prune.py, line 10."},
)
SESSION_LINES = [START, REQUEST, RUN, STARTED, COMPLETED, RESULT]


def read(folder: Path, *lines: Line) -> Scan:
    path = folder / "session-state" / SESSION / "events.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    (log,) = find_logs([folder]).files
    return scan(log, None)


def spawn(folder: Path, *lines: Line) -> dict[str, Any]:
    (facts,) = read(folder, *lines).facts.values()
    return told(facts)


def sign(stated: dict[str, Any]) -> str:
    ((kind, _, _),) = stated["signals 0"]
    return str(kind)


def test_a_spawn_is_told_with_what_it_took(tmp_path: Path) -> None:
    result = read(tmp_path, *SESSION_LINES)
    assert result.source == "copilot-cli"
    assert list(result.facts) == [CALL]
    stated = told(result.facts[CALL])
    wanted = {"agent": "explore", "model": "claude-haiku-4.5", "requested": "claude-haiku-4.5", "tokens": 12_000}
    wanted |= {"duration_ms": 16_000, "tool_uses": 4, "parent_model": "claude-sonnet-5", "version": "1.0.72"}
    wanted |= {"project": "/home/ann/orchard", "session": SESSION, "status": "completed"}
    wanted |= {"repository": "github.com/ann/orchard"}
    assert {field: stated[field] for field in wanted} == wanted
    assert (stated["title"], stated["task"]) == ("Find the pruning", "Find where branches are pruned.")
    assert sign(stated) == "result_returned"


def test_a_grown_file_tells_more_of_the_same_spawn(tmp_path: Path) -> None:
    early = spawn(tmp_path, *SESSION_LINES[:4])
    assert (early.get("status"), sign(early)) == (None, "no_result")
    assert sign(spawn(tmp_path, *SESSION_LINES)) == "result_returned"


@pytest.mark.parametrize(
    ("words", "tokens", "wanted"),
    [
        ("", 12_000, "empty_report"),
        ("Nothing to say.", 0, "zero_tokens"),
        ("API Error: 529 overloaded", 12_000, "api_error"),
        ("It is in prune.py.", 12_000, "result_returned"),
    ],
)
def test_completed_is_no_success_of_itself(tmp_path: Path, words: str, tokens: int, wanted: str) -> None:
    done = COMPLETED | {"data": COMPLETED["data"] | {"totalTokens": tokens}}
    back = RESULT | {"data": RESULT["data"] | {"result": {"content": words}}}
    assert sign(spawn(tmp_path, START, REQUEST, STARTED, done, back)) == wanted


@pytest.mark.parametrize(
    ("error", "wanted"),
    [
        ("CAPIError: 400 Invalid schema", "api_error"),
        ("You've hit your usage limit", "usage_limit"),
        ("No response generated", "run_failed"),
    ],
)
def test_a_failed_agent_tells_why(tmp_path: Path, error: str, wanted: str) -> None:
    failed = event("subagent.failed", 20, CALL, toolCallId=CALL, agentName="explore", error=error, durationMs=7_036)
    back = event("tool.execution_complete", 21, toolCallId=CALL, success=False, error={"message": "failed"})
    stated = spawn(tmp_path, START, REQUEST, RUN, STARTED, failed, back)
    assert (stated["status"], stated["duration_ms"], sign(stated)) == ("failed", 7_036, wanted)


def test_a_call_that_was_refused_never_started(tmp_path: Path) -> None:
    back = event("tool.execution_complete", 21, toolCallId=CALL, success=False, error={"message": "no such agent: x"})
    assert sign(spawn(tmp_path, START, RUN, back)) == "launch_failed"
    denied = back | {"data": back["data"] | {"error": {"message": "no", "code": "rejected"}}}
    assert sign(spawn(tmp_path, START, RUN, denied)) == "user_rejected"


def test_an_agent_in_the_background_ends_when_it_ends(tmp_path: Path) -> None:
    launched = RESULT | {"data": RESULT["data"] | {"result": {"content": _LAUNCHED}}}
    early = spawn(tmp_path, START, RUN, STARTED, launched)
    assert (early.get("status"), sign(early)) == (None, "no_result")
    assert sign(spawn(tmp_path, START, RUN, STARTED, launched, COMPLETED)) == "no_result"
    noticed = event("system.notification", 25) | {
        "data": {"kind": {"type": "agent_completed", "agentId": "look-1", "status": "failed"}}
    }
    assert spawn(tmp_path, START, RUN, STARTED, launched, noticed)["status"] == "failed"


_LAUNCHED = "Agent started in background with agent_id: look-1. You can use read_agent tool with this agent_id."


def test_a_cancelled_agent_was_stopped(tmp_path: Path) -> None:
    cancelled = COMPLETED | {"data": COMPLETED["data"] | {"cancelled": True}}
    assert sign(spawn(tmp_path, START, RUN, STARTED, cancelled)) == "run_stopped"


@pytest.mark.parametrize("own_id", ["agent-4", CALL])
def test_agents_within_agents_have_parents_and_their_own_models(tmp_path: Path, own_id: str) -> None:
    inner = "toolu_02CallOfTheReader"
    lines = [
        START,
        RUN,
        event("subagent.started", 4, own_id, toolCallId=CALL, agentName="explore", model="claude-haiku-4.5"),
        event("assistant.message", 5, own_id, model="gpt-5.4-mini", outputTokens=9, toolRequests=[]),
        event("tool.execution_start", 6, own_id, toolCallId=inner, toolName="task", arguments={"prompt": "Read it."}),
        event("subagent.started", 7, "agent-5", toolCallId=inner, agentName="reader", model="gpt-5.4-nano"),
    ]
    facts = read(tmp_path, *lines).facts
    assert told(facts[CALL])["model"] == "gpt-5.4-mini", "its own messages outweigh what was announced"
    stated = told(facts[inner])
    assert (stated["parent"], stated["model"], stated["parent_model"]) == (CALL, "gpt-5.4-nano", "gpt-5.4-mini")


def test_short_ids_belong_to_their_session(tmp_path: Path) -> None:
    lines = json.loads(json.dumps(SESSION_LINES).replace(CALL, "call_1"))
    assert list(read(tmp_path, *lines).facts) == [f"{SESSION}:call_1"]


def test_other_tools_and_other_sessions_are_no_spawns(tmp_path: Path) -> None:
    other = event("tool.execution_start", 3, toolCallId="toolu_03AnyOtherToolUse", toolName="image", arguments=ASK)
    assert not read(tmp_path, START, other).facts
