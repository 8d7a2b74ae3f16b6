"""Spans and events of those who write other names than the conventions'."""

import json
from typing import Any

import pytest

from tests.support.format_lines import read_all

SECOND = 1_000_000_000
BEGIN = 1_772_360_000 * SECOND
SESSION, AGENT = "session-1", "a1b2c3d4e5f6a7b8c"


def _pairs(told: dict[str, Any]) -> list[dict[str, Any]]:
    kinds = {bool: "boolValue", int: "intValue", str: "stringValue"}
    return [{"key": key, "value": {kinds[type(value)]: value}} for key, value in told.items()]


def span(name: str, id_: str, parent: str = "", seconds: int = 1, code: int = 0, /, **told: Any) -> dict[str, Any]:
    return {
        **{"traceId": "t", "spanId": id_, "parentSpanId": parent, "name": name},
        **{"startTimeUnixNano": str(BEGIN), "endTimeUnixNano": str(BEGIN + seconds * SECOND)},
        **{"attributes": _pairs(told), "status": {"code": code, "message": "API Error: 500" if code else ""}},
    }


def spans(*each: dict[str, Any]) -> dict[str, Any]:
    resource = {"attributes": _pairs({"service.name": "claude-code"})}
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [{"scope": {"name": "x"}, "spans": list(each)}]}]}


def records(*requests: dict[str, Any]) -> list[Any]:
    return [told.record for told in read_all("otel", requests)[0]]


def claude(kind: str, id_: str, parent: str = "", seconds: int = 1, code: int = 0, /, **told: Any) -> dict[str, Any]:
    return span(f"claude_code.{kind}", id_, parent, seconds, code, **{"span.type": kind, "session.id": SESSION, **told})


def answer(id_: str, parent: str, seconds: int = 2, **told: Any) -> dict[str, Any]:
    counts = {"input_tokens": 1000, "cache_read_tokens": 200, "cache_creation_tokens": 0, "output_tokens": 50}
    return claude("llm_request", id_, parent, seconds, model="claude-haiku-5-5", effort="low", **counts, **told)


TURN = claude("interaction", "turn", **{"gen_ai.operation.name": "invoke_agent"})
CALL = claude("tool", "call", "turn", tool_name="Agent", subagent_type="tester", tool_use_id="toolu_1")
RUNS = claude("tool.execution", "runs", "call", tool_use_id="toolu_1")


def test_the_spawn_is_the_call_of_the_agent_and_not_the_whole_turn() -> None:
    own = [answer("r1", "runs", agent_id=AGENT), answer("r2", "runs", 5, agent_id=AGENT)]
    (record,) = records(spans(TURN, CALL, RUNS, answer("main", "turn"), *own))
    assert (record.id, record.agent, record.model, record.effort) == (AGENT, "tester", "claude-haiku-5-5", "low")
    assert (record.input_tokens, record.cache_read_tokens, record.output_tokens) == (2000, 400, 100)
    assert (record.session_id, record.project, record.task) == (SESSION, None, "")
    assert record.duration_ms == 5_000  # an agent in the background outlives its call


def test_an_agent_within_another_and_one_of_a_workflow_are_spawns_of_their_own() -> None:
    inner = claude("tool", "inner", "runs", tool_name="Agent", subagent_type="reader", agent_id=AGENT)
    workflow = claude("tool", "flow", "turn", tool_name="Workflow")
    told = records(
        spans(
            *(TURN, CALL, RUNS, answer("r1", "runs", agent_id=AGENT), inner, workflow),
            answer("r2", "inner", agent_id="b1"),
            answer("r3", "flow", agent_id="c1", query_source_safe="agent.builtin.workflow-subagent"),
        )
    )
    assert {record.id: (record.agent, record.parent_id) for record in told} == {
        AGENT: ("tester", None),
        "b1": ("reader", AGENT),
        "c1": ("workflow-subagent", None),
    }


def test_a_call_failed_where_its_execution_did() -> None:
    failed = claude("tool.execution", "runs", "call", 1, 2, tool_use_id="toolu_1")
    (record,) = records(spans(TURN, CALL, failed))
    assert (record.id, record.status, record.signals) == ("toolu_1", "error", ("api_error",))


def event(kind: str, second: int, **told: Any) -> dict[str, Any]:
    record = {
        "timeUnixNano": str(BEGIN + second * SECOND),
        "body": {"stringValue": f"claude_code.{kind}"},
        "attributes": _pairs({"session.id": SESSION, **{key.replace("__", "."): value for key, value in told.items()}}),
    }
    return {"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]}


REQUEST = {
    **{"agent_id": AGENT, "agent__name": "tester", "model": "claude-haiku-5-5", "effort": "low", "duration_ms": 900},
    **{"input_tokens": 1000, "cache_read_tokens": 200, "cache_creation_tokens": 0, "output_tokens": 50},
}
ASKED = {
    "description": "Test it",
    "prompt": "Write tests.",
    "subagent_type": "tester",
    "model": "haiku",
    "effort": "low",
}


def result(second: int = 9, success: str = "true", **told: Any) -> dict[str, Any]:
    asked = {"tool_name": "Agent", "tool_use_id": "toolu_1", "tool_input": json.dumps(ASKED), "duration_ms": "3000"}
    return event("tool_result", second, success=success, **asked, **told)


def test_events_alone_tell_of_a_spawn() -> None:
    end = event("subagent_completed", 9, agent_id=AGENT, agent_type="tester", duration_ms=3000, total_tool_uses=4)
    (record,) = records(event("api_request", 7, **REQUEST), event("api_request", 8, **REQUEST), end, result())
    assert (record.id, record.agent, record.task, record.title) == (AGENT, "tester", "Write tests.", "Test it")
    assert (record.model, record.model_requested, record.effort) == ("claude-haiku-5-5", "haiku", "low")
    assert (record.input_tokens, record.cache_read_tokens, record.output_tokens) == (2000, 400, 100)
    assert (record.duration_ms, record.tool_uses, record.signals) == (3000, 4, ("result_returned",))


@pytest.mark.parametrize(
    ("error", "requests", "id_", "signal"),
    [
        ("Agent type 'x' not found", [], "toolu_1", "launch_failed"),
        ("Agent terminated early due to an API error: 500", [REQUEST | {"error": "500"}], AGENT, "api_error"),
    ],
)
def test_events_tell_of_a_spawn_that_failed(error: str, requests: list[Any], id_: str, signal: str) -> None:
    errors = [event("api_error", 8, **{k: v for k, v in each.items() if "tokens" not in k}) for each in requests]
    (record,) = records(*errors, result(success="false", error=error))
    assert (record.id, record.signals, record.status, record.error) == (id_, (signal,), "error", error)


def test_openinference_says_what_a_span_is() -> None:
    kind = "openinference.span.kind"
    said = {"llm.input_messages.0.message.role": "user", "llm.input_messages.0.message.content": "Fix the login"}
    used = {"llm.token_count.prompt": 1200, "llm.token_count.completion": 50}
    used["llm.token_count.prompt_details.cache_read"] = 200
    (record,) = records(
        spans(
            span("Coder.run", "a", **{kind: "AGENT"}),
            span("step", "s", "a", **{kind: "CHAIN"}),
            span("generate", "c", "s", **{kind: "LLM", "llm.model_name": "gpt-5.4-mini", **said, **used}),
        )
    )
    assert (record.agent, record.task, record.model) == ("Coder", "Fix the login", "gpt-5.4-mini")
    assert (record.input_tokens, record.cache_read_tokens, record.output_tokens) == (1000, 200, 50)


def test_pydantic_ais_first_version_names_no_operation() -> None:
    told = {"agent_name": "coder", "gen_ai.agent.name": "coder", "model_name": "gpt-5.4-mini"}
    begun = span("agent run", "p", "a", **told, **{"logfire.span_type": "pending_span"})
    (record,) = records(spans(span("agent run", "a", **told), span("running tools", "t", "a"), begun))
    assert (record.agent, record.model_requested) == ("coder", "gpt-5.4-mini")
