"""How often Python looks for cycles among its objects."""

import gc

# Python's own numbers are 700, 10 and 10: it looks all through the imports, and again and again at a hundred thousand
# tasks that it is in the middle of, a third of the time that reading and joining them takes; none of it is a cycle.
YOUNG_OBJECTS, YOUNG_LOOKS, OLDER_LOOKS = 50_000, 10, 1_000


def collect_rarely() -> None:
    """Have this process look at young objects less often, and at old ones hardly ever."""
    gc.set_threshold(YOUNG_OBJECTS, YOUNG_LOOKS, OLDER_LOOKS)
