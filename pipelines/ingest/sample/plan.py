"""Plan the sample: which invented task is given to which agent and model, in which session, and how it ends."""

import random
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

Ending = Literal[
    "used", "tested", "redone", "error", "test_failed", "api_error", "denied", "unlaunched", "rejected", "open", "async"
]

STRONGER = {"haiku": "sonnet", "sonnet": "opus"}
ENDINGS: tuple[Ending, ...] = ("used", "tested", "used", "used", "tested", "used", "async")
FAILURES: tuple[Ending, ...] = ("redone", "error", "test_failed")
# Endings that say nothing about the model, with how many there are of each.
OTHER_ENDINGS: dict[Ending, int] = {"api_error": 3, "denied": 3, "unlaunched": 2, "rejected": 3, "open": 2}
SPAWNS_A_SESSION = 9


@dataclass(frozen=True)
class PlannedSpawn:
    """One spawn of the sample; `retry` is the spawn that redoes its task."""

    kind: str
    template: int
    agent: str
    model: str
    ending: Ending
    calls: int
    project: str = ""
    title: str = ""
    prompt: str = ""
    report: str = ""
    retry: "PlannedSpawn | None" = None


@dataclass
class PlannedSession:
    """The spawns of one session, in their order."""

    project: dict[str, Any]
    spawns: list[PlannedSpawn] = field(default_factory=list)


@cache
def invented_work() -> dict[str, Any]:
    """Return the kinds of task and the projects."""
    return tomllib.loads((Path(__file__).parent / "kinds.toml").read_text(encoding="utf-8"))


def plan_sessions(source: random.Random) -> list[PlannedSession]:
    """Return the sessions of both projects, each with at most one task of a template: alike tasks look like retries."""
    projects = invented_work()["project"]
    spawns = [spawn for kind in invented_work()["kind"] for spawn in _spawns_of(kind, source)]
    spawns += _other_endings(spawns, source)
    source.shuffle(spawns)
    count = -(-len(spawns) // SPAWNS_A_SESSION)
    sessions = [PlannedSession(projects[number % len(projects)]) for number in range(count)]
    titles: set[tuple[str, str]] = set()
    for spawn in spawns:
        free = [session for session in sessions if not _has_alike(session, spawn)]
        session = min(free or sessions, key=lambda session: len(session.spawns))
        session.spawns.append(_worded(spawn, session.project, titles, source))
    for session in sessions:  # a log that ends before the result ends with it
        session.spawns.sort(key=lambda spawn: spawn.ending == "open")
    return sessions


def _spawns_of(kind: dict[str, Any], source: random.Random) -> Iterator[PlannedSpawn]:
    """Yield the kind's spawns; what a failed one leaves undone is redone by a good one of the next stronger model."""
    good = {model: counts[0] for model, counts in kind["outcomes"].items()}
    for model, (_, failed) in kind["outcomes"].items():
        for number in range(failed):
            spawn = _spawn(kind, model, FAILURES[number % len(FAILURES)], source)
            stronger = STRONGER.get(model, model)
            if spawn.ending == "redone" and good.get(stronger):
                good[stronger] -= 1
                spawn = replace(spawn, retry=replace(spawn, model=stronger, ending="used"))
            yield spawn
    for model, count in good.items():
        for number in range(count):
            yield _spawn(kind, model, ENDINGS[number % len(ENDINGS)], source)


def _other_endings(spawns: list[PlannedSpawn], source: random.Random) -> list[PlannedSpawn]:
    plain = [spawn for spawn in spawns if spawn.ending == "used"]
    return [
        replace(spawn, ending=ending, agent="release-manager" if ending == "unlaunched" else spawn.agent)
        for ending, count in OTHER_ENDINGS.items()
        for spawn in source.sample(plain, count)
    ]


def _spawn(kind: dict[str, Any], model: str, ending: Ending, source: random.Random) -> PlannedSpawn:
    agent = kind["agent"] if kind["agent"] == "Explore" or source.random() > 0.12 else "general-purpose"
    calls = max(2, round(kind["calls"] * source.uniform(0.6, 1.5) * (1.3 if model == "haiku" else 1)))
    return PlannedSpawn(kind["name"], source.randrange(len(kind["tasks"])), agent, model, ending, calls)


def _has_alike(session: PlannedSession, spawn: PlannedSpawn) -> bool:
    is_full = len(session.spawns) >= SPAWNS_A_SESSION
    return is_full or any((other.kind, other.template) == (spawn.kind, spawn.template) for other in session.spawns)


def _worded(
    spawn: PlannedSpawn, project: dict[str, Any], titles: set[tuple[str, str]], source: random.Random
) -> PlannedSpawn:
    """Fill the spawn's texts with words of the project, so that no title occurs twice in it."""
    kind = next(kind for kind in invented_work()["kind"] if kind["name"] == spawn.kind)
    for _ in range(200):
        words = _words(project, source)
        title = kind["tasks"][spawn.template][0].format(**words)
        if (project["name"], title) not in titles:
            break
    titles.add((project["name"], title))
    texts = {
        "project": project["name"],
        "title": title,
        "prompt": kind["tasks"][spawn.template][1].format(**words),
        "report": kind["report"].format(**words),
    }
    retry = replace(spawn.retry, **texts) if spawn.retry else None
    return replace(spawn, **texts, retry=retry)


def _words(project: dict[str, Any], source: random.Random) -> dict[str, Any]:
    lists: dict[str, list[str]] = project["words"]
    place = source.randrange(len(lists["module"]))  # a module and its path belong together
    words: dict[str, Any] = {name: source.choice(values) for name, values in lists.items()}
    words |= {"module": lists["module"][place], "path": lists["path"][place]}
    stem = words["path"].rpartition("/")[2]
    return words | {
        "case_2": source.choice([case for case in lists["case"] if case != words["case"]]),
        "version": f"{source.randrange(1, 9)}.{source.randrange(0, 30)}",
        "count": source.randrange(4, 15),
        "test_path": f"tests/test_{stem}",
    }
