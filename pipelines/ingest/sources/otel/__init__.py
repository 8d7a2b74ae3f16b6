"""OpenTelemetry GenAI spans: OTLP JSON as the collector's file exporter writes it, one export request a line."""

from typing import Any

from pipelines.ingest.files.log_file import Origin
from pipelines.ingest.source import Head, LineReader, Source

_TELEMETRY = ("resourceSpans", "resourceLogs", "resourceMetrics")  # the exporter may write all into one file


def _recognises(head: Head) -> bool:
    from pipelines.ingest.sources.otel.span_lines import is_span_line

    return any(isinstance(head.first.get(kind), list) for kind in _TELEMETRY) or is_span_line(head.first)


def _reader(origin: Origin, memory: dict[str, Any]) -> LineReader:
    from pipelines.ingest.sources.otel.span_reader import SpanReader

    return SpanReader(origin, memory)


SOURCE = Source(
    "otel", _recognises, _reader, is_resumed=False, record_keys=tuple(frozenset({kind}) for kind in _TELEMETRY)
)
