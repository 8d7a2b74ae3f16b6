"""What Copilot CLI's own exporter writes: a span a line."""

from typing import Any

from tests.support.format_lines import only, read_all

BEGIN = 1_788_000_000


def span(span_id: str, parent: str, name: str, took: int = 3, **attributes: Any) -> dict[str, Any]:
    told = {f"gen_ai.{key.replace('__', '.')}": value for key, value in attributes.items()}
    return {
        "type": "span",
        "traceId": "3d38e764af7148db",
        "spanId": span_id,
        "parentSpanId": parent,
        "name": name,
        "kind": 0,
        "startTime": [BEGIN, 500_000_000],
        "endTime": [BEGIN + took, 500_000_000],
        "attributes": told,
        "status": {"code": 0},
        "events": [],
        "resource": {"attributes": {"service.name": "github-copilot", "service.version": "1.0.84"}},
    }


def chat(span_id: str, parent: str, model: str, used: int) -> dict[str, Any]:
    tokens = {"usage__input_tokens": used, "usage__output_tokens": 40, "usage__cache_read__input_tokens": 100}
    return span(span_id, parent, f"chat {model}", operation__name="chat", response__model=model, **tokens)


AGENT = {"operation__name": "invoke_agent", "conversation__id": "s1"}
TURN = span("a1", "", "invoke_agent", **AGENT, agent__id="github.copilot.default", agent__name="copilot-cli")
LINES = [
    {"type": "metric", "name": "gen_ai.client.token.usage", "dataPoints": []},
    chat("c2", "a2", "claude-haiku-4.5", 900),
    span("a2", "t1", "invoke_agent explore", 2, **AGENT, agent__name="explore"),
    span("t1", "a1", "execute_tool task", operation__name="execute_tool"),
    chat("c1", "a1", "claude-sonnet-5", 5_000),
    TURN,
]


def test_the_agent_in_a_turn_is_the_spawn() -> None:
    record = only(read_all("otel", LINES)[0])
    assert (record.agent, record.model, record.duration_ms) == ("explore", "claude-haiku-4.5", 2_000)
    assert (record.input_tokens, record.output_tokens, record.cache_read_tokens) == (800, 40, 100)
    assert record.session_id == "s1"


def test_a_failed_span_is_a_failed_spawn() -> None:
    failed = LINES[2] | {"status": {"code": 2, "message": "CAPIError: 500"}}
    record = only(read_all("otel", [LINES[0], failed, TURN])[0])
    assert record.error is not None


def test_a_span_may_hold_anything() -> None:
    odd = [{"type": "span", "spanId": 7}, LINES[2] | {"startTime": "now", "attributes": [1], "events": 5}]
    assert read_all("otel", odd)[0] == []
