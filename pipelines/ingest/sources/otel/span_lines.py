"""Spans as JavaScript's OpenTelemetry holds them, one a line: what Copilot CLI's own file exporter writes, not OTLP."""

from collections.abc import Mapping
from typing import Any

from pipelines.ingest.values import count, items, mapping

_KINDS = ("SPAN_KIND_INTERNAL", "SPAN_KIND_SERVER", "SPAN_KIND_CLIENT", "SPAN_KIND_PRODUCER", "SPAN_KIND_CONSUMER")
MAX_DEPTH = 20  # of values in each other


def is_span_line(record: Mapping[str, Any]) -> bool:
    """Tell whether a line is one of this exporter's: a span, or a metric beside them."""
    kind = record.get("type")
    return (kind == "span" and "spanId" in record) or (kind == "metric" and "dataPoints" in record)


def as_request(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a span's line as an export request of OTLP, and any other record as it is."""
    if record.get("type") != "span" or not is_span_line(record):
        return record
    kind = count(record.get("kind"), len(_KINDS) - 1)
    events = [
        {"name": mapping(event).get("name"), "attributes": _pairs(mapping(event).get("attributes"))}
        for event in items(record.get("events"))
    ]
    span = {name: record.get(name) for name in ("traceId", "spanId", "name", "status")} | {
        "parentSpanId": record.get("parentSpanId") or "",
        "kind": None if kind is None else _KINDS[kind],
        "startTimeUnixNano": _nanoseconds(record.get("startTime")),
        "endTimeUnixNano": _nanoseconds(record.get("endTime")),
        "attributes": _pairs(record.get("attributes")),
        "events": events,
    }
    resource = {"attributes": _pairs(mapping(record.get("resource")).get("attributes"))}
    scope = mapping(record.get("instrumentationScope")) or mapping(record.get("scope"))
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [{"scope": scope, "spans": [span]}]}]}


def _nanoseconds(moment: object) -> str:
    """Return a pair of seconds and nanoseconds as one number; 0 where it is none."""
    match items(moment):
        case [int(seconds), int(rest)]:
            return str(seconds * 1_000_000_000 + rest)
    return "0"


def _pairs(told: object) -> list[dict[str, Any]]:
    return [{"key": key, "value": _typed(value, 0)} for key, value in mapping(told).items()]


def _typed(value: object, depth: int) -> dict[str, Any]:
    match value:
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            return {"doubleValue": value}
        case str():
            return {"stringValue": value}
        case list() if depth < MAX_DEPTH:
            return {"arrayValue": {"values": [_typed(each, depth + 1) for each in value]}}
    return {}
