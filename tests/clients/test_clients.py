"""What Spawnwise reads from the logs of real clients is what the model server served them."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from psycopg.rows import dict_row

from pipelines.ingest.intake import ingest_sources
from pipelines.progress import SilentProgress
from pipelines.warehouse import Warehouse
from tests.clients.model_server import AGENT, Script, Served, ToolCall, Turn, serving
from tests.clients.programs import run_claude, run_codex

Turns = Mapping[str, Sequence[Turn]]
TESTER = "---\nname: tester\ndescription: Writes tests.\n{more}---\nYou write tests.\n"
DONE = Turn("I wrote 6 tests; all pass.", output=33)
DAY_MS = 86_400_000


def _agent(name: str, **more: Any) -> ToolCall:
    call = {"description": "Write tests", "prompt": f"#{name}# Write tests for the parser.", "subagent_type": "tester"}
    return ToolCall("Agent", call | {"run_in_background": False} | more)


def _main(*calls: ToolCall) -> list[Turn]:
    return [Turn("I give it out.", calls), Turn("All have reported.")]


@pytest.fixture
def rows(warehouse: Warehouse) -> Callable[[Path], dict[str, dict[str, Any]]]:
    """Read logs; return the rows by the name of their conversation."""

    def read(logs: Path) -> dict[str, dict[str, Any]]:
        ingest_sources(warehouse, [logs], SilentProgress())
        query = """
            select t.*, p.task_description as parent_task, array(
                select signal from learning.outcome_signals as s where s.task_id = t.id order by 1
            ) as signals
            from learning.task_history as t left join learning.task_history as p on p.id = t.parent_task_id
        """
        with warehouse.connect() as connection, connection.cursor(row_factory=dict_row) as cursor:
            found = cursor.execute(query).fetchall()
        named = {_name(row["task_description"]): row for row in found}
        assert len(named) == len(found), "a spawn has two rows"
        return named

    return read


def _name(task: str | None) -> str:
    return (re.findall(r"#([\w-]+)#", task or "") or [""])[-1]


def assert_as_served(
    script: Script, rows: Mapping[str, Mapping[str, Any]], parents: Mapping[str, str], client: str = "claude"
) -> None:
    """Compare each spawn's model, effort, tokens, parent and duration with what was served to it.

    Before 2.1.212 Claude Code's logs told no effort, and nothing of requests that failed.
    """
    tells_all = client != "claude-spring"
    assert rows.keys() == parents.keys()
    for name, row in rows.items():
        served: list[Served] = [each for each in script.served if each.conversation == name]
        assert served, f"{name} never asked"
        assert row["model_resolved"] == (served[-1].model if tells_all or served[-1].output else None)
        assert row["effort_used"] == (served[-1].effort if tells_all else None)
        for column, kind in (
            ("input_tokens", "input"),
            ("cache_read_tokens", "cache_read"),
            ("output_tokens", "output"),
        ):
            assert (row[column] or 0) == sum(getattr(each, kind) for each in served), f"{column} of {name}"
        assert _name(row["parent_task"]) == parents[name]
        assert 0 <= row["duration_ms"] < DAY_MS


CLAUDE: dict[str, tuple[Turns, dict[str, tuple[str, str]]]] = {  # turns, and the parent and a signal of each spawn
    "one": ({"main": _main(_agent("one")), "one": [DONE]}, {"one": ("", "result_returned")}),
    "model and effort": (
        {"main": _main(_agent("one", model="haiku", effort="low")), "one": [DONE]},
        {"one": ("", "result_returned")},
    ),
    "two at once": (
        {"main": _main(_agent("one"), _agent("two")), "one": [DONE], "two": [DONE]},
        {"one": ("", "result_returned"), "two": ("", "result_returned")},
    ),
    "nested": (
        {
            "main": _main(_agent("outer", subagent_type="general-purpose")),
            "outer": _main(_agent("inner", model="haiku")),
            "inner": [DONE],
        },
        {"outer": ("", "result_returned"), "inner": ("outer", "result_returned")},
    ),
    "background": (
        {"main": _main(_agent("one", run_in_background=True)), "one": [DONE]},
        {"one": ("", "result_returned")},
    ),
    "provider fails": (
        {"main": _main(_agent("one", model="haiku")), "one": [Turn(status=500)]},
        {"one": ("", "api_error")},
    ),
    "turn limit": (
        {
            "main": _main(_agent("one", subagent_type="short")),
            "one": [Turn("First.", [ToolCall("Bash", {"command": "echo 1", "description": "One"})]), DONE],
        },
        {"one": ("", "turn_limit")},
    ),
}


# In spring an agent could spawn none, and its log did not tell that it was cut off by a limit of turns.
IN_SPRING = sorted(CLAUDE.keys() - {"nested", "turn limit"})


@pytest.mark.parametrize(
    ("scenario", "client"), [*((name, "claude") for name in CLAUDE), *((name, "claude-spring") for name in IN_SPRING)]
)
def test_claude_codes_logs_are_read_as_served(scenario: str, client: str, tmp_path: Path, rows: Any) -> None:
    turns, expected = CLAUDE[scenario]
    agents = tmp_path / "project" / ".claude" / "agents"
    agents.mkdir(parents=True)
    (agents / "tester.md").write_text(TESTER.format(more=""))
    (agents / "short.md").write_text(TESTER.format(more="maxTurns: 1\n").replace("name: tester", "name: short"))
    script = Script(turns)
    with serving(script) as url:
        home = run_claude(url, tmp_path, "#main# Let it be done.", "--allowedTools", "Bash", client=client)
    read = rows(home)
    assert_as_served(script, read, {name: parent for name, (parent, _) in expected.items()}, client)
    for name, (_, signal) in expected.items():
        assert signal in read[name]["signals"]
        assert read[name]["project"] == str(tmp_path / "project")


def test_claude_codes_workflow_agents_are_read_as_served(tmp_path: Path, rows: Any) -> None:
    steps = (
        "export const meta = {name: 'two', description: 'Two', phases: [{title: 'Work'}]}\nphase('Work')\n"
        "await agent('#first# Write tests.', {label: 'tests'})\n"
        "await agent('#second# Sum it up.', {label: 'sum', model: 'haiku', effort: 'low'})\n"
    )
    script = Script({"main": _main(ToolCall("Workflow", {"script": steps})), "first": [DONE], "second": [DONE]})
    with serving(script) as url:
        home = run_claude(url, tmp_path, "#main# Use a workflow: ultracode.", "--allowedTools", "Workflow")
    assert_as_served(script, rows(home), {"first": "", "second": ""})


def test_claude_codes_own_telemetry_is_read_as_served(tmp_path: Path, rows: Any, monkeypatch: Any) -> None:
    exported: list[str] = []
    script = Script({"main": _main(_agent("one", subagent_type="general-purpose")), "one": [DONE]})
    telemetry = {f"OTEL_{kind}_EXPORTER": "otlp" for kind in ("LOGS", "TRACES")}
    telemetry |= {f"OTEL_{kind}_EXPORT_INTERVAL": "200" for kind in ("LOGS", "TRACES")}
    telemetry |= {"CLAUDE_CODE_ENABLE_TELEMETRY": "1", "CLAUDE_CODE_ENHANCED_TELEMETRY_BETA": "1"}
    telemetry |= {"OTEL_LOG_TOOL_DETAILS": "1", "OTEL_EXPORTER_OTLP_PROTOCOL": "http/json"}
    with serving(script, exported) as url:
        endpoint = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"{url}/otel"}
        run_claude(url, tmp_path, "#main# Let it be done.", **telemetry, **endpoint)
    (tmp_path / "export.jsonl").write_text("".join(f"{json.dumps(json.loads(each))}\n" for each in exported))
    assert_as_served(script, rows(tmp_path / "export.jsonl"), {"one": ""})


def test_codexs_rollouts_are_read_as_served(tmp_path: Path, rows: Any) -> None:
    asked = {"message": "#one# Write tests for the parser.", "model": "gpt-5.6-luna", "reasoning_effort": "high"}
    spawn, wait = (
        ToolCall(name, given, "multi_agent_v1")
        for name, given in (("spawn_agent", asked), ("wait_agent", {"targets": [AGENT], "timeout_ms": 30_000}))
    )
    script = Script({"main": [Turn(calls=[spawn]), Turn(calls=[wait]), Turn("Done.")], "one": [DONE]})
    with serving(script) as url:
        sessions = run_codex(url, tmp_path, "#main# Let it be done.")
    assert_as_served(script, rows(sessions), {"one": ""})
