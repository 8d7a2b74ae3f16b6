"""What logs say about one spawn, in a form that may be joined in any order, any number of times.

Facts are JSON. Each kind of field has a join that is commutative, associative and idempotent, so that pieces of a
file, copies of it and files read in another order end in the same facts.

- a *register* holds one statement, `[rank, at_ms, payload]`: the smallest wins; the agent's `last` message and the
  last request that it `sent` rank by their time, backwards
- `ends` holds each report that the agent has ended: {"<at_ms> <line>": [rank, at_ms, payload]}
- `messages` counts each message once: {key: [is_final, output, at_ms, model, input, cache_read, cache_write,
  cache_write_1h, speed, region, effort]}, the copy with the most output is the last one that was written; the key is
  the message's id, and behind a space what tells it from others of that id
- `signals` keeps the earliest sight of each: {signal: [at_ms, file, line]}
- `sessions`, `agents`, `parents` and `tools` (that the child used) are sets that remember when a member was first
  seen: {member: at_ms}
"""

from collections.abc import Callable
from typing import Any

import orjson

Facts = dict[str, Any]

REGISTERS = ("call", "returned", "described", "began", "last", "sent")


def join(*several: Facts) -> Facts:
    """Return what the facts say together."""
    joined: Facts = {}
    for facts in several:
        for field, value in facts.items():
            held = joined.get(field)
            joined[field] = value if held is None else _join_field(field, held, value)
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


def count_message(facts: Facts, message_id: str, copy: list[Any]) -> None:
    """Count a message of the child; of its copies the last one counts."""
    messages = facts.setdefault("messages", {})
    messages[message_id] = max(copy, messages.get(message_id, copy))


def messages(facts: Facts) -> list[list[Any]]:
    """Return the child's messages, each once; a copy that lacks what tells it apart is one of those that have it."""
    held: dict[str, list[Any]] = facts.get("messages", {})
    told_apart = {key.partition(" ")[0] for key in held if " " in key}
    return [copy for key, copy in held.items() if key not in told_apart]


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
    choose: Callable[[Any, Any], Any] = max if field == "messages" else _first if field == "ends" else min
    return one | {key: choose(value, one[key]) if key in one else value for key, value in other.items()}


def _statement(rank: int, at_ms: int, payload: dict[str, Any]) -> list[Any]:
    return [rank, at_ms, {key: value for key, value in payload.items() if value is not None and value != ""}]


def _first(one: list[Any], other: list[Any]) -> list[Any]:
    return min(one, other, key=lambda statement: (statement[0], statement[1], _canonical(statement[2])))


def _canonical(value: object) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
