"""opencode's plugin asks before a spawned agent gets its first message, and sets the model that it is told.

The plugin (`spawnwise.js`) says what it knows of the spawn and which models the provider has; it is answered
`{"model": ...}` with one of these, or nothing.
"""

from typing import Any

from recommender.hooks.exchange import PATH_CHARACTERS, text_in
from recommender.hooks.spawns import Spawn, change_for
from recommender.models import model_family


def answer(said: dict[str, Any], mode: str) -> dict[str, Any] | None:
    """Return the model to set and a message; None leaves the spawn alone."""
    usual, parent = text_in(said.get("model")), text_in(said.get("parent_model"))
    models = [model for model in said.get("models") or () if isinstance(model, str)]
    spawn = Spawn(
        agent=text_in(said.get("agent")) or "general",
        description=_text(said.get("description")),
        prompt=_text(said.get("prompt")),
        project=text_in(said.get("project"), PATH_CHARACTERS),
        usual_model=usual,
        asked_model=None,
        session_id=text_in(said.get("session_id")),
        tool_use_id=text_in(said.get("tool_use_id")),
        is_configured=usual != parent,  # its own configuration names another
    )

    def usable(family: str) -> str | None:
        """Return the newest of the provider's models that is meant."""
        return max((model for model in models if model == family or model_family(model) == family), default=None)

    change = change_for(spawn, mode, usable)
    if change is None:
        return None
    return {"message": change.message} | ({"model": change.model} if mode == "enforce" else {})


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
