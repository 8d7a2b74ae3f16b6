"""The tables of words, phrases and stems, read into the form in which a task's words are looked up."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from recommender.work_types.phrases import PHRASES, VOID_PHRASES
from recommender.work_types.stems import STEMS as STEM_WORDS
from recommender.work_types.stems import VOID_STEMS
from recommender.work_types.words import NOUNS, ROLES, VERBS

WORK_TYPE_NAMES = {
    "search": "Search code",
    "explain": "Explain code",
    "research": "Research",
    "plan": "Plan",
    "implement": "Implement",
    "fix": "Fix",
    "test": "Test",
    "review": "Review",
    "refactor": "Refactor",
    "docs": "Write docs",
    "operate": "Run and deploy",
    "other": "Other work",
}
WORK_TYPES = tuple(WORK_TYPE_NAMES)

# What stands around a word and is no part of it.
EDGES = "\"'`*_#<>()[]{}.,:;!?-–—…“”„«»¿¡|/\\=+~@•"  # noqa: RUF001
# A stem as heavy tells the work even of what stands right before it: "구현 검토" is a review.
STRONG_STEM = 5.0
SHORT_STEM = 3
# What such a type says of what stands before it: a test plan is a plan, but to write tests is no implementation.
HEAD_KINDS = frozenset(WORK_TYPES.index(name) for name in ("plan", "review", "docs", "fix", "explain", "search"))
MAKING_KIND = WORK_TYPES.index("implement")
_SPACES = re.compile(r"[\W_]+")


# (index in WORK_TYPES, weight) pairs.
Points = tuple[tuple[int, float], ...]


class Spoken(NamedTuple):
    """What a phrase says, and its number among the phrases."""

    number: int
    points: Points


class Entry(NamedTuple):
    """What a word says as a verb, as a noun, and wherever it stands; and the phrases that it opens.

    Phrases go by their second word: what follows it, and what they say, the longest first. The main type is that of
    the greatest weight as a verb.
    """

    verb: Points
    main_kind: int
    main_weight: float
    noun: Points
    anywhere: Spoken | None
    phrases: dict[str, list[tuple[list[str], Spoken]]]


class Stem(NamedTuple):
    """A stem, what it says, whether it tells the work even of what stands right before it, and whether it is making."""

    text: str
    points: Points
    is_strong: bool
    is_making: bool


def role_points(role: str) -> Points:
    """Return what the name of an agent, or a role in lower case such as "a senior code reviewer", says of its work.

    The groups of `ROLES` are tried in order, and the first that fits decides: a plan checker checks.
    """
    names = [name for name in _SPACES.split(role) if name]
    for words, beginnings, points in _ROLES:
        for name in names:
            if name in words or name.startswith(beginnings):
                return points[name] if name in words else next(points[b] for b in beginnings if name.startswith(b))
    return ()


def _rows(table: str) -> Iterator[tuple[int, float, str]]:
    for line in table.strip().splitlines():
        label, _, rest = line.partition(": ")
        work_type, weight = label.split()
        yield WORK_TYPES.index(work_type), float(weight), rest


def _by_word(table: str, separator: str | None = None) -> dict[str, Points]:
    """Return the points of each word or phrase of a table; the greater weight stands where a type names it twice."""
    found: dict[str, dict[int, float]] = {}
    for kind, weight, rest in _rows(table):
        for word in rest.split(separator):
            weights = found.setdefault(word, {})
            weights[kind] = max(weight, weights.get(kind, 0.0))
    return {word: tuple(weights.items()) for word, weights in found.items()}


def _entries() -> dict[str, Entry]:
    verbs, nouns = _by_word(VERBS), _by_word(NOUNS)
    said = _by_word(PHRASES, "|") | dict.fromkeys(VOID_PHRASES.split("|"), ())
    anywhere: dict[str, Spoken] = {}
    phrases: dict[str, dict[str, list[tuple[list[str], Spoken]]]] = {}
    for number, phrase in enumerate(sorted(said, key=len, reverse=True)):
        first, *others = phrase.split()
        spoken = Spoken(number, said[phrase])
        if others:
            phrases.setdefault(first, {}).setdefault(others[0], []).append((others[1:], spoken))
        else:
            anywhere[first] = spoken
    entries = {}
    for word in {*verbs, *nouns, *anywhere, *phrases}:
        verb = verbs.get(word, ())
        weight, kind = max(((weight, kind) for kind, weight in verb), default=(0.0, -1))
        entries[word] = Entry(verb, kind, weight, nouns.get(word, ()), anywhere.get(word), phrases.get(word, {}))
    return entries


def _roles() -> list[tuple[frozenset[str], tuple[str, ...], dict[str, Points]]]:
    """Return the groups of roles: short words, which stand alone ("pm" begins no name), beginnings, and all points."""
    groups = []
    for group in ROLES.strip().split("\n\n"):
        points = _by_word(group)
        beginnings = tuple(stem for stem in points if len(stem) > SHORT_STEM)
        groups.append((frozenset(points) - set(beginnings), beginnings, points))
    return groups


def _stems() -> dict[str, Stem]:
    stems = _by_word(STEM_WORDS, "|") | dict.fromkeys(VOID_STEMS.split("|"), ())
    return {
        stem: Stem(
            stem,
            points,
            is_strong=any(weight >= STRONG_STEM for _, weight in points),
            is_making=any(kind == MAKING_KIND for kind, _ in points[:1]),
        )
        for stem, points in stems.items()
    }


@cache
def stems() -> dict[str, Stem]:
    """Return what each stem says; read for the first text in such a script, as a process that looks up once may not be.

    The same goes for the patterns below, which take milliseconds to compile.
    """
    return _stems()


@cache
def any_stem() -> re.Pattern[str]:
    """Return the pattern that finds the longest stem at each place."""
    return _any_of(stems())


@cache
def unspaced() -> re.Pattern[str]:
    """Return the pattern of a character of the scripts that put no spaces between words."""
    return re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")


def _any_of(stems: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern that finds the longest of the stems at each place; grouped by first character, for speed."""
    groups: dict[str, list[str]] = {}
    for stem in sorted(stems, key=len, reverse=True):
        groups.setdefault(stem[0], []).append(re.escape(stem[1:]))
    return re.compile("|".join(f"{re.escape(first)}(?:{'|'.join(rests)})" for first, rests in groups.items()))


ENTRIES = _entries()
_ROLES = _roles()
