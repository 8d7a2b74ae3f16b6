"""Read spans into spawns.

A span with `gen_ai.operation.name` = `invoke_agent` is a spawn; one that no agent's span is above as well, as the
program that called it is its orchestrator. Names are those of the semantic conventions 1.28 to 1.41, and some that
frameworks write beside them or wrote before.
"""

import sys
from collections import Counter
from collections.abc import Mapping
from itertools import islice
from typing import Any

from pydantic import ValidationError

from pipelines.ingest.files.log_file import Origin
from pipelines.ingest.observations import Told
from pipelines.ingest.source import LineReader
from pipelines.ingest.sources.otel.asked import asked_of
from pipelines.ingest.sources.otel.claude_events import Event, events_of, spawns_in
from pipelines.ingest.sources.otel.claude_runs import complete_runs
from pipelines.ingest.sources.otel.dialects import is_claudes
from pipelines.ingest.sources.otel.failure import Failure, failure_of
from pipelines.ingest.sources.otel.otlp import Span, as_text, spans_of
from pipelines.ingest.sources.otel.span_lines import as_request
from pipelines.ingest.sources.otel.tokens import tokens_of
from pipelines.ingest.sources.otel.tree import Nearest, agent_name, agents_above, agents_of, is_agent
from pipelines.ingest.spawn_record import SpawnRecord
from pipelines.ingest.values import identifier

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


class SpanReader(LineReader):
    """Tells of each agent invoked. Spans are kept until the file's end, as parents come after children."""

    def __init__(self, origin: Origin, memory: dict[str, Any]) -> None:
        super().__init__(origin, memory)
        self._spans: dict[str, Span] = {}
        self._events: list[Event] = []

    def read(self, line: int, record: Mapping[str, Any]) -> bool:
        """Take the spans and events of one export request."""
        record = as_request(record)
        found = list(map(_without_messages, spans_of(record, line)))
        for span in found:
            if span.ended_at or span.key not in self._spans:  # an earlier copy may be of a span that had not ended
                self._spans[span.key] = span
        self.writer_version = next((span.writer for span in found if span.writer), self.writer_version)
        told = list(events_of(record, line))
        self._events += told
        return bool(found or told)

    def finish(self) -> None:
        """Tell of the spawns; a file with more spans of one knows better."""
        complete_runs(self._spans)
        own_calls, agents = agents_of(self._spans), Nearest(self._spans, is_agent)
        for key, calls in own_calls.items():
            span = self._spans[key]
            if not span.started_at:
                continue
            try:
                record = _record(span, agents, calls)
            except ValidationError:
                self.refuse(span.line, "span has impossible values")
                continue
            version = 2 * len(calls) + (span.ended_at is not None)
            # What was asked, the events of Claude Code tell, if anything does.
            self._tell(record, span.line, version, int(is_claudes(span.attributes)))
        for line, values in spawns_in(self._events):
            try:
                record = SpawnRecord.model_validate(values)
            except ValidationError:
                self.refuse(line, "event has impossible values")
                continue
            self._tell(record, line, len(values))

    def _tell(self, record: SpawnRecord, line: int, version: int, rank: int = 0) -> None:
        key, parent = identifier(record.id), identifier(record.parent_id)
        self.tell(Told(key, record, self.origin.stored_path, line, version, rank, rank, parent))


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
        **span.who,
        session_id=_session(span, agents),
        parent_id=_id(above) if above else None,
        call_id=_call_id(span),
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
    return span.id or _call_id(span) or span.key


def _call_id(span: Span) -> str | None:
    return as_text(span.attributes.get("tool_use_id")) if is_claudes(span.attributes) else None


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
