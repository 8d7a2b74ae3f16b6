"""OpenTelemetry GenAI spans: OTLP JSON as the collector's file exporter writes it, one export request a line.

A span with `gen_ai.operation.name` = `invoke_agent` is a spawn. Its model and tokens are its own attributes or, where
it has none, those of the model calls below it. Names are those of the semantic conventions 1.28 to 1.41.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson
from pydantic import ValidationError

from pipelines.ingest.formats.otlp import AGENT_CALL, MODEL_CALLS, Span, as_objects, as_text, spans_of
from pipelines.ingest.formats.reading import LogLine, Reading, Sighting
from pipelines.ingest.formats.spawn_record import SpawnRecord

ERROR = 2  # status code
_ENVIRONMENT = ("timeout", "rate", "429", "500", "502", "503", "529", "overloaded", "connection")


def is_mine(first: Mapping[str, Any]) -> bool:
    """Tell whether a file that begins with this object holds OTLP traces."""
    return isinstance(first.get("resourceSpans"), list)


def read(lines: Iterable[LogLine], reading: Reading) -> Iterator[Sighting]:
    """Yield a sighting for each agent invoked. Spans are kept until the file's end, as parents come after children."""
    spans: dict[str, Span] = {}
    for line, value in reading.objects(lines):
        if not is_mine(value):
            reading.skipped += 1
            continue
        found = list(spans_of(value, line.number))
        spans.update((span.key, span) for span in found)
        reading.loaded += bool(found)
        reading.skipped += not found
        reading.writer_version = next((span.writer for span in found if span.writer), reading.writer_version)
    calls = _model_calls(spans)
    for span in spans.values():
        if span.operation == AGENT_CALL and span.started_at:
            try:
                yield Sighting(_record(span, spans, calls.get(span.key, [])), span.line)
            except ValidationError:
                reading.refuse_loaded(span.line, "span has impossible values")


def _model_calls(spans: Mapping[str, Span]) -> dict[str, list[Span]]:
    """Return the model calls of each agent: those below it that are not below another agent."""
    calls: dict[str, list[Span]] = {}
    for span in spans.values():
        if span.operation in MODEL_CALLS and (agent := _agent_above(span, spans)):
            calls.setdefault(agent.key, []).append(span)
    return calls


def _agent_above(span: Span, spans: Mapping[str, Span]) -> Span | None:
    seen = {span.key}
    above = spans.get(span.parent)
    while above and above.key not in seen and above.operation != AGENT_CALL:
        seen.add(above.key)
        above = spans.get(above.parent)
    return None if above is None or above.key in seen else above


def _record(span: Span, spans: Mapping[str, Span], calls: list[Span]) -> SpawnRecord:
    assert span.started_at is not None
    attributes, above = span.attributes, _agent_above(span, spans)
    agent = attributes.get("gen_ai.agent.name") or attributes.get("gen_ai.agent.id") or span.name
    error = as_text(span.status.get("message")) or as_text(attributes.get("error.type"))
    is_error = span.status.get("code") in (ERROR, "STATUS_CODE_ERROR") or "error.type" in attributes
    took = (span.ended_at - span.started_at).total_seconds() * 1000 if span.ended_at else None
    return SpawnRecord(
        id=span.key,
        agent=str(agent).removeprefix("invoke_agent ") or "unknown",
        task=_task(attributes) or span.name,
        spawned_at=span.started_at,
        finished_at=span.ended_at,
        project=span.project,
        session_id=as_text(attributes.get("gen_ai.conversation.id")) or span.key.partition(":")[0],
        parent_id=above.key if above else None,
        model=_model(span, calls),
        model_requested=as_text(attributes.get("gen_ai.request.model")),
        status="error" if is_error else "completed" if span.ended_at else None,
        error=(error or "error") if is_error else None,
        duration_ms=max(0, round(took)) if took is not None else None,
        signals=_signals(is_error, str(attributes.get("error.type", "")).lower(), has_ended=span.ended_at is not None),
        writer_version=span.writer,
        **_tokens(span, calls),
    )


def _model(span: Span, calls: list[Span]) -> str | None:
    if model := as_text(span.attributes.get("gen_ai.response.model")):
        return model
    seen = Counter(
        as_text(call.attributes.get("gen_ai.response.model")) or as_text(call.attributes.get("gen_ai.request.model"))
        for call in calls
    )
    seen.pop(None, None)
    if seen:
        return max(seen, key=lambda model: (seen[model], model or ""))
    return as_text(span.attributes.get("gen_ai.request.model"))


def _tokens(span: Span, calls: list[Span]) -> dict[str, int | None]:
    own = "gen_ai.usage.input_tokens" in span.attributes or "gen_ai.usage.output_tokens" in span.attributes
    counted = [span] if own else calls
    if not counted:
        return {}
    total = Counter[str]()
    for each in counted:
        read = _count(each, "gen_ai.usage.cache_read.input_tokens")
        written = _count(each, "gen_ai.usage.cache_creation.input_tokens")
        everything = _count(each, "gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens")
        total["input_tokens"] += max(0, everything - read - written)  # the conventions count the cache's in
        total["output_tokens"] += _count(each, "gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens")
        total["cache_read_tokens"] += read
        total["cache_write_tokens"] += written
    return dict(total)


def _count(span: Span, *names: str) -> int:
    value = next((span.attributes[name] for name in names if name in span.attributes), 0)
    return value if isinstance(value, int) and value >= 0 else 0


def _signals(is_error: bool, error_type: str, *, has_ended: bool) -> tuple[str, ...]:
    if is_error:
        return ("api_error",) if any(word in error_type for word in _ENVIRONMENT) else ("tool_error",)
    return ("result_returned",) if has_ended else ("no_result",)


def _task(attributes: Mapping[str, Any]) -> str:
    """Return the last words of the user in the input; before 1.37 the conventions had no attribute for them."""
    messages = attributes.get("gen_ai.input.messages")
    if isinstance(messages, str):
        try:
            messages = orjson.loads(messages)
        except orjson.JSONDecodeError:
            return messages
    asked = [message for message in as_objects(messages) if message.get("role", "user") == "user"]
    parts = as_objects(asked[-1].get("parts") or asked[-1].get("content")) if asked else []
    words = [as_text(part.get("content")) or as_text(part.get("text")) or "" for part in parts]
    if asked and isinstance(asked[-1].get("content"), str):
        words.append(asked[-1]["content"])
    return "\n".join(filter(None, words)) or as_text(attributes.get("input.value")) or ""
