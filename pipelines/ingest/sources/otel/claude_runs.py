"""Claude Code's agents among its spans: the tool call that spawns one, and the requests that bear the agent's id.

The call of an agent in the background ends when that is launched, and a workflow spawns agents without calls of their
own. How a call went is told by the span of its execution.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from pipelines.ingest.sources.otel.dialects import AGENT_CALL, CLAUDE_CODE, is_claudes
from pipelines.ingest.sources.otel.otlp import MODEL_CALLS, Span, as_text
from pipelines.ingest.sources.otel.tree import Nearest, is_agent

_EXECUTION = f"{CLAUDE_CODE}tool.execution"
_BUILT_IN = "agent.builtin."  # begins the name of what makes a built-in agent's requests


def complete_runs(spans: dict[str, Span]) -> None:
    """Give each agent of Claude Code among the spans its id, its end, its failure and all of its requests."""
    requests: dict[str, list[Span]] = defaultdict(list)
    for span in spans.values():
        if span.operation in MODEL_CALLS and is_claudes(span.attributes) and (agent_id := _agent_of(span)):
            requests[agent_id].append(span)
    agents = Nearest(spans, is_agent)
    for agent_id, own in sorted(requests.items()):
        caller = next((above for request in own if (above := agents.above(request))), None)
        if caller is None or _is_others(caller, agent_id):
            caller = _without_call(agent_id, own, caller)
            spans[caller.key] = caller
        caller.id = agent_id
        caller.ended_at = max((each.ended_at for each in (caller, *own) if each.ended_at), default=None)
        for request in own:
            request.parent = caller.key
    _take_failures(spans)


def _agent_of(span: Span) -> str:
    return as_text(span.attributes.get("agent_id")) or ""


def _is_others(caller: Span, agent_id: str) -> bool:
    """Tell whether the agent above is known as another, or one that has spawned this one without a call."""
    return not is_claudes(caller.attributes) or caller.id not in {"", agent_id}


def _without_call(agent_id: str, own: Iterable[Span], caller: Span | None) -> Span:
    """Return a span for an agent that no call has spawned."""
    first = min(own, key=lambda request: (str(request.started_at), request.key))
    source = as_text(first.attributes.get("query_source_safe")) or ""
    name = source.removeprefix(_BUILT_IN) if source.startswith(_BUILT_IN) else ""
    return replace(
        first,
        key=f"{first.key}:{agent_id}",
        parent=caller.key if caller else first.parent,
        name=name,
        operation=AGENT_CALL,
        attributes={
            "span.type": "agent",
            "gen_ai.agent.name": name or "unknown",
            "session.id": first.attributes.get("session.id"),
        },
        events=[],
        status={},
    )


def _take_failures(spans: dict[str, Span]) -> None:
    for span in spans.values():
        if span.name == _EXECUTION and (call := spans.get(span.parent)) and is_agent(call) and span.status.get("code"):
            call.status = span.status
