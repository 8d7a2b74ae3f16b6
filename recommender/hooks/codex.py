"""Codex's hook before a spawn: https://developers.openai.com/codex/hooks

The tool is `spawn_agent`, or `collaborationspawn_agent` where the newer models spawn; there the task is sealed before
hooks see it, and the agent's type and the task's name are all that tells. `updatedInput` needs `allow`.
"""

import re
from pathlib import Path
from typing import Any

from recommender.hooks.exchange import PATH_CHARACTERS, text_in
from recommender.hooks.spawns import Spawn, change_for
from recommender.models import vendor_of
from recommender.settings import codex_home

_SEALED = re.compile(r"gAAAA[\w=+/-]{20,}")
_BUILT_IN = ("default", "explorer", "worker")
_SPEC_BYTES, _SPECS = 2**18, 200


def answer(said: dict[str, Any], mode: str) -> dict[str, Any] | None:
    """Return what to answer to a PreToolUse event; None leaves the spawn alone."""
    given = said["tool_input"]
    if not str(said.get("tool_name")).endswith("spawn_agent") or not isinstance(given, dict):
        return None
    spawn = _spawn(said, given)

    def usable(model: str) -> str | None:
        return model if vendor_of(model) == vendor_of(spawn.usual_model or "") else None

    change = change_for(spawn, mode, usable)
    if change is None:
        return None
    if mode == "advise":
        return {"systemMessage": change.message}
    changed = {**given, "model": change.model} | ({"reasoning_effort": change.effort} if change.effort else {})
    decision = {"permissionDecision": "allow", "updatedInput": changed}
    return {"hookSpecificOutput": {"hookEventName": "PreToolUse", **decision}, "systemMessage": change.message}


def _spawn(said: dict[str, Any], given: dict[str, Any]) -> Spawn:
    agent = text_in(given.get("agent_type")) or "default"
    message = given.get("message") if isinstance(given.get("message"), str) else ""
    project = text_in(said.get("cwd"), PATH_CHARACTERS)
    # Without a word on it, the newer tool hands its whole history on: such a fork keeps the model that it came from.
    is_v2 = said["tool_name"] != "spawn_agent"
    forked = given.get("fork_turns", "all") != "none" if is_v2 else bool(given.get("fork_context"))
    return Spawn(
        agent=agent,
        description=(text_in(given.get("task_name")) or "").replace("_", " "),
        prompt="" if _SEALED.fullmatch(message or "") else message or "",
        project=project,
        usual_model=text_in(said.get("model")),
        asked_model=text_in(given.get("model")),
        session_id=text_in(said.get("session_id")),
        tool_use_id=text_in(said.get("tool_use_id")),
        asked_effort=text_in(given.get("reasoning_effort")),
        is_fork=forked,
        takes_effort=True,
        is_configured=_has_model_of_its_own(agent, project),
    )


def _has_model_of_its_own(agent: str, project: str | None) -> bool:
    """Tell whether a person's own agent of this name has a file that names a model."""
    if agent in _BUILT_IN or not re.fullmatch(r"[\w.-]+", agent):
        return agent not in _BUILT_IN
    homes = [codex_home(), *([Path(project) / ".codex"] if project else [])]
    specs = [spec for home in homes for spec in _specs_of(home, agent)]
    return any("model" in spec or "model_reasoning_effort" in spec for spec in specs)


def _specs_of(home: Path, agent: str) -> list[dict[str, Any]]:
    """Return what a folder's own files say of an agent: those beside the configuration, and the one that it names."""
    files = sorted(home.glob("agents/*.toml"))[:_SPECS]
    named = [spec for file in files if (spec := _toml(file)).get("name", file.stem) == agent]
    configured = _toml(home / "config.toml").get("agents")
    entry = configured.get(agent) if isinstance(configured, dict) else None
    file = entry.get("config_file") if isinstance(entry, dict) else None
    return [*named, _toml(home / file)] if isinstance(file, str) else named


def _toml(file: Path) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(_text(file))
    except (ValueError, RecursionError):
        return {}


def _text(file: Path) -> str:
    try:
        return file.read_bytes()[:_SPEC_BYTES].decode(errors="replace") if file.is_file() else ""
    except OSError:
        return ""
