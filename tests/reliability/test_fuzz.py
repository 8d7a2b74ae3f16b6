"""Whatever the hook and the server are given, no spawn is stopped and nobody falls over."""

import io
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from recommender.cli import main
from recommender.home import snapshot_file
from recommender.settings import data_home
from recommender.snapshot_file import write_snapshot
from tests.reliability.hostile import TEXTS, obeyed
from tests.reliability.house import IS_LONG, PROJECT, SEED
from tests.support.snapshots import TESTING, learned_snapshot

EXAMPLES = 20_000 if IS_LONG else 400
PROCESSES = 300 if IS_LONG else 6
CALLS = 3_000 if IS_LONG else 60
SILENCE_S = 120
fuzzed = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
)

texts = st.text(max_size=40) | st.sampled_from(TEXTS) | st.just(TESTING) | st.just("A" * 2_000)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
calls = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("description", "prompt", "subagent_type", "model", "resume", "�"), values)
)
events = st.fixed_dictionaries(
    {"tool_name": st.sampled_from(["Agent", "Task"]) | values, "tool_input": calls | values},
    optional={
        **dict.fromkeys(("session_id", "tool_use_id", "cwd", "transcript_path", "agent_id", "agent_type"), values),
        "agent_transcript_path": values | st.sampled_from(["/dev/zero", "/etc", "x.jsonl", "/proc/self/mem"]),
    },
)
inputs = events.map(lambda event: json.dumps(event).encode()) | values.map(lambda v: json.dumps(v).encode())
inputs = inputs | st.binary(max_size=300) | st.just(b"[" * 100_000) | st.just(b'{"tool_input":' * 5_000)
arguments = st.lists(
    st.sampled_from(["pre-spawn", "subagent-stop", "--mode", "--by", "audit", "advise", "enforce", "deny", "update"])
    | st.text(max_size=8),
    max_size=5,
)
registrations = arguments | st.tuples(
    st.just("pre-spawn"), st.just("--mode"), st.sampled_from(["audit", "advise", "enforce"])
).map(list)


@pytest.fixture(autouse=True)
def learned() -> None:
    write_snapshot(snapshot_file(), learned_snapshot())


def assert_stops_no_spawn(code: int, output: str, errors: str, registered: list[str]) -> None:
    """Exit code 2 and a denial stop a spawn; a denial is only for anyone who asked for it."""
    assert (code, errors) == (0, "")
    assert obeyed(output) == set()
    if output:
        answer = json.loads(output)
        assert set(answer) <= {"systemMessage", "hookSpecificOutput"}
        assert obeyed(answer.get("systemMessage", "")) == set()
        hook = answer.get("hookSpecificOutput", {})
        assert "permissionDecision" not in hook or "deny" in registered
        assert hook.get("permissionDecision") in (None, "deny")


@seed(SEED)
@given(inputs, registrations)
@fuzzed
def test_hook_stops_no_spawn(said: bytes, registered: list[str]) -> None:
    output, errors = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(said)))
        patched.setattr(sys, "stdout", output)
        patched.setattr(sys, "stderr", errors)
        code = main(["hook", *registered])
    assert_stops_no_spawn(code, output.getvalue(), errors.getvalue(), registered)


@seed(SEED)
@given(inputs, registrations.map(lambda given: [each.replace("\0", "") for each in given]))
@settings(fuzzed, max_examples=PROCESSES)
def test_hook_stops_no_spawn_as_a_process(said: bytes, registered: list[str]) -> None:
    command = [sys.executable, "-m", "recommender.cli", "hook", *registered]
    done = subprocess.run(command, input=said, cwd=PROJECT, capture_output=True, check=False)
    assert_stops_no_spawn(done.returncode, done.stdout.decode(), done.stderr.decode(), registered)


class Server:
    """`spawnwise mcp` as a client starts it, spoken to line by line."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "recommender.cli", "mcp"]
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        self.process = subprocess.Popen(command, cwd=PROJECT, env=dict(os.environ), **pipes)
        self.number = 0
        self.ask(
            "initialize",
            {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}},
        )
        self.say(json.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"}).encode())

    def say(self, line: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line.replace(b"\n", b" ") + b"\n")
        self.process.stdin.flush()

    def ask(self, method: str, parameters: Any) -> dict[str, Any]:
        """Return the answer to a request, whatever else is said before it."""
        self.number += 1
        request = {"jsonrpc": "2.0", "id": self.number, "method": method, "params": parameters}
        self.say(json.dumps(request).encode())
        watchdog = threading.Timer(SILENCE_S, self.process.kill)
        watchdog.start()
        try:
            return self._answer_to(request)
        finally:
            watchdog.cancel()

    def _answer_to(self, request: dict[str, Any]) -> dict[str, Any]:
        assert self.process.stdout is not None
        while line := self.process.stdout.readline():
            assert min(line.rstrip()) >= ord(" ")  # no escape sequence as it is, no matter who watches the pipe
            answer = json.loads(line)
            if answer.get("id") == self.number:
                return dict(answer)
        raise AssertionError(f"The server is gone, or does not answer: {str(request)[:500]}")


@pytest.fixture
def server() -> Iterator[Server]:
    started = Server()
    yield started
    started.process.terminate()
    started.process.communicate()


def is_json(value: Any) -> bool:
    """Tell whether JSON has a form for it: not for halves of characters, nor for what is no number."""
    try:
        return bool(json.dumps(value, ensure_ascii=False, allow_nan=False).encode())
    except ValueError:
        return False


requests = st.tuples(
    st.sampled_from(["recommend", "explain", "record"]) | texts,
    st.fixed_dictionaries(
        {},
        optional={"task": texts, "agent": texts, "model": texts}
        | dict.fromkeys(("success", "duration_ms", "cost_usd", "session_id", "days", "x"), values),
    )
    | values,
).filter(is_json)  # the library passes over anything else in silence; that is in the noise


def test_server_answers_and_lives_on(server: Server) -> None:
    @seed(SEED)
    @given(requests, st.binary(max_size=200) | values.map(lambda v: json.dumps(v).encode()))
    @settings(fuzzed, max_examples=CALLS)
    def fuzz(request: tuple[str, Any], noise: bytes) -> None:
        server.say(noise)
        answer = server.ask("tools/call", {"name": request[0], "arguments": request[1]})
        assert ("result" in answer) != ("error" in answer)

    fuzz()
    asked = {"name": "recommend", "arguments": {"task": TESTING, "agent": "QA_TESTER"}}
    assert server.ask("tools/call", asked)["result"]["structuredContent"]["model"] == "haiku"
    assert not [path for path in Path(data_home()).rglob("*") if path.stat().st_mode & 0o066]
