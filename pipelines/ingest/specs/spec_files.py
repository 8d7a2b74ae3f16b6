"""Find the agent specs under a folder: a project, a Claude Code home, a plugin, or a plain folder of markdown.

Not every `.md` is a spec. In a folder `agents` that belongs to Claude Code (in `.claude`, in a plugin, directly in the
given folder) every file is, unless its name says otherwise; where there is no such folder, every markdown file of
the given one is a candidate, and its content decides.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from recommender.settings import claude_home

MAX_DEPTH = 8  # ~/.claude/plugins/cache/<market>/<plugin>/<version>/agents is six folders down.
NOT_SPECS = {
    "readme",
    "license",
    "claude",
    "agents",
    "skill",
    "changelog",
    "contributing",
    "gemini",
    "security",
    "index",
}
NOT_SPEC_FOLDERS = {"commands", "skills", "references", "templates", "hooks", "examples"}
_NEVER_ENTERED = {"node_modules", "dist", "build", "target", "venv", "__pycache__", "projects", "todos", "file-history"}


@dataclass(frozen=True)
class SpecFile:
    """A markdown file that may be a spec; `is_certain` where its folder says that it is one.

    `project` is the folder that its agent works in, None for the user's own agents, which work anywhere.
    """

    path: Path
    plugin: str | None
    is_certain: bool
    project: Path | None


def find_spec_files(folder: Path) -> Iterator[SpecFile]:
    """Yield the candidates under `folder`, in an order that does not depend on the file system.

    Raises `OSError` where the folder itself cannot be read.
    """
    root = folder.resolve()
    agent_folders = [root] if _is_agent_folder(root, root) else sorted(_agent_folders(root), key=_precedence)
    for agents in agent_folders:
        plugin, project = _plugin_of(agents), _project_of(agents, root)
        yield from (SpecFile(path, plugin, True, project) for path in _markdown(agents))
    if not agent_folders:
        project = _project_of(root, root)
        yield from (SpecFile(path, None, False, project) for path in _markdown(root))


def default_spec_folders() -> tuple[Path, ...]:
    """Return where Claude Code itself looks: the current project's `.claude`, then the user's; those that exist."""
    home = claude_home()
    folders = dict.fromkeys(folder.resolve() for folder in (Path.cwd() / ".claude", home))
    return tuple(folder for folder in folders if folder.is_dir())


def _agent_folders(root: Path) -> Iterator[Path]:
    list(root.iterdir())  # an unreadable root is an error; an unreadable folder below is passed by
    for current, folders, _ in os.walk(root):
        here = Path(current)
        found = [name for name in folders if _is_agent_folder(here / name, root)]
        yield from (here / name for name in found)
        is_deep = len(here.relative_to(root).parts) >= MAX_DEPTH
        folders[:] = [] if is_deep else [name for name in folders if name not in found and _is_entered(name)]


def _is_entered(name: str) -> bool:
    return name not in _NEVER_ENTERED and (name.startswith(".claude") or not name.startswith("."))


def _is_agent_folder(folder: Path, root: Path) -> bool:
    if folder.name.lower() != "agents":
        return False
    owner = folder.parent
    in_claude = ".claude" in (owner.name, owner.parent.name)
    return in_claude or owner == root or _plugin_of(folder) is not None


def _plugin_of(agents: Path) -> str | None:
    owner = agents.parent
    manifest = owner / ".claude-plugin" / "plugin.json"
    if manifest.is_file():
        try:
            name = json.loads(manifest.read_text(encoding="utf-8")).get("name")
        except (OSError, ValueError, AttributeError):
            name = None
        return name if isinstance(name, str) and name else owner.name
    return owner.name if owner.parent.name == "plugins" else None


def _project_of(folder: Path, root: Path) -> Path | None:
    """Return the folder whose agents a folder of specs holds, None in Claude Code's home.

    That is where its `.claude` lies; without one its repository, else the folder that was given.
    """
    if folder.is_relative_to(claude_home().resolve()):
        return None
    above = (folder, *folder.parents)
    in_claude = next((part.parent for part in above if part.name == ".claude"), None)
    return in_claude or next((part for part in above if (part / ".git").exists()), root)


def _precedence(agents: Path) -> tuple[bool, bool, str]:
    """Order agent folders as Claude Code does where two hold the same name: own before plugins; archives last."""
    return _plugin_of(agents) is not None, "archive" in agents.parts, str(agents)


def _markdown(folder: Path) -> list[Path]:
    found = []
    for current, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name.lower() not in NOT_SPEC_FOLDERS and _is_entered(name)]
        found += [Path(current) / name for name in files if _may_be_spec(name)]
    return sorted(path for path in found if path.is_file())  # a pipe would be waited for


def _may_be_spec(name: str) -> bool:
    stem, _, suffix = name.lower().rpartition(".")
    return suffix == "md" and not stem.startswith(".") and stem.partition(".")[0] not in NOT_SPECS
