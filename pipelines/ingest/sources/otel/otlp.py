"""Read spans out of OTLP JSON: an export request, as the collector's file exporter writes one on each line."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pipelines.ingest.sources.otel.dialects import AGENT_CALL, MODEL_CALL, as_conventions, operation_of
from pipelines.ingest.sources.otel.tokens import puts_out
from pipelines.ingest.values import MAX_NAME, mapping

MODEL_CALLS = {MODEL_CALL, "generate_content", "text_completion"}
MAX_DEPTH = 50  # of values in each other
_CLAUDE_SERVICE = "claude-code"  # the program, whatever it works on
_WHO = {  # attributes by which a person or a place goes, the most telling first
    "user": ("user.email", "user.name", "enduser.id", "process.owner", "user.id"),
    "host": ("host.name", "host.id"),
    "repository": ("vcs.repository.url.full", "vcs.repository.name"),
}
_CLIENT = (3, "SPAN_KIND_CLIENT")


@dataclass
class Event:
    """Something that happened within a span: a message, an exception."""

    name: str
    attributes: Mapping[str, Any]


@dataclass
class Span:
    """A span of an agent or of a model call; of any other only its place in the trace is kept."""

    key: str
    parent: str
    name: str
    operation: str
    is_client: bool
    attributes: dict[str, Any]
    events: list[Event]
    status: Mapping[str, Any]
    started_at: datetime | None
    ended_at: datetime | None
    project: str | None
    writer: str | None
    line: int
    who: Mapping[str, str]  # user, host and repository, where they are told
    asked: str = ""
    id: str = ""  # by which the spawn is known where that is not the span's key


def spans_of(request: Mapping[str, Any], line: int) -> Iterator[Span]:
    """Yield the spans of an export request; one without an id cannot be told from another and is left out."""
    for resource_spans in as_objects(request.get("resourceSpans")):
        resource = attributes(mapping(resource_spans.get("resource")).get("attributes"))
        service = as_text(resource.get("service.name")) or ""
        # What a program is called that was given no name says nothing of the project.
        project = None if service.startswith("unknown_service") or service == _CLAUDE_SERVICE else service or None
        who = who_of(resource)
        for scope_spans in as_objects(resource_spans.get("scopeSpans")):
            scope = mapping(scope_spans.get("scope"))
            writer = " ".join(str(scope[key]) for key in ("name", "version") if scope.get(key)) or None
            for span in as_objects(scope_spans.get("spans")):
                if span.get("spanId"):
                    yield _span(span, project, writer, line, who)


def who_of(told: Mapping[str, Any]) -> dict[str, str]:
    """Return who runs the program, on which machine, in which repository, as far as attributes tell."""
    found = {
        field: next(filter(None, (as_text(told.get(attribute)) for attribute in attributes)), None)
        for field, attributes in _WHO.items()
    }
    return {field: value[:MAX_NAME] for field, value in found.items() if value}


def _span(span: Mapping[str, Any], project: str | None, writer: str | None, line: int, who: Mapping[str, str]) -> Span:
    trace, name, told = str(span.get("traceId", "")), str(span.get("name", "")), attributes(span.get("attributes"))
    told = as_conventions(name, told)
    operation = _operation(name, told)
    is_kept = operation == AGENT_CALL or operation in MODEL_CALLS
    return Span(
        key=f"{trace}:{span['spanId']}",
        parent=f"{trace}:{span.get('parentSpanId', '')}",
        name=name,
        operation=operation,
        is_client=span.get("kind") in _CLIENT,
        attributes=told if is_kept else {},
        events=_events(span) if is_kept else [],
        status=mapping(span.get("status")),
        started_at=_moment(span.get("startTimeUnixNano")),
        ended_at=_moment(span.get("endTimeUnixNano")),
        project=project,
        writer=writer,
        line=line,
        who={**who, **who_of(told)},
    )


def _operation(name: str, told: Mapping[str, Any]) -> str:
    """Return the operation; where none is told, an agent's span has its name, and tokens put out are a model's."""
    if (operation := operation_of(name, told)) is not None:
        return operation
    if operation := as_text(told.get("gen_ai.operation.name")):
        return operation
    if name.partition(" ")[0] == AGENT_CALL:
        return AGENT_CALL
    return MODEL_CALL if puts_out(told) else ""


def _events(span: Mapping[str, Any]) -> list[Event]:
    events = as_objects(span.get("events"))
    return [Event(str(event.get("name", "")), attributes(event.get("attributes"))) for event in events]


def attributes(pairs: object, depth: int = 0) -> dict[str, Any]:
    """Return OTLP key-value pairs as a dictionary of plain data, in which what is nested too deep is missing."""
    return {str(pair.get("key")): _value(pair.get("value"), depth) for pair in as_objects(pairs)}


def _value(value: object, depth: int) -> Any:
    """Return an OTLP value as plain data; 64-bit numbers come as text."""
    typed = mapping(value) if depth < MAX_DEPTH else {}
    if "intValue" in typed:
        try:
            return int(str(typed["intValue"]))
        except ValueError:
            return None
    if "arrayValue" in typed:
        return [_value(each, depth + 1) for each in as_objects(mapping(typed["arrayValue"]).get("values"))]
    if "kvlistValue" in typed:
        return attributes(mapping(typed["kvlistValue"]).get("values"), depth + 1)
    plain = next((typed[kind] for kind in ("stringValue", "boolValue", "doubleValue") if kind in typed), None)
    return plain if isinstance(plain, str | bool | float | int) else None


def _moment(nanoseconds: object) -> datetime | None:
    try:
        seconds = int(str(nanoseconds)) / 1e9
        return datetime.fromtimestamp(seconds, UTC) if seconds > 0 else None
    except (ValueError, OverflowError, OSError):
        return None


def as_objects(value: object) -> list[Mapping[str, Any]]:
    """Return the objects in a list; empty where it is none."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def as_text(value: object) -> str | None:
    """Return the value if it is text that is not empty, else None."""
    return value if isinstance(value, str) and value else None
