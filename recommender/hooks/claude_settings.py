"""Claude Code's settings with our hooks, and without them: nothing else in them changes."""

import re
import shlex
import shutil
import sys
from pathlib import Path
from typing import Any

Settings = dict[str, Any]

_OURS = re.compile(r"(?:^|[/\\])spawnwise(?:\.exe)?['\"]? hook (?:pre-spawn|subagent-stop)\b")


def hooks(mode: str, means: str = "update") -> dict[str, Any]:
    """Return our hooks, one group per event."""
    command = (
        "spawnwise" if shutil.which("spawnwise") else shlex.quote(str(Path(sys.executable).with_name("spawnwise")))
    )
    spawn = f"{command} hook pre-spawn --mode {mode}" + ("" if means == "update" else f" --by {means}")
    stop = f"{command} hook subagent-stop"
    return {
        "PreToolUse": {"matcher": "Agent|Task", "hooks": [{"type": "command", "command": spawn, "timeout": 5}]},
        "SubagentStop": {"hooks": [{"type": "command", "command": stop, "timeout": 5, "async": True}]},
    }


def with_hooks(settings: Settings, mode: str, means: str = "update") -> Settings:
    """Return the settings with our hooks at the end of their events; raise `ValueError` where they have no place."""
    known = settings.get("hooks", {})
    ours = hooks(mode, means)
    if not isinstance(known, dict) or any(not isinstance(known.get(event, []), list) for event in ours):
        raise ValueError('"hooks" is not of the form that Claude Code documents')
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
