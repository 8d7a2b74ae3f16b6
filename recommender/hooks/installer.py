"""Put the hook into a client, with what belongs to it, and take exactly this out again."""

import contextlib
import json
import tomllib
from pathlib import Path

from recommender.hooks.hook_settings import claude_hooks, codex_hooks, command
from recommender.hooks.settings_files import InstallError, Step, do, hook_steps, read, unhook_steps

__all__ = ["CLIENTS", "InstallError", "install", "uninstall"]

CLIENTS = ("claude", "codex", "opencode")
SKILL_NAME = "agent-model-selector"
SKILL = Path(__file__).parents[1] / "plugin" / "skills" / SKILL_NAME / "SKILL.md"
OPENCODE_PLUGIN = Path(__file__).with_name("opencode_plugin.js")
_OUR_SKILL, _OUR_PLUGIN = b"`spawnwise recommend ", b"spawnwise"


def install(
    home: Path, mode: str, means: str = "update", *, client: str = "claude", dry_run: bool = False
) -> list[str]:
    """Add what a client needs in its folder, and return what was (or would be) done; raise `InstallError`.

    What is there stays, with a backup beside it. Once more changes nothing; another mode replaces the one before.
    """
    if client == "codex":
        return do(hook_steps(home / "hooks.json", codex_hooks(mode)), dry_run=dry_run)
    if client == "opencode":
        return do(_own_file(_opencode_file(home), _opencode_plugin(mode), _OUR_PLUGIN), dry_run=dry_run)
    steps = hook_steps(home / "settings.json", claude_hooks(mode, means))
    return do([*steps, *_own_file(_skill_file(home), SKILL.read_bytes(), _OUR_SKILL)], dry_run=dry_run)


def uninstall(home: Path, *, client: str = "claude", dry_run: bool = False) -> list[str]:
    """Take out what `install` added, and return what was (or would be) done; raise `InstallError`."""
    if client == "codex":
        return do(unhook_steps(home / "hooks.json"), dry_run=dry_run)
    if client == "opencode":
        return _without_own_file(_opencode_file(home), [], _OUR_PLUGIN, dry_run=dry_run)
    return _without_own_file(_skill_file(home), unhook_steps(home / "settings.json"), _OUR_SKILL, dry_run=dry_run)


def awaits_trust(home: Path) -> bool:
    """Tell whether our hook stands in Codex's folder without a person's trust: Codex skips it and says nothing."""
    path = home / "hooks.json"
    try:
        if b"hook codex-spawn" not in (read(path) or b""):
            return False
        known = tomllib.loads((read(home / "config.toml") or b"").decode())
    except (InstallError, ValueError):
        return False
    hooks = known.get("hooks")
    states = hooks.get("state") if isinstance(hooks, dict) else None
    places = [place.rpartition(":pre_tool_use:")[0] for place in states] if isinstance(states, dict) else []
    return path.resolve() not in [Path(place).resolve() for place in places]


def _skill_file(home: Path) -> Path:
    return home / "skills" / SKILL_NAME / "SKILL.md"


def _opencode_file(home: Path) -> Path:
    return home / "plugins" / "spawnwise.js"


def _opencode_plugin(mode: str) -> bytes:
    return OPENCODE_PLUGIN.read_bytes().replace(b'"{COMMAND}"', json.dumps(command("opencode-spawn", mode)).encode())


def _own_file(path: Path, content: bytes, mark: bytes) -> list[Step]:
    """Return how to write a file that is ours alone; `mark` stands in each version of it."""
    known = read(path)
    if known is not None and mark not in known:
        raise InstallError(f"{path} belongs to something else. Rename it and try again. Nothing was changed.")
    return [] if known == content else [Step("write", path, content)]


def _without_own_file(path: Path, steps: list[Step], mark: bytes, *, dry_run: bool) -> list[str]:
    """Do the steps and remove our own file, with the folders that it leaves empty."""
    known = read(path)
    if known is not None and mark in known:
        steps = [*steps, Step("remove", path, None)]
    done = do(steps, dry_run=dry_run)
    if not dry_run:
        for folder in (path.parent, path.parent.parent)[: 2 if path.name == "SKILL.md" else 1]:
            with contextlib.suppress(OSError):  # not empty, or not there
                folder.rmdir()
    return done
