"""The tiny lookup: which agent and which model should do this task?"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from recommender.journal.notes import feedback, record
    from recommender.lookup import Recommendation, Recommender, arecommend, recommend
    from recommender.neighbours import recommend_model
    from recommender.spawning import spawn_with_learning

_MODULES = {
    "Recommendation": "lookup",
    "Recommender": "lookup",
    "arecommend": "lookup",
    "feedback": "journal.notes",
    "recommend": "lookup",
    "recommend_model": "neighbours",
    "record": "journal.notes",
    "spawn_with_learning": "spawning",
}
__all__ = [
    "Recommendation",
    "Recommender",
    "arecommend",
    "feedback",
    "recommend",
    "recommend_model",
    "record",
    "spawn_with_learning",
]


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for: a command or a hook needs only its part."""
    if name not in _MODULES:
        raise AttributeError(f"module 'recommender' has no attribute {name!r}")
    return getattr(import_module(f"recommender.{_MODULES[name]}"), name)
