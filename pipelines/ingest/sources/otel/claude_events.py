"""Claude Code's own events, where its spans are not exported or lie in another file: requests, ends, results."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from pipelines.ingest.sources.claude_code.reports import error_kind
from pipelines.ingest.sources.otel.dialects import CLAUDE_CODE, GENERAL, SPAWN_TOOLS
from pipelines.ingest.sources.otel.otlp import as_objects, as_text, attributes, who_of
from pipelines.ingest.values import count, mapping, milliseconds

_REQUEST, _END, _RESULT = "api_request", "subagent_completed", "tool_result"
_FAILURES = {"api_error", "api_retries_exhausted"}
UNKNOWN = "unknown"
_PAIRED_MS = 60_000  # at most between the starts of a call and of the agent that it spawned
_TOKENS = {
    "input_tokens": "input_tokens",
    "output_tokens": "output_tokens",
    "cache_read_tokens": "cache_read_tokens",
    "cache_creation_tokens": "cache_write_tokens",
}


class Event(NamedTuple):
    """One event: its kind, when it came, what it says."""

    kind: str
    at_ms: int
    told: Mapping[str, Any]
    line: int
    who: Mapping[str, str] = {}  # user, host and repository, where they are told

    @property
    def began_ms(self) -> int:
        """When that began whose end the event tells."""
        took = self.told.get("duration_ms") or self.told.get("total_retry_duration_ms")
        return self.at_ms - _number(took)


@dataclass
class Run:
    """What the events tell of one agent."""

    requests: list[Event] = field(default_factory=list)
    end: Event | None = None
    failures: list[Event] = field(default_factory=list)


def events_of(request: Mapping[str, Any], line: int) -> Iterator[Event]:
    """Yield the events of Claude Code in an export request that tell of agents."""
    for resource in as_objects(request.get("resourceLogs")):
        who = who_of(attributes(mapping(resource.get("resource")).get("attributes")))
        for scope in as_objects(resource.get("scopeLogs")):
            for record in as_objects(scope.get("logRecords")):
                name = as_text(mapping(record.get("body")).get("stringValue")) or ""
                told = attributes(record.get("attributes"))
                at_ms = milliseconds(told.get("event.timestamp")) or _number(record.get("timeUnixNano")) // 1_000_000
                if name.startswith(CLAUDE_CODE) and at_ms and _is_agents(kind := name.removeprefix(CLAUDE_CODE), told):
                    yield Event(kind, at_ms, told, line, who | who_of(told))


def _is_agents(kind: str, told: Mapping[str, Any]) -> bool:
    if kind == _RESULT:
        return told.get("tool_name") in SPAWN_TOOLS
    return kind in {_REQUEST, _END, *_FAILURES} and bool(as_text(told.get("agent_id")))


def spawns_in(events: list[Event]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the line and the fields of each spawn that the events tell of; a call that spawned nothing is one too."""
    runs: dict[str, Run] = defaultdict(Run)
    for event in events:
        if event.kind == _RESULT:
            continue
        run = runs[str(event.told.get("agent_id"))]
        if event.kind == _END:
            run.end = event
        else:
            (run.requests if event.kind == _REQUEST else run.failures).append(event)
    results = [event for event in events if event.kind == _RESULT]
    for agent_id, run in sorted(runs.items(), key=lambda item: (_began(item[1]), item[0])):
        call = _call_of(run, results)
        if call:
            results.remove(call)
        yield _line(run), {"id": agent_id, **_of_run(run), **_of_call(call)}
    for refused in results:
        if refused.told.get("success") == "false":
            yield refused.line, {"id": as_text(refused.told.get("tool_use_id")) or "", **_of_call(refused)}


def _events(run: Run) -> list[Event]:
    return sorted([*run.requests, *run.failures, *filter(None, [run.end])], key=lambda event: event.at_ms)


def _began(run: Run) -> int:
    return run.end.began_ms if run.end else min(event.began_ms for event in _events(run))


def _line(run: Run) -> int:
    return max(event.line for event in _events(run))


def _call_of(run: Run, results: list[Event]) -> Event | None:
    """Return the result of the call that spawned the agent: of those that fit the one that began at its time."""
    told = _events(run)[0].told
    agent, session = _agent(run), told.get("session.id")
    fitting = [
        result
        for result in results
        if result.told.get("session.id") == session
        and (agent == UNKNOWN or _type_of(result) in {agent, ""})
        and (as_text(result.told.get("agent_id")) or "") == (as_text(told.get("parent_agent_id")) or "")
        and abs(result.began_ms - _began(run)) <= _PAIRED_MS
    ]
    return min(fitting, key=lambda result: (abs(result.began_ms - _began(run)), result.at_ms), default=None)


def _agent(run: Run) -> str:
    told = [event.told for event in _events(run)]
    named = (as_text(each.get("agent_type")) or as_text(each.get("agent.name")) for each in told)
    return next(filter(None, named), UNKNOWN)


def _of_run(run: Run) -> dict[str, Any]:
    told = [event.told for event in _events(run)]
    models = Counter(filter(None, (as_text(event.told.get("model")) for event in run.requests)))
    last = told[-1]
    tokens: Counter[str] = Counter()
    for request in run.requests:
        tokens.update({ours: _number(request.told.get(theirs)) for theirs, ours in _TOKENS.items()})
    end = run.end
    fields = {
        "agent": _agent(run),
        "task": "",
        "spawned_at": _moment(_began(run)),
        "session_id": as_text(last.get("session.id")),
        "parent_id": as_text(last.get("parent_agent_id")),
        **_events(run)[-1].who,
        "model": max(models, key=lambda model: (models[model], model)) if models else as_text(last.get("model")),
        "effort": next(filter(None, (as_text(each.get("effort")) for each in reversed(told))), None),
        "signals": [_signal(run)],
        **(tokens if tokens.total() else {}),
    }
    if end:
        fields |= {
            "status": "completed",
            "finished_at": _moment(end.at_ms),
            "duration_ms": count(end.told.get("duration_ms")),
            "tool_uses": count(end.told.get("total_tool_uses")),
        }
    return fields


def _signal(run: Run) -> str:
    if run.end:
        return "result_returned"
    return "api_error" if run.failures and _events(run)[-1] in run.failures else "no_result"


def _type_of(result: Event) -> str:
    asked = _asked(result)
    return as_text(asked.get("subagent_type")) or (GENERAL if asked else "")


def _asked(result: Event) -> Mapping[str, Any]:
    """Return the call's input, or, where that is not exported, its parameters."""
    for name in ("tool_input", "tool_parameters"):
        try:
            if asked := mapping(json.loads(str(result.told.get(name)))):
                return asked
        except (ValueError, RecursionError):
            continue
    return {}


def _of_call(result: Event | None) -> dict[str, Any]:
    if result is None:
        return {}
    asked, fields = _asked(result), dict[str, Any](call_id=as_text(result.told.get("tool_use_id")))
    if as_text(asked.get("prompt")):
        fields |= {
            "title": as_text(asked.get("description")) or "",
            "task": asked["prompt"],
            "model_requested": as_text(asked.get("model")),
            "effort_requested": as_text(asked.get("effort")),
        }
    if result.told.get("success") == "false":
        error = as_text(result.told.get("error")) or as_text(result.told.get("error_type")) or "error"
        fields |= {
            "agent": _type_of(result) or UNKNOWN,
            "task": fields.get("task", ""),
            "spawned_at": _moment(result.began_ms),
            "finished_at": _moment(result.at_ms),
            "duration_ms": count(_number(result.told.get("duration_ms"))),
            "session_id": as_text(result.told.get("session.id")),
            **result.who,
            "status": "error",
            "error": error,
            "signals": [error_kind(error)],
        }
    return fields


def _number(value: object) -> int:
    """Return a count, which events may tell as text; 0 where it is none."""
    if isinstance(value, str) and value.isdecimal() and len(value) < 25:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else 0


def _moment(at_ms: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=min(at_ms, 253_402_300_799_000))
