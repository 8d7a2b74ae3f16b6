"""What logs say about one spawn, in a form that may be joined in any order, any number of times.

Facts are JSON. Each kind of field has a join that is commutative, associative and idempotent, so that pieces of a
file, copies of it and files read in another order end in the same facts.

- a *register* holds one statement, `[rank, at_ms, payload]`: the smallest wins; the agent's `last` message, the last
  request that it `sent` and what a hook `applied` last rank by their time, backwards
- `ends` holds each report that the agent has ended: {"<at_ms> <line>": [rank, at_ms, payload]}
- `messages` counts each message once: {key: fields of a Message}, the copy with the most output is the last one that
  was written; the key is the message's id, and behind a space what tells it from others of that id
- `said` holds the estimated tokens of what can be seen of messages that have no final copy: {key: {part: tokens}}
- `told` holds what somebody says of the whole spawn, a statement for each field: {field: [rank, -version, value]}
- `signals` keeps the earliest sight of each: {signal: [at_ms, file, line]}
- `sessions`, `agents`, `parents` and `tools` (that the child used) are sets that remember when a member was first
  seen: {member: at_ms}
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import orjson

Facts = dict[str, Any]
MAIN = "main:"  # before the key of a main conversation, of which only messages and the `reading` are known


class Message(NamedTuple):
    """A copy of a message of an agent's model; what later clients told comes last, and is left out where empty."""

    is_final: int
    output: int
    at_ms: int
    model: str
    input: int
    cache_read: int
    cache_write: int
    cache_write_1h: int
    speed: str = ""
    region: str = ""
    effort: str = ""
    tier: str = ""
    web_searches: int = 0

    def fields(self) -> list[Any]:
        """Return the message as it is stored."""
        stored = _ALWAYS_STORED
        if any(self[stored:]):
            stored = max(place for place, field in enumerate(self, 1) if field)
        return list(self[:stored])


_ALWAYS_STORED = len(Message._fields) - len(Message._field_defaults)

REGISTERS = ("call", "returned", "described", "applied", "began", "last", "sent", "reading")


class Place(NamedTuple):
    """A session, and a project that it worked in; each is empty where nothing tells."""

    session: str
    project: str


def main_key(session: str, project: str) -> str:
    """Return the key of what a session's main conversation took in a project."""
    return f"{MAIN}{session}\n{project}"


def place_of(key: str) -> Place | None:
    """Return what a key of a main conversation names; None for any other key."""
    if not key.startswith(MAIN):
        return None
    session, _, project = key.removeprefix(MAIN).partition("\n")
    return Place(session, project)


def join(*several: Facts) -> Facts:
    """Return what the facts say together."""
    joined: Facts = {}
    for facts in several:
        for field, value in facts.items():
            held = joined.get(field)
            joined[field] = value if held is None else _join_field(field, held, value)
    _forget_finished(joined)
    return joined


def state(facts: Facts, register: str, rank: int, at_ms: int, payload: dict[str, Any]) -> None:
    """Make a statement in a register; the one of the smallest rank, then the earliest, stays."""
    statement = _statement(rank, at_ms, payload)
    held = facts.get(register)
    facts[register] = statement if held is None else _first(held, statement)


def end(facts: Facts, rank: int, at_ms: int, line: int, payload: dict[str, Any]) -> None:
    """Add a report that the agent has ended; one of a smaller rank tells more."""
    facts.setdefault("ends", {})[f"{at_ms} {line}"] = _statement(rank, at_ms, payload)


def see(facts: Facts, field: str, member: str, at_ms: int) -> None:
    """Add a member to a set."""
    seen = facts.setdefault(field, {})
    seen[member] = min(at_ms, seen.get(member, at_ms))


def signal(facts: Facts, kind: str, at_ms: int, file: str, line: int) -> None:
    """Note a sign of how the spawn went, and where it stands."""
    signals = facts.setdefault("signals", {})
    sight = [at_ms, file, line]
    signals[kind] = min(sight, signals.get(kind, sight))


def tell(facts: Facts, field: str, rank: int, version: int, value: Any) -> None:
    """State one field of a whole spawn; of the smallest rank, the latest version stays."""
    told = facts.setdefault("told", {})
    statement = [rank, -version, value]
    told[field] = _first(told.get(field, statement), statement)


def told(facts: Facts) -> dict[str, Any]:
    """Return the fields that are told of the whole spawn."""
    stated = facts.get("told", {}).items()
    return {field: value for field, (_, _, value) in stated if value is not None and value != ""}


def told_of(facts: Facts, field: str) -> Any:
    """Return what is told of one field of the whole spawn, None where nothing is."""
    stated = facts.get("told", {}).get(field)
    return None if stated is None or stated[2] == "" else stated[2]


def count_message(facts: Facts, message_id: str, copy: Message, said: Mapping[str, int] | None = None) -> None:
    """Count a message of the child; of its copies the last one counts, and what all of them show: {part: tokens}."""
    messages = facts.setdefault("messages", {})
    fields = copy.fields()
    messages[message_id] = max(fields, messages.get(message_id, fields))
    if said and not messages[message_id][0]:
        held = facts.setdefault("said", {})
        held[message_id] = _union(held.get(message_id, {}), said)
    elif messages[message_id][0] and message_id in facts.get("said", ()):
        del facts["said"][message_id]  # its end is known, and its output counted
        if not facts["said"]:
            del facts["said"]


def _forget_finished(facts: Facts) -> None:
    """Leave out what was seen of messages whose end is known: their output was counted."""
    messages = facts.get("messages", {})
    if "said" in facts:
        facts["said"] = {id_: parts for id_, parts in facts["said"].items() if not messages.get(id_, [0])[0]}
        if not facts["said"]:
            del facts["said"]


def messages(facts: Facts) -> dict[str, list[Any]]:
    """Return the child's messages by key; a copy that lacks what tells it apart is of one of those that have it."""
    held: dict[str, list[Any]] = facts.get("messages", {})
    told_apart = {key.partition(" ")[0] for key in held if " " in key}
    return {key: copy for key, copy in held.items() if key not in told_apart}


def payload(facts: Facts, register: str) -> dict[str, Any]:
    """Return what a register states, or nothing."""
    statement = facts.get(register)
    return statement[2] if statement else {}


def stated_at(facts: Facts, register: str) -> int | None:
    """Return when a register's statement was made, in UTC milliseconds."""
    statement = facts.get(register)
    return statement[1] if statement else None


def _join_field(field: str, one: Any, other: Any) -> Any:
    if field in REGISTERS:
        return _first(one, other)
    choose: Callable[[Any, Any], Any] = _CHOICES.get(field, min)
    return one | {key: choose(value, one[key]) if key in one else value for key, value in other.items()}


def _union(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    """Return the parts of both; of one that grew, the longest."""
    return {**one, **{part: max(tokens, one.get(part, 0)) for part, tokens in other.items()}}


def _statement(rank: int, at_ms: int, payload: dict[str, Any]) -> list[Any]:
    return [rank, at_ms, {key: value for key, value in payload.items() if value is not None and value != ""}]


def _first(one: list[Any], other: list[Any]) -> list[Any]:
    return min(one, other, key=lambda statement: (statement[0], statement[1], _canonical(statement[2])))


def _canonical(value: object) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


_CHOICES: dict[str, Callable[[Any, Any], Any]] = {"messages": max, "ends": _first, "told": _first, "said": _union}
