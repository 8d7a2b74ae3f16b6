"""Which agent run belongs to which spawn, and which spawn is whose parent."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from pipelines.ingest.facts import Facts, join, payload, see, signal, state, stated_at, told, told_of
from pipelines.ingest.fold import TOKENS
from pipelines.ingest.observations import WORKFLOW
from pipelines.ingest.signals.signal_names import DERIVED, RETURNED
from recommender.text.task_text import task_text

NEVER = 2**62
LATEST = {"last", "sent"}  # registers that hold the latest statement
_OF_THE_CALL = (
    *("agent", "title", "requested", "parent_model", "project", "version", "model", "model_seen"),
    *("user", "host", "repository", "call_id"),
)
_OF_THE_END = ("status", "is_error", "error", "duration_ms", "tool_uses", "tokens", "cost_usd", "effort")
FORK = "fork"  # the type of an agent that goes on with its parent's conversation


class Keys(NamedTuple):
    """How facts can be found again from others."""

    is_spawn: bool
    prompt_key: str | None
    agent_keys: list[str]
    parent_keys: list[str]


def keys_of(facts: Facts) -> Keys:
    """Return what the facts say about whom they belong to."""
    agents = [f"agent:{session}:{agent}" for session in facts.get("sessions", {}) for agent in facts.get("agents", {})]
    prompt = payload(facts, "call").get("prompt_key") or payload(facts, "began").get("prompt_key")
    parents = {*facts.get("parents", {}), *filter(None, [told_of(facts, "parent")])}
    return Keys("call" in facts or "told" in facts, prompt, sorted(agents), sorted(parents))


class Linked(NamedTuple):
    """A spawn with all that is known of it; `parent` is another spawn's key."""

    key: str
    facts: Facts
    parent: str | None


def link(held: dict[str, Facts]) -> Iterator[Linked]:
    """Yield each spawn among the facts, joined with those of its agent; `held` must hold all that belong together."""
    keys = {key: keys_of(facts) for key, facts in held.items()}
    for key in _called(held, keys):
        held, keys[key] = held | {key: _without(held[key], "call")}, keys[key]._replace(is_spawn=False)
    spawns = sorted((key for key in held if keys[key].is_spawn), key=lambda key: (_called_at(held[key]), key))
    runs = {key: [run for run in keys[key].agent_keys if run in held] for key in spawns}
    _link_by_prompt(held, keys, spawns, runs)
    owners: dict[str, list[str]] = defaultdict(list)
    for key in spawns:
        for run in {*runs[key], *keys[key].agent_keys}:
            owners[run].append(key)
    for key in spawns:
        windows = [_window(held[run], *_share(held, owners[run], key)) for run in runs[key]]
        parents = (
            parent if parent in held and keys[parent].is_spawn else _owner(held, owners.get(parent, ()), held[key])
            for parent in keys[key].parent_keys
        )
        parent = next((parent for parent in parents if parent and parent != key), None)
        yield Linked(key, _without_call(_spelled_out(join(held[key], *windows))), parent)


def _called(held: dict[str, Facts], keys: dict[str, Keys]) -> set[str]:
    """Return the agents that lie among a workflow's, but were spawned by a call, as those that its agents spawn."""
    named = {run for key in held for run in keys[key].agent_keys if run != key and keys[key].is_spawn}
    return {run for run in named if run in held and payload(held[run], "call").get("tool") == WORKFLOW}


def _without(facts: Facts, field: str) -> Facts:
    return {name: value for name, value in facts.items() if name != field}


def _spelled_out(facts: Facts) -> Facts:
    """Return facts in which what is told of a whole spawn stands as its call, its end, its messages and its signs."""
    stated = told(facts)
    if not stated:
        return facts
    spelled = _without(facts, "told")
    called, finished = stated["spawned_ms"], stated.get("finished_ms")
    call = {field: stated.get(field) for field in _OF_THE_CALL}
    call["effort"] = stated.get("effort_requested")
    title, task = stated.get("title", ""), stated.get("task", "")
    call["task"] = (task if task.startswith(title) else task_text(title, task)) or title or stated["agent"]
    state(spelled, "call", 0, called, call)
    if session := stated.get("session"):
        see(spelled, "sessions", session, called)
    signs = [sign for field, signs in stated.items() if field.startswith("signals ") for sign in signs]
    if success := stated.get("success"):
        signs.append(["recorded_success" if success[0] else "recorded_failure", *success[1:]])
    elif not signs and stated.get("model_seen") != "recorded":  # of what is recorded by hand, nobody saw a result
        kind = "tool_error" if stated.get("is_error") else "no_result" if finished is None else RETURNED
        signs = [[kind, *stated.get("evidence", ["", 0])]]
    for kind, file, line in signs:
        if kind not in DERIVED:
            signal(spelled, kind, finished or called, file, line)
    end = {field: stated[field] for field in _OF_THE_END if field in stated}
    if "duration_ms" not in end and finished is not None:
        end["duration_ms"] = max(0, finished - called)
    end["usage"] = {kind: stated[kind] for kind in TOKENS if kind in stated}
    end["is_open"] = finished is None and "is_error" not in end and "signals" not in spelled
    return spelled | {"ends": {"told": [0, finished, end], **spelled.get("ends", {})}}


def _called_at(facts: Facts) -> int:
    return stated_at(facts, "call") or told_of(facts, "spawned_ms") or 0


def _link_by_prompt(
    held: dict[str, Facts], keys: dict[str, Keys], spawns: list[str], runs: dict[str, list[str]]
) -> None:
    """Give runs that no spawn names to the spawns with the same prompt, in the order in which both began."""
    named = {run for key in spawns for run in keys[key].agent_keys}
    unnamed: dict[str, list[str]] = defaultdict(list)
    for run in sorted(held, key=lambda key: (stated_at(held[key], "began") or 0, key)):
        prompt = keys[run].prompt_key
        if prompt and not keys[run].is_spawn and run not in named:
            unnamed[prompt].append(run)
    for key in spawns:
        waiting = unnamed.get(keys[key].prompt_key or "")
        if waiting and not runs[key]:
            runs[key] = [waiting.pop(0)]


def _share(held: dict[str, Facts], owners: list[str], key: str) -> tuple[int, int]:
    """Return from when to when a run, which may have been resumed by later spawns, worked for this one.

    A fork's log begins with what its parent had said, the call itself at last.
    """
    place = owners.index(key)
    is_fork = _is_fork(held[key])
    start = _called_at(held[key]) + is_fork if place or is_fork else -1
    return start, _called_at(held[owners[place + 1]]) if place + 1 < len(owners) else NEVER


def _is_fork(facts: Facts) -> bool:
    types = (("call", "agent"), ("returned", "agent_type"), ("described", "agent_type"))
    is_said = bool(payload(facts, "described").get("is_fork"))
    return is_said or any(payload(facts, register).get(field) == FORK for register, field in types)


def _owner(held: dict[str, Facts], owners: Iterable[str], child: Facts) -> str | None:
    """Return the spawn for which a run worked when it spawned the child."""
    earlier = [key for key in owners if _called_at(held[key]) < _called_at(child)]
    return earlier[-1] if earlier else None


def _without_call(facts: Facts) -> Facts:
    """Return the facts without the message that made the call, which a fork's log repeats: it is the parent's."""
    call = payload(facts, "call").get("message")
    if not _is_fork(facts) or call not in facts.get("messages", {}):
        return facts
    return facts | {"messages": {key: copy for key, copy in facts["messages"].items() if key != call}}


def _window(facts: Facts, start: int, end: int) -> Facts:
    """Return what happened from `start` to before `end`."""
    if start < 0 and end == NEVER:
        return facts
    places = {"messages": 2, "ends": 1, "signals": 0}
    window: dict[str, Any] = {}
    for field, value in facts.items():
        if field in places:
            window[field] = {key: entry for key, entry in value.items() if start <= entry[places[field]] < end}
        elif start <= value[1] < end if field in LATEST else start < 0:
            window[field] = value
    return window
