"""Whether a spawn's task was given out again, which tells that the first answer did not do.

Of spawns with similar words most are siblings: parts of one plan, or the same step for another file. They differ in a
word on both sides, or ran side by side; what is given out again says the same, or adds to it ("retry", "with logs").
Reviews and checks are repeated after the work between them, and say nothing of the first.
"""

import re
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import combinations
from typing import NamedTuple

from rapidfuzz import fuzz

MIN_PROMPT_SIMILARITY = 0.6
MIN_TITLE_WORDS = 3  # fewer, and the title is too general to be the same task
SESSION_WINDOW = timedelta(days=1)
PROJECT_WINDOW = timedelta(days=7)
MAX_REPEATS = 3  # a title that a project uses more often is a template
_REPEATED_BY_NATURE = re.compile(
    r".*\b(?:re-?)?(?:review|audit)|(?:\W*\w+ )?(?:re-?)?"
    r"(?:verif|check|tests?\b|validat|monitor|lint|status|watch|commit|summar|update|resume|continu|execute)",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+(?:[.-]\w+)*")


class Spawned(NamedTuple):
    """A spawn, as far as it matters here."""

    id: uuid.UUID
    project: str | None
    session_id: str | None
    title: str
    task: str
    created_at: datetime
    finished_at: datetime | None
    returned_status: str | None


class Respawn(NamedTuple):
    """The task of `first` was given out again by `again`."""

    first: Spawned
    again: Spawned


def in_sessions(spawns: Iterable[Spawned]) -> Iterator[Respawn]:
    """Yield what was spawned again in its session; `spawns` must hold whole sessions."""
    for first, again in _pairs(spawns, lambda spawn: spawn.session_id):
        if first.session_id and _may_be_again(first, again) and _is_same_session_respawn(first, again):
            yield Respawn(first, again)


def across_sessions(spawns: Iterable[Spawned]) -> Iterator[Respawn]:
    """Yield what was spawned again under the same title in a later session; `spawns` must hold all of a title."""
    for first, again in _pairs(spawns, lambda spawn: (spawn.project, spawn.title.casefold()), MAX_REPEATS):
        if first.session_id != again.session_id and _may_be_again(first, again) and _is_later_respawn(first, again):
            yield Respawn(first, again)


def _pairs(
    spawns: Iterable[Spawned], group_of: Callable[[Spawned], object], largest: int | None = None
) -> Iterator[tuple[Spawned, Spawned]]:
    groups: dict[object, list[Spawned]] = defaultdict(list)
    for spawn in sorted(spawns, key=lambda spawn: (spawn.created_at, spawn.id)):
        groups[group_of(spawn)].append(spawn)
    for group in groups.values():
        if largest is None or len(group) <= largest:
            yield from combinations(group, 2)


def _may_be_again(first: Spawned, again: Spawned) -> bool:
    """Tell whether the second began after the first had ended; another agent may be tried."""
    has_ended = first.finished_at is not None and first.finished_at <= again.created_at
    return has_ended and first.returned_status != "teammate_spawned" and not _REPEATED_BY_NATURE.match(first.title)


def _is_same_session_respawn(first: Spawned, again: Spawned) -> bool:
    words, words_again = _words(first.title), _words(again.title)
    return (
        again.created_at - first.created_at <= SESSION_WINDOW
        and bool(words)
        and (words <= words_again or words_again <= words)
        and fuzz.ratio(first.task, again.task) >= 100 * MIN_PROMPT_SIMILARITY
    )


def _is_later_respawn(first: Spawned, again: Spawned) -> bool:
    return again.created_at - first.created_at <= PROJECT_WINDOW and len(_words(first.title)) >= MIN_TITLE_WORDS


def _words(title: str) -> set[str]:
    return set(_WORD.findall(title.casefold()))
