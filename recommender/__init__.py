"""The tiny lookup: which agent and which model should do this task?"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from recommender.journal.notes import feedback, record
    from recommender.lookup import Recommender, arecommend, prepare, recommend
    from recommender.neighbours import recommend_model
    from recommender.recommendation import Recommendation
    from recommender.spawning import spawn_with_learning

_MODULES = {
    "Recommendation": "recommendation",
    "Recommender": "lookup",
    "arecommend": "lookup",
    "feedback": "journal.notes",
    "prepare": "lookup",
    "recommend": "lookup",
    "recommend_model": "neighbours",
    "record": "journal.notes",
    "spawn_with_learning": "spawning",
}
# What will be asked for answers loads them at its import, and not within the deadline of the first call.
_LOADING = ("arecommend", "recommend", "spawn_with_learning")
__all__ = [
    "Recommendation",
    "Recommender",
    "arecommend",
    "feedback",
    "prepare",
    "recommend",
    "recommend_model",
    "record",
    "spawn_with_learning",
]


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for: a command or a hook needs only its part."""
    if name not in _MODULES:
        raise AttributeError(f"module 'recommender' has no attribute {name!r}")
    module = import_module(f"recommender.{_MODULES[name]}")
    if name in _LOADING:
        import_module("recommender.lookup").prepare()
    return getattr(module, name)
