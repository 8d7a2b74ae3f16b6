import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.ingest.sources.otel.otlp import MAX_DEPTH, attributes
from pipelines.ingest.spawn_record import SpawnRecord
from tests.support.format_lines import only, read_all

SECOND = 1_000_000_000
BEGIN = 1_772_360_000 * SECOND


def typed(value: object) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, list):
        return {"arrayValue": {"values": [typed(each) for each in value]}}
    if isinstance(value, dict):
        return {"kvlistValue": {"values": [{"key": key, "value": typed(each)} for key, each in value.items()]}}
    return {"stringValue": value}


def span(span_id: str, parent: str = "", name: str = "", *, status: Any = None, **attributes: object) -> dict[str, Any]:
    pairs = [{"key": f"gen_ai.{key.replace('__', '.')}", "value": typed(value)} for key, value in attributes.items()]
    return {
        "traceId": "t1",
        "spanId": span_id,
        "parentSpanId": parent,
        "name": name,
        "startTimeUnixNano": str(BEGIN),
        "endTimeUnixNano": str(BEGIN + 3 * SECOND),
        "attributes": pairs,
        "status": status or {},
    }


def agent(span_id: str = "a1", parent: str = "", **more: Any) -> dict[str, Any]:
    task = [{"role": "user", "parts": [{"type": "text", "content": "Fix the login"}]}]
    fields: dict[str, Any] = {
        "operation__name": "invoke_agent",
        "agent__name": "coder",
        "input__messages": json.dumps(task),
    }
    return span(span_id, parent, "invoke_agent coder", **fields | more)


def request(*spans: dict[str, Any]) -> dict[str, Any]:
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]}
    scope = {"name": "my-agents", "version": "1.2"}
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [{"scope": scope, "spans": list(spans)}]}]}


def record_of(*requests: dict[str, Any]) -> Any:
    return only(read_all("otel", requests)[0])


def records_of(*requests: dict[str, Any]) -> dict[str, SpawnRecord]:
    return {sighting.record.id: sighting.record for sighting in read_all("otel", requests)[0]}


def test_agent_span_is_a_spawn() -> None:
    record = record_of(request(agent(conversation__id="c1", request__model="gpt-5-mini")))
    assert (record.id, record.agent, record.task, record.project) == ("t1:a1", "coder", "Fix the login", "shop")
    assert (record.session_id, record.duration_ms, record.status) == ("c1", 3000, "completed")
    assert (record.model, record.model_requested) == ("gpt-5-mini", "gpt-5-mini")
    assert record.signals == ("result_returned",)
    assert record.writer_version == "my-agents 1.2"


def test_attributes_of_the_span_or_its_program_tell_who_where_and_in_which_repository() -> None:
    named = request(agent())
    named["resourceSpans"][0]["resource"]["attributes"] += [
        {"key": "host.name", "value": {"stringValue": "box"}},
        {"key": "user.name", "value": {"stringValue": "ann"}},
        {"key": "vcs.repository.url.full", "value": {"stringValue": "https://github.com/x/shop"}},
    ]
    record = record_of(named)
    assert (record.user, record.host, record.repository) == ("ann", "box", "https://github.com/x/shop")

    own = agent()
    own["attributes"].append({"key": "user.email", "value": {"stringValue": "ben@x.io" + "o" * 2_000}})
    named["resourceSpans"][0]["scopeSpans"][0]["spans"] = [own]
    assert record_of(named).user.startswith("ben@x.io")
    assert len(record_of(named).user) == 200
    assert record_of(request(agent())).user is None


def test_model_and_tokens_come_from_the_calls_below() -> None:
    chat = {"operation__name": "chat", "response__model": "claude-haiku-4-5", "usage__input_tokens": 100}
    chat |= {"usage__output_tokens": 10, "usage__cache_read__input_tokens": 60}
    calls = [span("c1", "tool", **chat), span("c2", "a1", **chat), span("tool", "a1", operation__name="execute_tool")]
    record = record_of(request(*calls), request(agent()))
    assert record.model == "claude-haiku-4-5"
    assert (record.input_tokens, record.cache_read_tokens, record.output_tokens) == (80, 120, 20)


def test_own_tokens_are_not_counted_twice() -> None:
    chat = span("c1", "a1", operation__name="chat", usage__input_tokens=100, usage__output_tokens=10)
    record = record_of(request(agent(usage__input_tokens=100, usage__output_tokens=10), chat))
    assert (record.input_tokens, record.output_tokens) == (100, 10)


def test_agent_below_an_agent_has_it_as_parent_and_keeps_its_calls() -> None:
    chat = span("c1", "a2", operation__name="chat", response__model="small")
    records = records_of(
        request(chat, agent("a2", "tool"), span("tool", "a1", operation__name="execute_tool"), agent())
    )
    assert records["t1:a2"].parent_id == "t1:a1"
    assert (records["t1:a2"].model, records["t1:a1"].model) == ("small", None)


@pytest.mark.parametrize(
    ("more", "signal"),
    [({"status": {"code": 2, "message": "bad plan"}}, "tool_error"), ({"error__type": "x"}, "result_returned")],
)
def test_error_status_is_an_error(more: dict[str, Any], signal: str) -> None:
    assert record_of(request(agent(**more))).signals == (signal,)


def test_provider_failures_are_not_the_agents() -> None:
    failed = agent(status={"code": 2})
    failed["attributes"].append({"key": "error.type", "value": {"stringValue": "RateLimitError"}})
    assert record_of(request(failed)).signals == ("api_error",)


@pytest.mark.parametrize(
    "messages",
    [
        [{"role": "system", "content": "Be brief"}, {"role": "user", "content": "Fix the login"}],
        [{"role": "user", "parts": [{"type": "text", "content": "Fix the"}, {"type": "text", "content": "login"}]}],
    ],
)
def test_task_is_the_last_of_the_users_words(messages: list[Any]) -> None:
    for given_as in (messages, json.dumps(messages)):
        assert record_of(request(agent(input__messages=given_as))).task.split() == ["Fix", "the", "login"]


def test_without_a_task_the_span_has_its_name() -> None:
    assert record_of(request(agent(input__messages=""))).task == "invoke_agent coder"


def test_other_spans_and_other_lines_are_skipped() -> None:
    sightings, reading = read_all(
        "otel", [{"resourceMetrics": []}, request(span("s", operation__name="chat")), request()]
    )
    assert sightings == []
    assert (reading.read, reading.loaded, reading.skipped) == (3, 1, 2)


def test_spans_that_are_each_others_parents_end() -> None:
    record = record_of(
        request(span("x", "y"), span("y", "x"), span("c", "x", operation__name="chat"), agent(parent="x"))
    )
    assert record.parent_id is None


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(
                    ["resourceSpans", "scopeSpans", "spans", "attributes", "key", "value", "intValue", "status"]
                ),
                inner,
            )
        ),
    )
)
def test_no_request_breaks_the_reader(value: object) -> None:
    _, reading = read_all(
        "otel", [json.dumps({"resourceSpans": value}).encode(), request(agent() | {"attributes": value})]
    )
    assert reading.read == reading.loaded + reading.skipped + len(reading.unreadable) == 2


def test_a_chain_of_calls_which_only_damage_makes_so_long_costs_no_minutes() -> None:
    calls = [
        span(str(number), str(number - 1), operation__name="chat", request__model="m") for number in range(1, 9_000)
    ]
    assert record_of(request(agent("0"), *calls)).model == "m"


def test_parents_in_a_circle_are_no_parents() -> None:
    circle = [agent("a1", "x1"), span("x1", "x2"), span("x2", "a1"), span("x3", "x4"), span("x4", "x3")]
    record = record_of(request(*circle, span("c1", "x3", operation__name="chat"), agent("a1", "x1")))
    assert (record.parent_id, record.output_tokens) == (None, None)


def test_what_is_nested_too_deep_is_missing() -> None:
    for depth, seen in ((MAX_DEPTH - 1, "deep"), (MAX_DEPTH, None)):
        value: object = "deep"
        for _ in range(depth):
            value = [value]
        found = attributes([{"key": "a", "value": typed(value)}])["a"]
        for _ in range(depth):
            (found,) = found
        assert found == seen
