"""Read spans out of OTLP JSON: an export request, as the collector's file exporter writes one on each line."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

AGENT_CALL = "invoke_agent"
MODEL_CALLS = {"chat", "generate_content", "text_completion"}
_KEPT_OF_MODEL_CALLS = ("gen_ai.usage.", "gen_ai.request.model", "gen_ai.response.model")


@dataclass
class Span:
    """What is kept of a span: its place in the trace, and its attributes."""

    key: str
    parent: str
    name: str
    operation: str
    attributes: dict[str, Any]
    status: Mapping[str, Any]
    started_at: datetime | None
    ended_at: datetime | None
    project: str | None
    writer: str | None
    line: int


def spans_of(request: Mapping[str, Any], line: int) -> Iterator[Span]:
    """Yield the spans of an export request; of spans other than agent calls only what can matter is kept."""
    for resource_spans in as_objects(request.get("resourceSpans")):
        resource = attributes(as_object(resource_spans.get("resource")).get("attributes"))
        for scope_spans in as_objects(resource_spans.get("scopeSpans")):
            scope = as_object(scope_spans.get("scope"))
            writer = " ".join(str(scope[key]) for key in ("name", "version") if scope.get(key)) or None
            for span in as_objects(scope_spans.get("spans")):
                kept = _kept(attributes(span.get("attributes")))
                trace = str(span.get("traceId", ""))
                yield Span(
                    key=f"{trace}:{span.get('spanId', '')}",
                    parent=f"{trace}:{span.get('parentSpanId', '')}",
                    name=str(span.get("name", "")),
                    operation=str(kept.get("gen_ai.operation.name", "")),
                    attributes=kept,
                    status=as_object(span.get("status")),
                    started_at=_moment(span.get("startTimeUnixNano")),
                    ended_at=_moment(span.get("endTimeUnixNano")),
                    project=as_text(resource.get("service.name")),
                    writer=writer,
                    line=line,
                )


def _kept(values: dict[str, Any]) -> dict[str, Any]:
    operation = values.get("gen_ai.operation.name")
    if operation == AGENT_CALL:
        return values
    kept = {name: value for name, value in values.items() if name.startswith(_KEPT_OF_MODEL_CALLS)}
    return kept | {"gen_ai.operation.name": operation} if operation in MODEL_CALLS else {}


def attributes(pairs: object) -> dict[str, Any]:
    """Return OTLP key-value pairs as a dictionary of plain data."""
    return {str(pair.get("key")): _value(pair.get("value")) for pair in as_objects(pairs)}


def _value(value: object) -> Any:
    """Return an OTLP value as plain data; 64-bit numbers come as text."""
    typed = as_object(value)
    if "intValue" in typed:
        try:
            return int(str(typed["intValue"]))
        except ValueError:
            return None
    if "arrayValue" in typed:
        return [_value(each) for each in as_objects(as_object(typed["arrayValue"]).get("values"))]
    if "kvlistValue" in typed:
        return attributes(as_object(typed["kvlistValue"]).get("values"))
    plain = next((typed[kind] for kind in ("stringValue", "boolValue", "doubleValue") if kind in typed), None)
    return plain if isinstance(plain, str | bool | float | int) else None


def _moment(nanoseconds: object) -> datetime | None:
    try:
        seconds = int(str(nanoseconds)) / 1e9
        return datetime.fromtimestamp(seconds, UTC) if seconds > 0 else None
    except (ValueError, OverflowError, OSError):
        return None


def as_object(value: object) -> Mapping[str, Any]:
    """Return the value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_objects(value: object) -> list[Mapping[str, Any]]:
    """Return the objects in a list; empty where it is none."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def as_text(value: object) -> str | None:
    """Return the value if it is text that is not empty, else None."""
    return value if isinstance(value, str) and value else None
