"""How the agents and model calls of a trace stand to each other, where each shall be told of once."""

from collections.abc import Callable, Iterator, Mapping

from pipelines.ingest.formats.otel.otlp import AGENT_CALL, MODEL_CALL, MODEL_CALLS, Span, as_text
from pipelines.ingest.formats.otel.tokens import tokens_of

Spans = Mapping[str, Span]


def agents_of(spans: Spans) -> dict[str, list[Span]]:
    """Return the keys of the agents with the model calls of each: those below it that are not below another agent.

    Spans that are no agent of their own lose the operation of one.
    """
    agents = [span for span in spans.values() if span.operation == AGENT_CALL]
    _join_both_ends(agents, spans)
    calls: dict[str, list[Span]] = {span.key: [] for span in agents if span.operation == AGENT_CALL}
    for span in spans.values():
        if span.operation in MODEL_CALLS and (agent := _caller(span, spans)):
            calls[agent.key].append(span)
    _leave_out_wrappers(calls, spans)
    return {key: found for key, found in calls.items() if spans[key].operation == AGENT_CALL}


def agents_above(span: Span, spans: Spans) -> Iterator[Span]:
    """Yield the agents within which a span was made, the nearest first."""
    seen, above = {span.key}, span
    while (found := _above(above, spans, _is_agent)) and found.key not in seen:
        seen.add(found.key)
        yield found
        above = found


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
    for span in agents:
        caller = _above(span, spans, lambda above: above.operation != "")
        if caller and _is_agent(caller) and _are_both_ends(caller, span):
            span.operation = MODEL_CALL


def _are_both_ends(caller: Span, span: Span) -> bool:
    name = agent_name(span)
    return caller.is_client and not span.is_client and name is not None and name == agent_name(caller)


def _leave_out_wrappers(calls: Mapping[str, list[Span]], spans: Spans) -> None:
    """Make no agent of a span around others that has no agent's name and calls no model: it stands for the program."""
    callers = {above.key for key in calls if (above := next(agents_above(spans[key], spans), None))}
    for key in callers:
        span = spans[key]
        is_named = any(name in span.attributes for name in ("gen_ai.agent.name", "agent_name", "gen_ai.agent.id"))
        has_worked = calls[key] or tokens_of(span.attributes).total() or "gen_ai.request.model" in span.attributes
        if not (is_named or has_worked or span.name.startswith(AGENT_CALL)):
            span.operation = ""


def _caller(call: Span, spans: Spans) -> Span | None:
    """Return the agent that made a model call.

    None for a call within one: a framework and its provider's library may both tell of it, and the tokens are the same.
    """
    above = _above(call, spans, lambda span: _is_agent(span) or _is_counted(span))
    return above if above and _is_agent(above) else None


def _above(span: Span, spans: Spans, is_wanted: Callable[[Span], bool]) -> Span | None:
    seen = {span.key}
    above = spans.get(span.parent)
    while above and above.key not in seen and not is_wanted(above):
        seen.add(above.key)
        above = spans.get(above.parent)
    return None if above is None or above.key in seen else above


def _is_agent(span: Span) -> bool:
    return span.operation == AGENT_CALL


def _is_counted(span: Span) -> bool:
    return span.operation in MODEL_CALLS and tokens_of(span.attributes).total() > 0
