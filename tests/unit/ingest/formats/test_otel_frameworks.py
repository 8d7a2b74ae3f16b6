"""Spans in the shapes that frameworks write: what each calls its agents, models, tokens, messages and errors."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.ingest.files.recognize import source_of
from tests.support.format_lines import read_all
from tests.unit.ingest.formats.test_otel import BEGIN, SECOND, agent, record_of, records_of, request, span, typed

CLIENT, SERVER = 3, "SPAN_KIND_SERVER"
USAGE = {"gen_ai.usage.input_tokens": 100, "gen_ai.usage.output_tokens": 10}


def told(each: dict[str, Any], attributes: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Return the span with more attributes, under their full names, and more fields."""
    return each | fields | {"attributes": each["attributes"] + pairs(attributes)}


def pairs(attributes: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "value": typed(value)} for key, value in attributes.items()]


def event(name: str, **attributes: object) -> dict[str, Any]:
    return {"name": name, "attributes": pairs({key.replace("__", "."): value for key, value in attributes.items()})}


def silent(span_id: str = "a1", parent: str = "", **more: Any) -> dict[str, Any]:
    """Return an agent's span that does not tell what was asked."""
    return span(span_id, parent, "invoke_agent coder", operation__name="invoke_agent", agent__name="coder", **more)


def asked(*parts: dict[str, Any]) -> list[Any]:
    return [{"role": "user", "parts": list(parts)}]


TASK = {"type": "text", "content": "Fix the login"}
MESSAGES = json.dumps(asked(TASK))


# What was asked


def test_answers_of_tools_are_no_words_of_the_user() -> None:
    answer = {"type": "tool_call_response", "id": "t", "response": "4 files", "content": "4 files"}
    messages = [*asked(TASK), {"role": "assistant", "parts": [TASK | {"content": "Hm"}]}, *asked(answer)]
    assert record_of(request(silent(input__messages=json.dumps(messages)))).task == "Fix the login"


@pytest.mark.parametrize(
    "happened",
    [
        event("gen_ai.user.message", content=json.dumps([{"text": "Fix the login"}])),
        event("gen_ai.user.message", content="Fix the login"),
        event("gen_ai.user.message", gen_ai__event__content=json.dumps({"role": "user", "content": "Fix the login"})),
        event("gen_ai.content.prompt", gen_ai__prompt=json.dumps([{"role": "user", "content": "Fix the login"}])),
        event("gen_ai.client.inference.operation.details", gen_ai__input__messages=MESSAGES),
    ],
)
def test_messages_may_be_events_of_the_span(happened: dict[str, Any]) -> None:
    events = [event("gen_ai.user.message", content="Hello"), happened, event("gen_ai.choice", message="Done")]
    assert record_of(request(silent() | {"events": events})).task == "Fix the login"


@pytest.mark.parametrize(
    "attributes",
    [
        {"pydantic_ai.all_messages": MESSAGES},
        {"all_messages_events": json.dumps([{"role": "user", "content": "Fix the login"}])},
        {
            "gcp.vertex.agent.llm_request": json.dumps(
                {"contents": [{"role": "user", "parts": [{"text": "Fix the login"}]}]}
            )
        },
        {"gen_ai.prompt": "Fix the login"},
        {"gen_ai.prompt.1.role": "user", "gen_ai.prompt.1.content": "Fix the login", "gen_ai.prompt.0.role": "system"},
        {"gen_ai.input.messages": json.dumps({"messages": [{"role": "human", "content": "Fix the login"}]})},
        {"gen_ai.input.messages": '"Fix the login"'},
        {"input.value": '{"query": 1}'},
    ],
)
def test_messages_may_be_attributes_of_other_names(attributes: dict[str, Any]) -> None:
    words = attributes.get("input.value", "Fix the login")
    assert record_of(request(told(silent(), attributes))).task == words


def test_first_model_call_tells_what_the_agents_span_does_not() -> None:
    later = {"startTimeUnixNano": str(BEGIN + SECOND)}
    again = span("c2", "a1", operation__name="chat", input__messages=json.dumps(asked({"text": "Go on"}))) | later
    chat = span("c1", "a1", operation__name="chat", input__messages=MESSAGES)
    assert record_of(request(again, chat, silent())).task == "Fix the login"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["role", "parts", "content", "text", "type", "messages"]), inner)
        ),
    )
)
def test_no_message_breaks_the_reader(value: object) -> None:
    words = json.dumps([{"role": "user", "content": value}])
    events = [event("gen_ai.user.message", content=json.dumps(value))]
    attributes = {"gen_ai.input.messages": json.dumps(value), "gen_ai.prompt.0.content": words, "input.value": words}
    for each in (told(silent(), attributes), silent() | {"events": events}):
        assert record_of(request(each)).agent == "coder"


# Model and tokens


def test_model_calls_without_an_operation_are_known_by_their_tokens() -> None:
    call = told(span("c1", "a1", "call_llm"), USAGE | {"gen_ai.request.model": "gemini-3-flash"})
    embedding = told(span("e1", "a1", operation__name="embeddings"), USAGE | {"gen_ai.request.model": "embedder"})
    record = record_of(request(call, embedding, silent()))
    assert (record.model, record.input_tokens, record.output_tokens) == ("gemini-3-flash", 100, 10)


def test_call_within_a_call_is_the_same_call() -> None:
    outer = told(span("c1", "a1", operation__name="chat"), USAGE)
    inner = told(span("c2", "http", operation__name="generate_content"), USAGE)
    record = record_of(request(inner, span("http", "c1"), outer, silent()))
    assert (record.input_tokens, record.output_tokens) == (100, 10)


def test_call_within_one_that_tells_no_tokens_counts() -> None:
    outer, inner = span("c1", "a1", operation__name="chat"), told(span("c2", "c1", operation__name="chat"), USAGE)
    assert record_of(request(inner, outer, silent())).output_tokens == 10


def test_totals_of_an_agents_earlier_runs_do_not_count() -> None:
    chat = told(span("c1", "a1", operation__name="chat"), USAGE)
    assert record_of(request(chat, silent(usage__input_tokens=900, usage__output_tokens=90))).output_tokens == 10


def test_agents_own_tokens_count_where_a_call_tells_none() -> None:
    calls = [told(span("c1", "a1", operation__name="chat"), USAGE), span("c2", "a1", operation__name="chat")]
    assert record_of(request(*calls, silent(usage__input_tokens=900, usage__output_tokens=90))).output_tokens == 90
    assert record_of(request(*calls, silent(usage__input_tokens=0, usage__output_tokens=0))).output_tokens == 10


def test_aggregated_usage_counts_where_there_are_no_calls() -> None:
    usage = {"gen_ai.aggregated_usage.input_tokens": 100, "gen_ai.aggregated_usage.output_tokens": 10}
    assert record_of(request(told(silent(), usage | {"model_name": "small"}))).output_tokens == 10
    assert record_of(request(told(silent(), {"model_name": "small"}))).model == "small"


def test_tokens_that_nobody_tells_are_unknown() -> None:
    assert record_of(request(silent(), span("c1", "a1", operation__name="chat"))).input_tokens is None


@pytest.mark.parametrize(
    ("usage", "uncached"),
    [
        ({"cache_read.input_tokens": 60, "cache_creation.input_tokens": 20}, 20),
        ({"cache_read_input_tokens": 60, "cache_creation_input_tokens": 20}, 20),
        ({"cache_read_input_tokens": 60, "cache_write_input_tokens": 20, "total_tokens": 110}, 20),
        ({"cache_read_input_tokens": 60, "cache_write_input_tokens": 20, "total_tokens": 190}, 100),
        ({"cache_read_input_tokens": 600, "cache_write_input_tokens": 20}, 100),
    ],
)
def test_input_is_without_the_caches_tokens(usage: dict[str, int], uncached: int) -> None:
    record = record_of(
        request(told(silent(), USAGE | {f"gen_ai.usage.{name}": value for name, value in usage.items()}))
    )
    read = usage.get("cache_read.input_tokens") or usage.get("cache_read_input_tokens")
    assert (record.input_tokens, record.cache_read_tokens, record.cache_write_tokens) == (uncached, read, 20)


def test_token_counts_may_be_floating_point_numbers() -> None:
    usage = [{"key": key, "value": {"doubleValue": float(value)}} for key, value in USAGE.items()]
    assert record_of(request(silent() | {"attributes": silent()["attributes"] + usage})).input_tokens == 100


# Agents, and how they stand to each other


def test_agents_span_without_an_operation_has_its_name() -> None:
    assert record_of(request(span("a1", name="invoke_agent coder"))).agent == "coder"


@pytest.mark.parametrize(
    ("name", "attributes", "agent_name"),
    [
        ("invoke_agent", {"gen_ai.agent.id": "asst_1"}, "asst_1"),
        ("invoke_agent coder", {"gen_ai.agent.id": "asst_1"}, "coder"),
        ("agent run", {"agent_name": "coder"}, "coder"),
        ("coder.agent", {}, "coder.agent"),
        ("invoke_agent", {}, "unknown"),
    ],
)
def test_agent_is_called_by_its_name_before_its_id(name: str, attributes: dict[str, Any], agent_name: str) -> None:
    assert (
        record_of(request(told(span("a1", name=name, operation__name="invoke_agent"), attributes))).agent == agent_name
    )


def test_span_around_agents_that_is_none_is_no_spawn() -> None:
    around = span("w1", name="Agent workflow", operation__name="invoke_agent") | {"kind": SERVER}
    records = records_of(request(agent("a1", "w1"), agent("a2", "w1"), around))
    assert {key: record.parent_id for key, record in records.items()} == {"t1:a1": None, "t1:a2": None}


def test_orchestrator_that_calls_a_model_itself_is_a_spawn() -> None:
    around = span("w1", name="Agent workflow", operation__name="invoke_agent")
    chat = told(span("c1", "w1", operation__name="chat"), USAGE)
    assert records_of(request(agent("a1", "w1"), around, chat))["t1:a1"].parent_id == "t1:w1"


def test_agent_called_over_the_wire_is_one_spawn() -> None:
    caller = told(agent("a1"), {}, kind=CLIENT, endTimeUnixNano=str(BEGIN + 9 * SECOND))
    served = told(silent("a2", "http", request__model="small"), USAGE, kind=1)
    within = agent("a3", "a2", agent__name="helper")
    records = records_of(request(within, served, span("http", "a1"), caller))
    assert set(records) == {"t1:a1", "t1:a3"}
    assert (records["t1:a1"].model, records["t1:a1"].output_tokens, records["t1:a1"].duration_ms) == ("small", 10, 9000)
    assert records["t1:a3"].parent_id == "t1:a1"


def test_agent_that_calls_another_over_the_wire_stays() -> None:
    records = records_of(request(silent("a2", "a1") | {"kind": 1}, agent(agent__name="planner") | {"kind": CLIENT}))
    assert records["t1:a2"].parent_id == "t1:a1"


def test_agent_that_calls_its_like_by_a_tool_stays() -> None:
    tool = span("tool", "a1", operation__name="execute_tool")
    records = records_of(request(silent("a2", "tool") | {"kind": 1}, tool, agent() | {"kind": CLIENT}))
    assert records["t1:a2"].parent_id == "t1:a1"


def test_agents_without_a_name_are_not_the_same() -> None:
    caller, called = (span(key, above, "invoke_agent") for key, above in (("a1", ""), ("a2", "a1")))
    assert len(records_of(request(caller | {"kind": CLIENT}, called | {"kind": 1}))) == 2


def test_session_is_the_conversation_of_the_outermost_agent() -> None:
    inner = agent("a3", "a2", conversation__id="own")
    records = records_of(request(inner, agent("a2", "a1"), told(agent(), {"session.id": "s1"})))
    assert {record.session_id for record in records.values()} == {"s1"}


# Errors


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("openai.RateLimitError", "too many"),
        ("429", ""),
        ("http_500", ""),
        ("", "Error code: 503 - try later"),
        ("botocore.errorfactory.ThrottlingException", "slow down"),
        ("APIConnectionError", ""),
        ("TimeoutError", ""),
        ("BadRequestError", "context_length_exceeded"),
    ],
)
def test_errors_of_the_provider_are_not_the_agents(kind: str, message: str) -> None:
    thrown = event("exception", exception__type=kind, exception__message=message)
    in_event = silent(status={"code": "STATUS_CODE_ERROR"}) | {"events": [thrown]}
    in_status = silent(status={"code": 2, "message": f"{kind}({message})" if kind else message})
    for failed in (in_event, in_status if not kind.isdecimal() else in_event):
        assert record_of(request(failed)).signals == ("api_error",)


@pytest.mark.parametrize("kind", ["GenerateError", "ValueError", "FileNotFoundError", "MaxTurnsExceeded"])
def test_other_errors_are_the_agents(kind: str) -> None:
    record = record_of(request(told(silent(), {"error.type": kind})))
    assert (record.status, record.error, record.signals) == ("error", kind, ("tool_error",))


@pytest.mark.parametrize("kind", ["asyncio.exceptions.CancelledError", "GraphInterrupt", "ApprovalRequired"])
def test_what_was_stopped_has_not_failed(kind: str) -> None:
    thrown = event("exception", exception__type=kind, exception__message="")
    record = record_of(request(silent(status={"code": 2}) | {"events": [thrown]}))
    assert (record.status, record.error, record.signals) == ("stopped", None, ("run_stopped",))


@pytest.mark.parametrize("code", [1, "STATUS_CODE_OK"])
def test_span_that_says_ok_has_not_failed(code: object) -> None:
    assert record_of(request(told(silent(status={"code": code}), {"error.type": "x"}))).signals == ("result_returned",)
    assert record_of(request(told(silent(), {"error.type": ""}))).signals == ("result_returned",)


# Files


def test_span_that_came_twice_is_told_by_the_copy_with_an_end() -> None:
    begun = agent() | {"endTimeUnixNano": "0"}
    for order in ([agent(), begun], [begun, agent()]):
        assert record_of(*map(request, order)).duration_ms == 3000
    assert record_of(request(begun)).signals == ("no_result",)


def test_ids_in_base64_join_as_well() -> None:
    ids = {"traceId": "q83vq83vq83vq83vq83vqw==", "spanId": "q83vq83vq80="}
    inner = agent("EjRWeBI0Vng=", ids["spanId"]) | {"traceId": ids["traceId"]}
    assert records_of(request(inner, agent() | ids))[f"{ids['traceId']}:EjRWeBI0Vng="].parent_id == ":".join(
        ids.values()
    )


def test_spans_without_an_id_are_skipped() -> None:
    sightings, reading = read_all("otel", [request(agent("")), request({"name": "invoke_agent coder"})])
    assert (sightings, reading.skipped) == ([], 2)


def test_spans_after_other_telemetry_are_read(tmp_path: Any) -> None:
    lines = [{"resourceLogs": [{"scopeLogs": []}]}, {"resourceMetrics": []}, request(agent())]
    path = tmp_path / "telemetry.json"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    source = source_of(path)
    assert source is not None
    assert source.name == "otel"
    sightings, reading = read_all("otel", lines)
    assert (len(sightings), reading.loaded, reading.skipped) == (1, 1, 2)


def test_program_without_a_name_is_no_project() -> None:
    made = request(agent())
    made["resourceSpans"][0]["resource"]["attributes"][0]["value"]["stringValue"] = "unknown_service:python"
    assert record_of(made).project is None
