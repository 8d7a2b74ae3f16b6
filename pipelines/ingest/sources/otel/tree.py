"""How the agents and model calls of a trace stand to each other, where each shall be told of once."""

from collections.abc import Callable, Iterator, Mapping

from pipelines.ingest.sources.otel.dialects import AGENT_CALL, MODEL_CALL
from pipelines.ingest.sources.otel.otlp import MODEL_CALLS, Span, as_text
from pipelines.ingest.sources.otel.tokens import tokens_of

Spans = Mapping[str, Span]


class Nearest:
    """The nearest span of a kind above another; each is looked for once, so no span may change its kind meanwhile."""

    def __init__(self, spans: Spans, is_wanted: Callable[[Span], bool]) -> None:
        self._spans = spans
        self._is_wanted = is_wanted
        self._known: dict[str, Span | None] = {}

    def above(self, span: Span) -> Span | None:
        """Return it, None where there is none but the span itself, in a circle of parents."""
        way: list[str] = []
        each: Span | None = span
        found = None
        while each and not found and each.key not in self._known:
            self._known[each.key] = None
            way.append(each.key)
            each = self._spans.get(each.parent)
            found = each if each and self._is_wanted(each) else None
        if each and not found:
            found = self._known[each.key]
        self._known |= dict.fromkeys(way, found)
        return found if found is not span else None


def agents_of(spans: Spans) -> dict[str, list[Span]]:
    """Return the keys of the agents with the model calls of each: those below it that are not below another agent.

    Spans that are no agent of their own lose the operation of one.
    """
    agents = [span for span in spans.values() if span.operation == AGENT_CALL]
    _join_both_ends(agents, spans)
    calls: dict[str, list[Span]] = {span.key: [] for span in agents if span.operation == AGENT_CALL}
    # A model call within another is left out: a framework and its provider's library may both tell of one.
    callers = Nearest(spans, lambda span: is_agent(span) or _is_counted(span))
    for span in spans.values():
        if span.operation in MODEL_CALLS and (above := callers.above(span)) and is_agent(above):
            calls[above.key].append(span)
    _leave_out_wrappers(calls, spans)
    return {key: found for key, found in calls.items() if spans[key].operation == AGENT_CALL}


def agents_above(span: Span, agents: Nearest) -> Iterator[Span]:
    """Yield the agents within which a span was made, the nearest first."""
    seen, above = {span.key}, span
    while (found := agents.above(above)) and found.key not in seen:
        seen.add(found.key)
        yield found
        above = found


def is_agent(span: Span) -> bool:
    """Tell whether a span is an agent's."""
    return span.operation == AGENT_CALL


def agent_name(span: Span) -> str | None:
    """Return what the agent is called; its id, which may be new in each run, only where no name is told."""
    told, (operation, _, named) = span.attributes, span.name.partition(" ")
    name = as_text(told.get("gen_ai.agent.name")) or as_text(told.get("agent_name"))
    if operation == AGENT_CALL:
        return name or named.strip() or as_text(told.get("gen_ai.agent.id"))
    return name or as_text(told.get("gen_ai.agent.id")) or span.name


def _join_both_ends(agents: list[Span], spans: Spans) -> None:
    """Make one of an agent that is called over the wire: its caller's span, and the one that it writes itself.

    Between the two is nothing but transport: an agent that calls its like does so by a tool. What it says of its model
    and tokens counts as a model call's; in all else the caller is believed.
    """
    callers = Nearest(spans, lambda span: span.operation != "")
    for span in agents:
        caller = callers.above(span)
        if caller and is_agent(caller) and _are_both_ends(caller, span):
            span.operation = MODEL_CALL


def _are_both_ends(caller: Span, span: Span) -> bool:
    name = agent_name(span)
    return caller.is_client and not span.is_client and name is not None and name == agent_name(caller)


def _leave_out_wrappers(calls: Mapping[str, list[Span]], spans: Spans) -> None:
    """Make no agent of a span around others that has no agent's name and calls no model: it stands for the program."""
    agents = Nearest(spans, is_agent)
    callers = {above.key for key in calls if (above := agents.above(spans[key]))}
    for key in callers:
        span = spans[key]
        is_named = any(name in span.attributes for name in ("gen_ai.agent.name", "agent_name", "gen_ai.agent.id"))
        has_worked = calls[key] or tokens_of(span.attributes).total() or "gen_ai.request.model" in span.attributes
        if not (is_named or has_worked or span.name.startswith(AGENT_CALL)):
            span.operation = ""


def _is_counted(span: Span) -> bool:
    return span.operation in MODEL_CALLS and tokens_of(span.attributes).total() > 0
