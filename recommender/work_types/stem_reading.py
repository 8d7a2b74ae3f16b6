"""Reading the stems of a text without spaces between words, for what they say of its type of work."""

from itertools import zip_longest

from recommender.work_types.lexicon import HEAD_KINDS, Stem, any_stem, stems
from recommender.work_types.stems import ATTRIBUTES, MAKING, REQUESTS
from recommender.work_types.task_reading import add

TITLE = 30
OPENING = 100
GAP = 2  # a particle and a space, within which a stem belongs to the one before it
JOINING = frozenset("/,·&+、\uff0c")  # between two that are asked for alike
HEAD_WEIGHT = 2.5
REQUEST_SCALE = 1.3
ATTRIBUTE_SCALE = 0.2


def add_stems(points: list[float], text: str) -> None:
    """Add the points of the stems in a text.

    These languages put the verb last: a stem with the ending of a request is what the task asks for, wherever it
    stands, and of two that stand together the second is the work and the first says on what; unless the second only
    makes the first. A stem counts once.
    """
    found = [(match.start(), match.end(), stems()[match[0]]) for match in any_stem().finditer(text)]
    scales: dict[Stem, float] = {}
    made_until = -1
    for (place, end, stem), following in zip_longest(found, found[1:]):
        scale = 1.0 if place < TITLE else 0.5 if place < OPENING else 0.25
        asked = REQUEST_SCALE if place < OPENING else 1.0
        if place <= made_until:
            scale *= ATTRIBUTE_SCALE
        elif not stem.is_making and text.startswith(MAKING, end):
            scale, made_until = asked, end + GAP
        elif text.startswith(REQUESTS, end):
            scale = asked
        elif text.startswith(ATTRIBUTES, end) or (following and _is_headed(text[end : following[0]], following[2])):
            scale *= ATTRIBUTE_SCALE
        scales[stem] = max(scale, scales.get(stem, 0.0))
    for stem, scale in scales.items():
        add(points, stem.points, scale)


def _is_headed(between: str, after: Stem) -> bool:
    """Return whether a stem only says on what the work of the one after it is done: "구현 검토" is a review."""
    if len(between) > GAP or not JOINING.isdisjoint(between):
        return False
    return after.is_strong or any(kind in HEAD_KINDS and weight >= HEAD_WEIGHT for kind, weight in after.points)
