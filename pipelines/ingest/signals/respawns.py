"""Whether a spawn's task was given out again, which tells that the first answer did not do.

Of spawns with similar words most are siblings: parts of one plan, or the same step for another file. They differ in a
word on both sides, or ran side by side, or there are many of them; what is given out again says the same in the same
or in new words, or adds to it ("retry", "with logs"). Reviews and checks are repeated after the work between them, and
a new session that knows nothing explores again: neither says anything of the first.
"""

import re
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import combinations
from typing import NamedTuple

from rapidfuzz import fuzz

MIN_PROMPT_SIMILARITY = 0.65
MIN_TITLE_WORDS = 3  # fewer, and the title is too general to be the same task
MAX_OTHER_WORDS = 6  # prompts that differ in so few, on both sides, were filled into one template
SESSION_WINDOW = timedelta(days=1)
PROJECT_WINDOW = timedelta(days=7)
MAX_REPEATS = 3  # a title that is used more often is a template
_REPEATED_BY_NATURE = re.compile(
    r".*\b(?:re-?)?(?:review|audit)|(?:\W*\w+ )?(?:re-?)?"
    r"(?:verif|check|tests?\b|validat|monitor|lint|status|watch|commit|summar|update|resume|continu|execute)"
    r"|.*(?:レビュー|検証|確認|テスト|审查|检查|验证|测试|검토|확인|테스트|провер|ревью|revis[aió]|prüf|vérif|überprüf)",
    re.IGNORECASE,
)
_EXPLORES = re.compile(
    r"\W*(?:quick(?:ly)? |deep(?:ly)? )?(?:explor|find|research|plan|map\b|understand|analy[sz]|read|look|search|list"
    r"|locat|survey|探索|调研|分析|調査|탐색|исслед)",
    re.IGNORECASE,
)
_NOTE = re.compile(r"(.+?)\s*[(\[\uff08]([^()\[\]]{1,60})[)\]\uff09]\s*$")
# What a note says that names the next part of the work, another object of it, or a fault of the agent's own.
_OF_OTHER_WORK = re.compile(
    r"\b(?:part|phase|step|batch|round|wave|group|chunk|section|task|page|pass|iteration|stage|\d+ ?(?:/|of) ?\d+"
    r"|cont(?:inued|'?d)?|continu\w+|follow|next|rest|remaining|second half|frontend|backend|api|ui|docs?|tests?"
    r"|fix(?:ed|es)?|correct(?:ed|ion|ions)|revis\w+|improv\w+|updat\w+)\b|^\W*[\dIVXA-Z]{1,3}\W*$",
    re.IGNORECASE,
)
# What a note says that names another way to do the same work.
_OF_THE_WAY = re.compile(
    r"\b(?:re-?(?:try|tried|trying|do|run|start|launch|spawn|sume)\w*|again|attempt|try|take|direct\w*|bypass\w*"
    r"|permissions?|access|mode|(?:fore|back)ground|worktree|inline|sandbox\w*|limits?|after|with|without|no|not|fresh"
    r"|manual\w*|opus|sonnet|haiku|fable)\b|再|重|다시|erneut|nochmal|de nuevo|повтор",
    re.IGNORECASE,
)
MIN_NOTED_SIMILARITY = 0.5  # the title is the same, so that the prompt may be put in other words
MIN_NAMED_SIMILARITY = 0.85  # where the note may name a thing: then the prompt must be the same, and not name it anew
_SAYS_AGAIN = {
    *("again", "retry", "retrying", "redo", "rerun", "re-run", "once", "more", "second", "third", "attempt", "try"),
    *("v2", "v3", "fixed", "corrected", "with", "in", "the", "a", "and"),
}
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
    spawns = [spawn for spawn in spawns if spawn.session_id]
    words_of = {spawn.id: words for spawn in spawns if (words := _words(spawn.title))}
    spawns = [spawn for spawn in spawns if spawn.id in words_of]
    uses = Counter((spawn.session_id, spawn.title.casefold()) for spawn in spawns)
    for group in _groups(spawns, lambda spawn: (spawn.session_id, frozenset(words_of[spawn.id] - _SAYS_AGAIN))):
        for place, first in enumerate(group):
            if uses[first.session_id, first.title.casefold()] <= MAX_REPEATS:
                for again in group[place + 1 :]:
                    if _may_be_again(first, again) and _is_same_session_respawn(first, again):
                        yield Respawn(first, again)


def with_notes(spawns: Iterable[Spawned]) -> Iterator[Respawn]:
    """Yield what was spawned again in its session under the same title and a note on how: `Write tests (retry)`.

    Who repeats a task so changes what was in its way, and not the task: the first one had failed by its surroundings.
    """
    spawns = list(spawns)
    firsts: dict[tuple[str | None, str], Spawned] = {
        (spawn.session_id, spawn.title.casefold().strip()): spawn for spawn in spawns if spawn.session_id
    }
    for again in spawns:
        noted = _NOTE.match(again.title)
        if not noted or _OF_OTHER_WORK.search(noted[2]):
            continue
        first = firsts.get((again.session_id, noted[1].casefold().strip()))
        if first and _may_be_again(first, again) and _is_noted_respawn(first, again, noted[2]):
            yield Respawn(first, again)


def across_sessions(spawns: Iterable[Spawned]) -> Iterator[Respawn]:
    """Yield what was spawned again under the same title in a later session; `spawns` must hold all of a title."""
    for group in _groups(spawns, lambda spawn: (spawn.project, spawn.title.casefold())):
        for first, again in combinations(group, 2) if len(group) <= MAX_REPEATS else ():
            if first.session_id != again.session_id and _may_be_again(first, again) and _is_later_respawn(first, again):
                yield Respawn(first, again)


def _groups(spawns: Iterable[Spawned], group_of: Callable[[Spawned], object]) -> Iterator[list[Spawned]]:
    """Yield the spawns by group, each in the order of their times; not those that are alone."""
    groups: dict[object, list[Spawned]] = defaultdict(list)
    for spawn in spawns:
        groups[group_of(spawn)].append(spawn)
    for group in groups.values():
        if len(group) > 1:
            yield sorted(group, key=lambda spawn: (spawn.created_at, spawn.id))


def _may_be_again(first: Spawned, again: Spawned) -> bool:
    """Tell whether the second began after the first had ended; another agent may be tried."""
    has_ended = first.finished_at is not None and first.finished_at <= again.created_at
    return has_ended and first.returned_status != "teammate_spawned" and not _REPEATED_BY_NATURE.match(first.title)


def _is_same_session_respawn(first: Spawned, again: Spawned) -> bool:
    return (
        again.created_at - first.created_at <= SESSION_WINDOW
        and fuzz.ratio(first.task, again.task) >= 100 * MIN_PROMPT_SIMILARITY
        and not _are_of_one_template(_words(first.task), _words(again.task))
    )


def _is_noted_respawn(first: Spawned, again: Spawned, note: str) -> bool:
    if again.created_at - first.created_at > SESSION_WINDOW:
        return False
    similarity = fuzz.ratio(first.task, again.task) / 100
    if _OF_THE_WAY.search(note):
        return similarity >= MIN_NOTED_SIMILARITY
    named = _words(note) & (_words(again.task.removeprefix(again.title)) - _words(first.task))
    return similarity >= MIN_NAMED_SIMILARITY and not named


def _are_of_one_template(words: set[str], words_again: set[str]) -> bool:
    """Tell whether two prompts differ in a few words on both sides."""
    gone, new = words - words_again, words_again - words - _SAYS_AGAIN
    return bool(gone) and bool(new) and len(gone) + len(new) <= MAX_OTHER_WORDS


def _is_later_respawn(first: Spawned, again: Spawned) -> bool:
    is_same_task = len(_words(first.title)) >= MIN_TITLE_WORDS and not _EXPLORES.match(first.title)
    return is_same_task and again.created_at - first.created_at <= PROJECT_WINDOW


def _words(title: str) -> set[str]:
    return set(_WORD.findall(title.casefold()))
