"""What a reader must remember between two lines, and so between two runs over a growing file."""

from dataclasses import dataclass, field
from typing import Any, Self

MAX_REMEMBERED = 2_000


@dataclass
class Memory:
    """JSON-able, bounded; the same lines leave the same memory, in however many pieces they come."""

    session: str = ""
    version: str = ""
    project: str = ""
    at_ms: int | None = None
    unanswered: dict[str, str] = field(default_factory=dict)  # tool_use id -> tool, or "spawn"
    chains: dict[str, str] = field(default_factory=dict)  # uuid of a line of an inline side chain -> uuid of its first
    watched: dict[str, int] = field(default_factory=dict)  # key of a finished spawn -> lines left to look at
    rejected: dict[str, int] = field(default_factory=dict)  # keys of spawns whose work a review has rejected
    answers: dict[str, str] = field(default_factory=dict)  # uuid of a line of a message -> the message's key
    started: dict[str, str] = field(
        default_factory=dict
    )  # tool_use id of a call that is known to be a spawn's -> agent
    tests: dict[str, list[str]] = field(default_factory=dict)  # tool_use id of a test run -> keys of watched spawns

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON without what is empty. What is kept in an order is in lists: Postgres sorts objects."""
        held = {key: value for key, value in vars(self).items() if value}
        return {key: [*map(list, value.items())] if isinstance(value, dict) else value for key, value in held.items()}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """Restore what `as_json` returned; in older databases all are objects."""
        known: dict[str, Any] = {key: stored[key] for key in cls.__dataclass_fields__ if key in stored}
        known |= {key: dict(value) for key, value in known.items() if isinstance(value, list)}
        return cls(**known)


def remember(store: dict[str, Any], key: str, value: Any) -> None:
    """Keep a value, letting the oldest go where there are too many."""
    store[key] = value
    if len(store) > MAX_REMEMBERED:
        del store[next(iter(store))]
