"""OpenTelemetry GenAI spans: OTLP JSON as the collector's file exporter writes it, one export request a line.

A span with `gen_ai.operation.name` = `invoke_agent` is a spawn; one that no agent's span is above as well, as the
program that called it is its orchestrator. Names are those of the semantic conventions 1.28 to 1.41, and some that
frameworks write beside them or wrote before.
"""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from pydantic import ValidationError

from pipelines.ingest.formats.reading import LogLine, Reading, Sighting
from pipelines.ingest.sources.otel.asked import asked_of
from pipelines.ingest.sources.otel.claude_events import Event, events_of, spawns_in
from pipelines.ingest.sources.otel.claude_runs import complete_runs
from pipelines.ingest.sources.otel.dialects import is_claudes
from pipelines.ingest.sources.otel.failure import Failure, failure_of
from pipelines.ingest.sources.otel.otlp import Span, as_text, spans_of
from pipelines.ingest.sources.otel.tokens import tokens_of
from pipelines.ingest.sources.otel.tree import Nearest, agent_name, agents_above, agents_of, is_agent
from pipelines.ingest.spawn_record import SpawnRecord

_TELEMETRY = ("resourceSpans", "resourceLogs", "resourceMetrics")  # the exporter may write all into one file
DEEPEST = 50  # agents within each other; a log with more is damaged
_KEPT = (
    "gen_ai.usage.",
    "gen_ai.aggregated_usage.",
    "gen_ai.request.model",
    "gen_ai.response.model",
    "gen_ai.agent.name",
    "gen_ai.agent.id",
    "gen_ai.conversation.id",
    "session.id",
    "error.type",
    "agent_name",
    "model_name",
    "agent_id",
    "effort",
    "query_source_safe",
    "span.type",
    "tool_use_id",
)


def is_mine(first: Mapping[str, Any]) -> bool:
    """Tell whether a file that begins with this object holds OTLP."""
    return any(isinstance(first.get(kind), list) for kind in _TELEMETRY)


def read(lines: Iterable[LogLine], reading: Reading) -> Iterator[Sighting]:
    """Yield a sighting for each agent invoked. Spans are kept until the file's end, as parents come after children."""
    spans: dict[str, Span] = {}
    events: list[Event] = []
    for line, value in reading.objects(lines):
        found = list(map(_without_messages, spans_of(value, line.number)))
        for span in found:
            if span.ended_at or span.key not in spans:  # an earlier copy may be of a span that had not ended
                spans[span.key] = span
        told = list(events_of(value, line.number))
        events += told
        reading.loaded += bool(found or told)
        reading.skipped += not (found or told)
        reading.writer_version = next((span.writer for span in found if span.writer), reading.writer_version)
    complete_runs(spans)
    own_calls, agents = agents_of(spans), Nearest(spans, is_agent)
    for key, calls in own_calls.items():
        span = spans[key]
        if span.started_at:
            try:
                # What was asked, the events of Claude Code tell, if anything does.
                yield Sighting(_record(span, agents, calls), span.line, not is_claudes(span.attributes))
            except ValidationError:
                reading.refuse_loaded(span.line, "span has impossible values")
    for number, values in spawns_in(events):
        try:
            yield Sighting(SpawnRecord.model_validate(values), number)
        except ValidationError:
            reading.refuse_loaded(number, "event has impossible values")


def _without_messages(span: Span) -> Span:
    """Keep of a span what matters later: each model call holds the whole conversation, up to megabytes of it."""
    span.asked = sys.intern(asked_of(span))
    span.attributes = {name: value for name, value in span.attributes.items() if name.startswith(_KEPT)}
    span.events = [event for event in span.events if event.name == "exception"]
    return span


def _record(span: Span, agents: Nearest, calls: list[Span]) -> SpawnRecord:
    assert span.started_at is not None
    above, failure = agents.above(span), failure_of(span)
    took = (span.ended_at - span.started_at).total_seconds() * 1000 if span.ended_at else None
    is_stopped = failure is not None and failure.signal == "run_stopped"
    return SpawnRecord(
        id=_id(span),
        agent=agent_name(span) or "unknown",
        task=_task(span, calls) or ("" if is_claudes(span.attributes) else span.name),
        spawned_at=span.started_at,
        finished_at=span.ended_at,
        project=span.project,
        session_id=_session(span, agents),
        parent_id=_id(above) if above else None,
        model=_model(span, calls),
        model_requested=_requested(span),
        effort=_effort(calls),
        status="stopped" if is_stopped else "error" if failure else "completed" if span.ended_at else None,
        error=failure.message if failure and not is_stopped else None,
        duration_ms=max(0, round(took)) if took is not None else None,
        signals=(_signal(span, failure),),
        writer_version=span.writer,
        **_tokens(span, calls),
    )


def _task(span: Span, calls: list[Span]) -> str:
    """Return what the agent was asked; where its span does not tell, its first model call may."""
    first = min(filter(lambda call: call.started_at, calls), key=lambda call: str(call.started_at), default=None)
    return span.asked or (first.asked if first else "")


def _session(span: Span, agents: Nearest) -> str:
    """Return the conversation of the one that spawned it: an agent may open one of its own for each run."""
    for each in reversed([span, *islice(agents_above(span, agents), DEEPEST)]):
        for name in ("gen_ai.conversation.id", "session.id"):
            if conversation := as_text(each.attributes.get(name)):
                return conversation
    return span.key.partition(":")[0]


def _model(span: Span, calls: list[Span]) -> str | None:
    if model := as_text(span.attributes.get("gen_ai.response.model")):
        return model
    seen = Counter(as_text(call.attributes.get("gen_ai.response.model")) or _requested(call) for call in calls)
    seen.pop(None, None)
    if seen:
        return max(seen, key=lambda model: (seen[model], model or ""))
    return _requested(span)


def _id(span: Span) -> str:
    return span.id or (as_text(span.attributes.get("tool_use_id")) if is_claudes(span.attributes) else "") or span.key


def _effort(calls: list[Span]) -> str | None:
    seen = Counter(filter(None, (as_text(call.attributes.get("effort")) for call in calls)))
    return max(seen, key=lambda effort: (seen[effort], effort), default=None)


def _requested(span: Span) -> str | None:
    return as_text(span.attributes.get("gen_ai.request.model")) or as_text(span.attributes.get("model_name"))


def _tokens(span: Span, calls: list[Span]) -> dict[str, int]:
    """Return the sum of the calls where each tells its tokens, else the agent's own.

    An agent's own number is, in some frameworks, that of its last call, of all its runs so far, or of its parent too.
    """
    told, own = [tokens_of(call.attributes) for call in calls], tokens_of(span.attributes)
    is_whole = bool(told) and all(tokens.total() for tokens in told)
    total = Counter[str]()
    for tokens in told if is_whole or not own.total() else [own]:
        total.update(tokens)
    return dict(total) if total.total() else {}


def _signal(span: Span, failure: Failure | None) -> str:
    if failure:
        return failure.signal
    return "result_returned" if span.ended_at else "no_result"
