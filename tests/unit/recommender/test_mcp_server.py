import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

from recommender.commands.mcp_server import build_server, readable
from recommender.commands.registry import MissingExtraError
from recommender.home import snapshot_file
from recommender.journal.notes import journal_files
from recommender.lookup import Recommender, default_recommender
from recommender.snapshot_file import write_snapshot
from tests.support.snapshots import TESTING, learned_snapshot

ROOT = Path(__file__).parents[3]


def bare(module: str, what: str, extra: str) -> NoReturn:
    """Fail as a bare install does."""
    raise MissingExtraError(what, extra, ModuleNotFoundError(f"No module named 'psycopg' ({module})", name="psycopg"))


@pytest.fixture(autouse=True)
def learned(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    default_recommender.cache_clear()
    write_snapshot(snapshot_file(), learned_snapshot())
    monkeypatch.setattr("recommender.commands.mcp_server.imported", bare)
    yield
    default_recommender.cache_clear()


def ask(server: Any, talk: Callable[[Client], Awaitable[Any]]) -> Any:
    async def session() -> Any:
        async with Client(server) as client:
            return await talk(client)

    return asyncio.run(session())


def test_the_tools_are_listed_with_what_they_do() -> None:
    tools = ask(build_server(), lambda client: client.list_tools()).tools
    assert [tool.name for tool in tools] == [
        "recommend", "explain", "record", "feedback", "stats",
        "trial_list", "trial_show", "trial_start", "trial_stop",
    ]  # fmt: skip
    assert all(tool.description for tool in tools)


def test_recommend_and_explain_answer_as_the_library_does() -> None:
    async def talk(client: Client) -> tuple[Any, Any]:
        arguments = {"task": TESTING, "agent": "QA_TESTER"}
        return await client.call_tool("recommend", arguments), await client.call_tool("explain", arguments)

    recommended, explained = ask(build_server(), talk)
    expected = Recommender().recommend(TESTING, "QA_TESTER").as_dict()
    varying = {"decision_id", "latency_ms", "snapshot_age_s"}
    assert {k: v for k, v in recommended.structured_content.items() if k not in varying} == {
        k: v for k, v in expected.items() if k not in varying
    }
    assert explained.structured_content["recommendation"]["model"] == "haiku"
    assert explained.structured_content["models"][0]["model"] == "haiku"


def test_record_and_stats() -> None:
    async def talk(client: Client) -> tuple[Any, Any, Any]:
        advice = await client.call_tool("recommend", {"task": TESTING, "agent": "QA_TESTER"})
        key = advice.structured_content["decision_id"]
        spawn = {"task": TESTING, "agent": "QA_TESTER", "model": "haiku", "success": True, "decision_id": key}
        return key, await client.call_tool("record", spawn), await client.call_tool("stats", {})

    key, recorded, stats = ask(build_server(), talk)
    assert recorded.structured_content == {"result": key}
    assert stats.structured_content["result"] == [{"mode": "library", "model": "haiku", "decisions": 1, "applied": 0}]
    assert '"success": true' in journal_files()[0].read_text()


def test_feedback_is_noted_for_what_was_decided() -> None:
    async def talk(client: Client) -> tuple[Any, Any]:
        advice = await client.call_tool("recommend", {"task": TESTING, "agent": "QA_TESTER"})
        key = advice.structured_content["decision_id"]
        said = {"task_id": key, "is_good": False, "remark": "It left one test failing."}
        return key, await client.call_tool("feedback", said)

    key, noted = ask(build_server(), talk)
    assert noted.structured_content == {"result": key}
    assert '"is_good": false' in journal_files()[0].read_text()


@pytest.mark.parametrize("days", [10**30, 36_501, 0, -(10**30)])
def test_any_number_of_days_gets_an_answer(days: int) -> None:
    result = ask(build_server(), lambda client: client.call_tool("stats", {"days": days}))
    assert result.structured_content == {"result": []}


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (rb'{"a": "x\ud83d"}', b'{"a": "x?"}\n'),
        (rb'{"a": "\uDE00x"}', b'{"a": "?x"}\n'),
        (rb'{"a": "\ud83d\ude00"}', rb'{"a": "\ud83d\ude00"}'),
        (rb'{"a": "\\ud83d"}', rb'{"a": "\\ud83d"}'),
        (b'{"a": "\xe9\\ud83d"}', '{"a": "\ufffd?"}\n'.encode()),
        (b'{"a": 1%s}' % (b"0" * 5_000), b'{"a": 1%s}\n' % (b"0" * 999)),
        (b'{"id": 1, "params": %s1%s}' % (b"[" * 400, b"]" * 400), b'{"id": 1}\n'),
        (b"[" * 100_000, b"[" * 100_000),
        (rb'{"a": "\ud83d', rb'{"a": "\ud83d'),
        (b'{"a": 1}', b'{"a": 1}'),
    ],
)
def test_what_the_library_cannot_read_is_replaced_and_all_else_stays(sent: bytes, read: bytes) -> None:
    assert readable(sent) == read


def test_a_request_with_half_a_character_or_an_endless_number_is_answered() -> None:
    requests = [
        {"id": 1, "method": "initialize"}
        | {
            "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}}
        },
        {"method": "notifications/initialized"},
        {"id": 2, "method": "tools/call", "params": {"name": "recommend", "arguments": {"task": "half \ud83d of one"}}},
    ]
    command = [sys.executable, "-m", "recommender.cli", "mcp"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        assert server.stdin and server.stdout  # noqa: PT018
        for request in requests:
            server.stdin.write(json.dumps({"jsonrpc": "2.0"} | request).encode() + b"\n")
        endless = b'{"task": "x", "agent": "A", "model": "haiku", "duration_ms": 1%s}' % (b"0" * 5_000)
        request = (
            b'{"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": {"name": "record", "arguments": %s}}\n'
        )
        server.stdin.write(request % endless)
        server.stdin.flush()
        answers = {
            answer["id"]: answer["result"] for answer in (json.loads(server.stdout.readline()) for _ in range(3))
        }
        server.stdin.close()
    assert answers[2]["structuredContent"]["model"]
    assert "numbers from 0 up" in answers[3]["content"][0]["text"]


@pytest.mark.parametrize(
    ("tool", "arguments", "reason"),
    [
        ("record", {"task": "", "agent": "A", "model": "haiku"}, "needs a task, an agent and a model"),
        ("record", {"task": "x", "agent": "A", "model": "haiku", "duration_ms": -1}, "numbers from 0 up"),
        ("record", {"task": "x", "agent": "A", "model": "sonnett"}, "knows the model 'sonnett'. Did you mean"),
        ("record", {"task": "x", "agent": "A", "model": "m" * 10**6}, "at most"),
        ("recommend", {}, "task"),
        ("feedback", {"task_id": "last", "is_good": True}, "Nothing has been decided"),
        ("feedback", {"task_id": "nobody's", "is_good": True}, "No task has the id"),
        ("trial_show", {"trial_id": "x"}, "[learn]"),
    ],
)
def test_what_cannot_be_is_refused_with_a_reason(tool: str, arguments: dict[str, Any], reason: str) -> None:
    result = ask(build_server(), lambda client: client.call_tool(tool, arguments))
    assert result.is_error
    assert reason in result.content[0].text


def test_over_standard_input_and_output_as_a_client_starts_it() -> None:
    parameters = StdioServerParameters(
        command=sys.executable, args=["-m", "recommender.cli", "mcp"], cwd=ROOT, env=dict(os.environ)
    )
    result = ask(
        stdio_client(parameters), lambda client: client.call_tool("recommend", {"task": TESTING, "agent": "QA_TESTER"})
    )
    assert result.structured_content["model"] == "haiku"
