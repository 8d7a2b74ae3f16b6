"""The type of a task's work (search, explain, fix, ...), read from its words and from the agent it is given to.

Points are added up: the verb that opens the task weighs most, then what the title is about, what the prompt asks for,
and the agent's name. The words and their weights are in `words`, `phrases` and `stems`.
"""

from functools import lru_cache

from recommender.work_types.lexicon import (
    ENTRIES,
    WORK_TYPE_NAMES,
    WORK_TYPES,
    Points,
    role_points,
    unspaced,
)
from recommender.work_types.stem_reading import add_stems
from recommender.work_types.task_reading import Reading, add

__all__ = ["WORK_TYPES", "WORK_TYPE_NAMES", "work_type_of"]

# What a task asks for stands in its first words; in what form it wants the answer, in its last.
HEAD_CHARACTERS = 600
TAIL_CHARACTERS = 200
ROLE_CHARACTERS = 300
SENTENCE_CHARACTERS = 20
STEM_CHARACTERS = 240  # of a script that takes a character or two for a word

_ROLE = "ou are "  # so that it is found however it begins
_ROLE_SCALE = 0.6
_ARTICLES = ("a", "an", "the", "our")
_OTHER, _IMPLEMENT = WORK_TYPES.index("other"), WORK_TYPES.index("implement")
# These agents have no tool that writes.
_READERS = ("explore", "plan")
_WRITING = ("implement", "fix", "test", "refactor", "docs", "operate")
_READERS_POINTS: Points = tuple((WORK_TYPES.index(name), -3.0) for name in _WRITING)


def work_type_of(text: str, agent: str | None = None) -> str:
    """Return the type of work, one of `WORK_TYPES`, that a task asks for.

    `text` is what `task_text` yields: its first words are the task's title. A pure function that looks at 800
    characters at most. Where nothing tells, a sentence counts as an implementation, the most demanding guess, and
    anything shorter as other work.
    """
    points = [0.0] * len(WORK_TYPES)
    head, tail = text[:HEAD_CHARACTERS], text[HEAD_CHARACTERS:][-TAIL_CHARACTERS:]
    points[_OTHER], points[_IMPLEMENT] = 0.5, 0.6 if len(head.strip()) > SENTENCE_CHARACTERS else 0.0
    add(points, _agent_points(agent or ""))
    if not head.isascii() and unspaced().search(head, 0, STEM_CHARACTERS):
        add_stems(points, head[:STEM_CHARACTERS].lower())
        head = head[: HEAD_CHARACTERS // 2]  # what is English in it stands early
    Reading(points, f"{head} {tail}").read(ENTRIES)
    if role := _role(head):
        add(points, role_points(role), _ROLE_SCALE)
    return WORK_TYPES[points.index(max(points))]


def _role(head: str) -> str:
    """Return what a prompt tells its reader to be: "a security reviewer", "the lens re-reviewing r2"; else nothing."""
    start = head.find(_ROLE, 0, ROLE_CHARACTERS)
    named = head[start + len(_ROLE) : start + len(_ROLE) + 80].partition(".")[0].lower() if start >= 0 else ""
    first = named.partition(" ")[0]
    return named if first in _ARTICLES or first.endswith("ing") else ""


@lru_cache(maxsize=512)
def _agent_points(agent: str) -> Points:
    name = agent[:100].lower()
    return role_points(name) + (_READERS_POINTS if name in _READERS else ())
