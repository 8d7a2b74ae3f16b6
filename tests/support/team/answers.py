"""What the fifteen questions of dbt_project/README.md must be answered, computed from the plan alone."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from tests.support.team.logs import VERSION
from tests.support.team.plan import GOOD, IDLE, OPUS, WITHOUT_SPEC, Session, Spawn, Team

README = Path(__file__).parents[3] / "dbt_project" / "README.md"
CLOSE = 1e-6  # of sums of floats
BUCKET = 0.051  # of durations
Rows = dict[Hashable, tuple[float | None, ...]]
Both = tuple[Session, Spawn]


class Question(NamedTuple):
    """The truth about one question: rows by their first `keys` columns, to compare numbers `within` a share of them."""

    words: str
    sql: str
    truth: Callable[[], Rows]
    read: Callable[[Sequence[Any]], tuple[Hashable, tuple[Any, ...]]]
    within: float = CLOSE


def questions(team: Team, *, is_clustered: bool = True) -> Iterator[Question]:
    """Yield those whose answers the plan holds: all but what is published and proposed, which is learned.

    Without clusters nobody knows a type of work.
    """
    section = README.read_text(encoding="utf-8").split("## Questions that analysts ask")[1].split("\n## ")[0]
    asked = re.findall(r"\n([A-Z][^\n]*\?)\n\n```sql\n(.*?)```", section, re.DOTALL)
    work = (lambda spawn: spawn.kind.work) if is_clustered else (lambda spawn: "unknown")
    truths: dict[str, tuple[Callable[[], Rows], Callable[[Sequence[Any]], Any], float]] = {
        "Which project costs": (partial(_projects, team), _by(1), CLOSE),
        "What do people": (partial(_people, team), _by(1), CLOSE),
        "How do cost": (partial(_weeks, team), _by(1), CLOSE),
        "When in the day": (partial(_hours, team), _by(1), CLOSE),
        "Which model": (partial(_models, team, work), _by(3), CLOSE),
        "What fails": (partial(_failures, team), lambda row: ((row[0], row[1]), tuple(row[3:])), CLOSE),
        "How long": (partial(_durations, team), _by(1), BUCKET),
        "How much of what": (partial(_cached, team), _by(1), CLOSE),
        "Which spawns cost": (partial(_dearest, team), lambda row: ((*row[1:5], row[6]), (row[7],)), CLOSE),
        "How do we know": (partial(_evidence, team), _by(2), CLOSE),
        "Which agents does": (_unused, lambda row: ((row[0], row[1]), ()), CLOSE),
        "Which agent does": (partial(_worst, team, work), _by(2), CLOSE),
        "How good are": (partial(_quality, team), _by(2), CLOSE),
    }
    for words, sql in asked:
        if found := next((truths[start] for start in truths if words.startswith(start)), None):
            yield Question(words, sql, *found)


def differences(question: Question, rows: Iterable[Sequence[Any]]) -> list[str]:
    """Return where the answer is not the truth; each names a row."""
    told: Rows = dict(question.read(row) for row in rows)
    truth = question.truth()
    wrong = [f"{key}: {'not told' if key in truth else 'not so'}" for key in truth.keys() ^ told.keys()]
    wrong += [
        f"{key}: {told[key]} is told, {truth[key]} is so"
        for key in truth.keys() & told.keys()
        if not all(_is_close(question.within, *pair) for pair in zip(told[key], truth[key], strict=True))
    ]
    return sorted(wrong, key=str)


def _is_close(within: float, told: Any, true: Any) -> bool:
    if told is None or true is None:
        return told is true
    return bool(abs(float(told) - float(true)) <= within * max(abs(float(true)), 1e-9))


def _by(keys: int) -> Callable[[Sequence[Any]], tuple[Hashable, tuple[Any, ...]]]:
    return lambda row: (row[0] if keys == 1 else tuple(row[:keys]), tuple(row[keys:]))


def _grouped(team: Team, key: Callable[[Session, Spawn], Hashable]) -> Mapping[Any, list[Both]]:
    groups: defaultdict[Hashable, list[Both]] = defaultdict(list)
    for session, spawn in team.spawns():
        groups[key(session, spawn)].append((session, spawn))
    return groups


def _usd(group: Iterable[Both]) -> float | None:
    costs = [spawn.cost_usd for _, spawn in group if spawn.cost_usd is not None]
    return sum(costs) if costs else None


def _rate(group: Iterable[Both]) -> float | None:
    known = [spawn.ending for _, spawn in group if spawn.ending.outcome == "success" or spawn.ending.fault == "agent"]
    return sum(ending.outcome == "success" for ending in known) / len(known) if known else None


def _projects(team: Team) -> Rows:
    rows: Rows = {}
    for project, group in _grouped(team, lambda session, _: team.project(session)).items():
        spawned = _usd(group) or 0.0
        sessions = {session.id: session for session, _ in group}.values()
        main = [tokens.usd(OPUS) for session in sessions for tokens in session.messages]
        total = spawned + sum(main)
        estimated = sum(spawn.estimated_usd for _, spawn in group)
        rows[project] = (len(group), _usd(group), sum(main) if main else None, total, estimated / total)
    return rows


def _people(team: Team) -> Rows:
    rows: Rows = {}
    for person, group in _grouped(team, lambda session, _: session.person).items():
        succeeded = sum(spawn.ending.outcome == "success" for _, spawn in group)
        rows[person] = (len(group), _usd(group), (_usd(group) or 0.0) / succeeded)
    return rows


def _weeks(team: Team) -> Rows:
    weeks = _grouped(team, lambda _, spawn: (spawn.at - timedelta(days=spawn.at.weekday())).date())
    return {week: (len(group), _usd(group), _rate(group)) for week, group in weeks.items()}


def _hours(team: Team) -> Rows:
    return {hour: (len(group),) for hour, group in _grouped(team, lambda _, spawn: spawn.at.hour).items()}


def _effort(spawn: Spawn) -> str:
    return (spawn.cost_usd is not None and spawn.kind.effort) or "unknown"


def _models(team: Team, work: Callable[[Spawn], str]) -> Rows:
    rows: Rows = {}
    for key, group in _grouped(team, lambda _, spawn: (work(spawn), spawn.model, _effort(spawn))).items():
        priced = sum(spawn.cost_usd is not None for _, spawn in group)
        usd = _usd(group)
        rows[key] = (len(group), _rate(group), None if usd is None else usd / priced)
    return rows


def _failures(team: Team) -> Rows:
    groups = _grouped(team, lambda _, spawn: spawn.ending)
    return {
        (ending.fault, ending.sign): (len(group), _usd(group))
        for ending, group in groups.items()
        if ending.outcome == "failure"
    }


def _durations(team: Team) -> Rows:
    rows: Rows = {}
    for agent, group in _grouped(team, lambda _, spawn: spawn.kind.agent).items():
        known = sorted(s.duration_ms / 1_000 for session, s in group if session.is_recorded or s.ending is GOOD)
        rows[agent] = (len(known), *(known[-int(-share * len(known) // 1) - 1] for share in (0.5, 0.9)))
    return rows


def _cached(team: Team) -> Rows:
    rows: Rows = {}
    for model, group in _grouped(team, lambda _, spawn: spawn.model).items():
        tokens = [spawn.tokens for _, spawn in group if spawn.cost_usd is not None]
        given = sum(each.input + each.cache_read + each.cache_write for each in tokens)
        rows[model] = (sum(each.cache_read for each in tokens) / given if given else None,)
    return rows


def _dearest(team: Team) -> Rows:
    priced = [each for each in team.spawns() if each[1].cost_usd is not None]
    dearest = sorted(priced, key=lambda each: each[1].cost_usd or 0, reverse=True)[:20]
    return {
        (team.project(session), session.person, spawn.kind.agent, spawn.model, spawn.ending.outcome): (spawn.cost_usd,)
        for session, spawn in dearest
    }


def _evidence(team: Team) -> Rows:
    groups = _grouped(team, lambda _, spawn: (spawn.ending.outcome, spawn.ending.evidence))
    return {key: (len(group),) for key, group in groups.items()}


def _unused() -> Rows:
    return {("never_spawned", agent): () for agent in IDLE} | {("no_spec", WITHOUT_SPEC): ()}


def _worst(team: Team, work: Callable[[Spawn], str]) -> Rows:
    groups = _grouped(team, lambda _, spawn: (spawn.kind.agent, work(spawn)))
    known = {key: sum(_rate([each]) is not None for each in group) for key, group in groups.items()}
    return {key: (len(group), _rate(group)) for key, group in groups.items() if known[key] >= 3}


def _quality(team: Team) -> Rows:
    torn = sum(session.is_torn for session in team.sessions)
    rows: Rows = {}
    for is_recorded, group in _grouped(team, lambda session, _: session.is_recorded).items():
        counted = Counter(spawn.model for _, spawn in group)
        unknown = sum(spawn.ending.outcome == "unknown" for _, spawn in group) / len(group)
        key = ("records", "unknown") if is_recorded else ("claude-code", VERSION)
        rows[key] = (len(group), 0 if is_recorded else torn, counted["unknown"], unknown)
    return rows
