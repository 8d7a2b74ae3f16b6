"""A client's settings with our hooks, and without them: nothing else in them changes."""

import re
import shlex
import shutil
import sys
from pathlib import Path
from typing import Any

from recommender.settings import chosen_data_home

Settings = dict[str, Any]

TIMEOUT_S = 10

_OURS = re.compile(r"(?:^|[/\\])spawnwise(?:\.exe)?['\"]? hook (?:pre-spawn|subagent-stop|codex-spawn)\b")


def command(event: str, mode: str | None = None, means: str = "update") -> str:
    """Return the shell's command for an event: it names the data folder where a person has chosen one."""
    found = "spawnwise" if shutil.which("spawnwise") else shlex.quote(str(Path(sys.executable).with_name("spawnwise")))
    words = [found, "hook", event]
    words += ["--mode", mode] if mode else []
    words += ["--by", means] if means != "update" else []
    words += ["--home", shlex.quote(str(home))] if (home := chosen_data_home()) else []
    return " ".join(words)


def claude_hooks(mode: str, means: str = "update") -> dict[str, Any]:
    """Return our hooks for Claude Code, one group per event."""
    spawn = {"type": "command", "command": command("pre-spawn", mode, means), "timeout": TIMEOUT_S}
    stop = {"type": "command", "command": command("subagent-stop"), "timeout": TIMEOUT_S, "async": True}
    return {"PreToolUse": {"matcher": "Agent|Task", "hooks": [spawn]}, "SubagentStop": {"hooks": [stop]}}


def codex_hooks(mode: str) -> dict[str, Any]:
    """Return our hook for Codex, whose newer models' tool is `collaborationspawn_agent`."""
    spawn = {"type": "command", "command": command("codex-spawn", mode), "timeout": TIMEOUT_S}
    return {"PreToolUse": {"matcher": ".*spawn_agent", "hooks": [spawn]}}


def with_hooks(settings: Settings, ours: dict[str, Any]) -> Settings:
    """Return the settings with our hooks at the end of their events; raise `ValueError` where they have no place."""
    known = settings.get("hooks", {})
    if not isinstance(known, dict) or any(not isinstance(known.get(event, []), list) for event in ours):
        raise ValueError('"hooks" is not of the form that the client documents')
    return {**settings, "hooks": {**known, **{event: [*known.get(event, []), group] for event, group in ours.items()}}}


def without_hooks(settings: Settings, original: Settings) -> Settings:
    """Return the settings without our hooks; what they leave empty goes too, unless it was in `original`."""
    known = settings.get("hooks")
    if not isinstance(known, dict):
        return settings
    before = original.get("hooks")
    kept = {event: _without_groups(groups) for event, groups in known.items()}
    kept = {
        event: groups
        for event, groups in kept.items()
        if groups or groups == known[event] or (isinstance(before, dict) and event in before)
    }
    if kept or kept == known or "hooks" in original:
        return {key: kept if key == "hooks" else value for key, value in settings.items()}
    return {key: value for key, value in settings.items() if key != "hooks"}


def _without_groups(groups: Any) -> Any:
    if not isinstance(groups, list):
        return groups
    return [left for group in groups for left in _without_commands(group)]


def _without_commands(group: Any) -> list[Any]:
    """Return the group without our commands, or nothing where it held only these."""
    if not isinstance(group, dict) or not isinstance(group.get("hooks"), list):
        return [group]
    kept = [hook for hook in group["hooks"] if not _is_ours(hook)]
    if len(kept) == len(group["hooks"]):
        return [group]
    return [{**group, "hooks": kept}] if kept else []


def _is_ours(hook: Any) -> bool:
    command = hook.get("command") if isinstance(hook, dict) else None
    return isinstance(command, str) and _OURS.search(command) is not None
