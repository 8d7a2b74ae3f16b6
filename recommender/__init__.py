"""The tiny lookup: which agent and which model should do this task?"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from recommender.lookup import Recommendation, Recommender, arecommend, recommend
    from recommender.neighbours import recommend_model

__all__ = ["Recommendation", "Recommender", "arecommend", "recommend", "recommend_model"]


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for: a command or a hook needs only its part."""
    if name not in __all__:
        raise AttributeError(f"module 'recommender' has no attribute {name!r}")
    module = "recommender.neighbours" if name == "recommend_model" else "recommender.lookup"
    return getattr(import_module(module), name)
