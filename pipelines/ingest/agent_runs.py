"""How the runs of an agent ended that it made for one spawn: it may be sent on after a report, and report again."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from pipelines.ingest.facts import Facts, payload, stated_at
from pipelines.ingest.observations import WORKFLOW

NO_TIME = 2  # the rank of a statement whose line has no time of its own, nor any line before it


class Ended(NamedTuple):
    """What is known of the end, each field from the best witness, and when the last run came to it."""

    known: dict[str, Any]
    finished_ms: int | None


class OwnEnd(NamedTuple):
    """The end of an agent's own log."""

    at_ms: int
    said: dict[str, Any]


def ended(facts: Facts) -> Ended:
    """Return how the spawn's runs ended; a launch is no end."""
    returned = facts.get("returned")
    ends = [[rank, at_ms, stated] for rank, at_ms, stated in reports(facts)]
    if returned and returned[0] == 0:
        ends.insert(0, returned)
    known: dict[str, Any] = dict(returned[2]) if returned else {}
    if returned and returned[0]:
        known.pop("status", None)
    if not ends and (own := own_end(facts)):
        return Ended(known | {"status": "completed", "duration_ms": _own_duration(facts)}, own.at_ms)
    for _, _, stated in reversed(ends):
        known |= stated
    runs = _distinct(ends)
    first_ms = min((at_ms for _, at_ms, _ in ends if at_ms is not None), default=None)
    finished_ms = max((at_ms for at_ms, _ in runs if at_ms is not None), default=first_ms)
    for field in ("duration_ms", "tool_uses"):
        counted = [stated[field] for _, stated in runs if stated.get(field) is not None]
        if counted:
            known[field] = sum(counted)
    if ends and known.get("duration_ms") is None:
        known["duration_ms"] = _own_duration(facts)
    return Ended(known, finished_ms)


def reports(facts: Facts) -> list[list[Any]]:
    """Return the reports that the agent has ended, the best witness first; of a team's agent only the latest counts."""
    ends = list(facts.get("ends", {}).values())
    if len(ends) > 1:
        ends.sort(key=lambda end: (end[0], end[1] or 0, repr(end[2])))
    told = [end for end in ends if end[2].get("is_teammates")]
    return [max(told, key=lambda end: (end[1], repr(end[2])))] if told else ends


def own_end(facts: Facts) -> OwnEnd | None:
    """Return how the agent's own log ends, where the run is known to be over and the log has its last words."""
    is_over = payload(facts, "described").get("is_finished") or payload(facts, "call").get("tool") == WORKFLOW
    said, at_ms = payload(facts, "last"), stated_at(facts, "last")
    return OwnEnd(at_ms, said) if is_over and at_ms is not None and said else None


def _distinct(ends: list[list[Any]]) -> list[tuple[int | None, dict[str, Any]]]:
    """Return one report of each run, at its first sight: a run is told again in the same numbers."""
    runs: list[tuple[int | None, dict[str, Any]]] = []
    for _, at_ms, stated in sorted(ends, key=lambda end: (end[1] or 0, end[0], repr(end[2]))):
        numbers = _numbers(stated)
        if numbers and not any(numbers & _numbers(other) for _, other in runs):
            runs.append((at_ms, stated))
    return runs


def _numbers(stated: dict[str, Any]) -> set[tuple[str, int]]:
    return {(field, stated[field]) for field in ("duration_ms", "tokens") if stated.get(field)}


def _own_duration(facts: Facts) -> int | None:
    """Return how long the agent worked by its own log: from its first line to its last message or request."""
    began = facts.get("began")
    if not began or began[0] == NO_TIME:
        return None
    last = max(_own_times(facts), default=began[1])
    return max(0, last - int(began[1]))


def _own_times(facts: Facts) -> Iterator[int]:
    for register in ("last", "sent"):
        if (at_ms := stated_at(facts, register)) is not None:
            yield at_ms
