"""What Claude Code's own files tell at spawn time: the agents' specs, and the transcript of the one who spawns.

Others wrote them, so they are read in part, and without waiting: a pipe in place of a file stops nothing.
"""

import json
import os
import re
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from recommender.settings import claude_home

MAX_SPECS, MAX_FOLDERS, MAX_LEVELS = 1_000, 200, 64
RESCAN_S = 30.0  # an edit in place leaves the times of its folder as they are
_HEAD_BYTES, _TAIL_BYTES, _START_BYTES, _LIST_BYTES = 2**15, 2**21, 2**18, 2**20
_FRONT_MATTER = re.compile(r"\s*---[ \t]*\n(.*?)\n---[ \t]*(?:\n|$)", re.DOTALL)
_FIELD = re.compile(r"^(name|model|effort)[ \t]*:[ \t]*(.*?)[ \t]*(?:[ \t]#.*)?$", re.MULTILINE)
_DESCRIPTION = re.compile(r"^description[ \t]*:[ \t]*(?:\n[ \t]+)?\S", re.MULTILINE)
_TIER_LINE = re.compile(r"^[>\-* \t]*\*\*Model Tier:?\*\*:?[ \t]*[\"'`]?([\w.:@/\[\]-]+)", re.MULTILINE | re.IGNORECASE)
_VERSION = re.compile(rb'"version":"(\d{1,4})\.(\d{1,4})\.(\d{1,6})"')
_RUN_ID = re.compile(r"[\w-]{1,80}")


class _Folder(NamedTuple):
    """A folder of specs as it was read: what each agent's specs say of its model and effort, and when it changed."""

    models: dict[str, set[str]]
    efforts: dict[str, set[str]]
    changed: tuple[tuple[str, int | None], ...]
    read_at: float


_folders: dict[str, _Folder] = {}


def declared_models(folder: str, agent: str) -> set[str]:
    """Return what the specs of an agent in a folder and below say of its model, "" where one names none.

    No spec gives an empty set, and two that disagree give both. Names are those of the front matter, and compare as
    Claude Code has them: without regard to case, spaces and underscores. A spec without a description counts for
    nothing there, so it does here.
    """
    return _folder(folder).models.get(_plain(agent), set())


def declared_efforts(folder: str, agent: str) -> set[str]:
    """Return what the same specs say of its effort."""
    return _folder(folder).efforts.get(_plain(agent), set())


def _folder(folder: str) -> _Folder:
    known = _folders.get(folder)
    if (
        known is None
        or time.monotonic() - known.read_at > RESCAN_S
        or any(_changed_at(path) != then for path, then in known.changed)
    ):
        if len(_folders) > MAX_FOLDERS:
            _folders.clear()
        known = _folders[folder] = _read_folder(folder)
    return known


def project_agent_folders(project: str) -> list[str]:
    """Return where a project's agents may be: its folder and those above, up to its repository's root or home."""
    home, own = os.path.expanduser("~"), str(claude_home() / "agents")  # noqa: PTH111  # never raises
    folders, current = list[str](), os.path.abspath(project)  # noqa: PTH100
    while current != home and len(folders) < MAX_LEVELS:
        folders.append(f"{current}{os.sep}.claude{os.sep}agents")
        parent = os.path.dirname(current)  # noqa: PTH120
        if parent == current or os.path.exists(f"{current}{os.sep}.git"):  # noqa: PTH110
            break
        current = parent
    return [folder for folder in folders if folder != own]


def plugin_agent_folders(plugin: str) -> list[str]:
    """Return where the agents of an installed plugin are."""
    try:
        listed = json.loads(_part(claude_home() / "plugins" / "installed_plugins.json", _LIST_BYTES))["plugins"]
        entries = [entry for name, found in listed.items() if name.partition("@")[0] == plugin for entry in found]
        return list(dict.fromkeys(os.path.join(entry["installPath"], "agents") for entry in entries))  # noqa: PTH118
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return []


def parent_model(transcript: str | None, agent_run: str | None = None) -> str | None:
    """Return the model that a session runs on, from the end of its transcript; that of one of its agents if named.

    None where nothing tells. A session's transcript may hold lines of its agents, which say nothing of the session.
    """
    path = Path(transcript or "")
    if path.suffix != ".jsonl" or (agent_run is not None and not _RUN_ID.fullmatch(agent_run)):
        return None
    if agent_run is not None:
        path = path.with_suffix("") / "subagents" / f"agent-{agent_run}.jsonl"
    try:
        lines = _part(path, _TAIL_BYTES, from_end=True).splitlines()
    except (OSError, ValueError):
        return None
    return next(_models(reversed(lines), is_session=agent_run is None), None)


def writer_version(transcript: str | None) -> tuple[int, ...]:
    """Return the version of Claude Code that wrote the end of a transcript, empty where nothing tells."""
    path = Path(transcript or "")
    if path.suffix != ".jsonl":
        return ()
    try:
        found = _VERSION.findall(_part(path, _START_BYTES, from_end=True))
    except (OSError, ValueError):
        return ()
    return tuple(map(int, found[-1])) if found else ()


def first_model(transcript: str | None) -> str | None:
    """Return the first model that an agent's transcript names."""
    if not transcript or not transcript.endswith(".jsonl"):
        return None
    try:
        return next(_models(iter(_part(Path(transcript), _START_BYTES).splitlines())), None)
    except (OSError, ValueError):
        return None


def _models(lines: Iterator[bytes], *, is_session: bool = False) -> Iterator[str]:
    for line in lines:
        if b'"model"' not in line:
            continue
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):  # half a line, say: the part that was read begins or ends within it
            continue
        message = entry.get("message") if isinstance(entry, dict) else None
        model = message.get("model") if isinstance(message, dict) else None
        is_an_agents = is_session and isinstance(entry, dict) and entry.get("isSidechain")
        if isinstance(model, str) and model and not model.startswith("<") and not is_an_agents:
            yield model[:200]


def _read_folder(folder: str) -> _Folder:
    models: dict[str, set[str]] = {}
    efforts: dict[str, set[str]] = {}
    changed = [(folder, _changed_at(folder))]
    count = 0
    for current, inner, names in os.walk(folder):
        changed += [(path, _changed_at(path)) for path in (f"{current}{os.sep}{name}" for name in inner)]
        if len(changed) > MAX_FOLDERS:
            inner.clear()
        for name in sorted(names):
            count += 1
            spec = _read_head(Path(current, name)) if name.lower().endswith(".md") and count <= MAX_SPECS else None
            if spec:
                models.setdefault(_plain(spec[0]), set()).add(spec[1])
                efforts.setdefault(_plain(spec[0]), set()).add(spec[2])
    return _Folder(models, efforts, tuple(changed), time.monotonic())


def _read_head(path: Path) -> tuple[str, str, str] | None:
    """Return the agent that a spec is of, the model and the effort that it names."""
    try:
        text = _part(path, _HEAD_BYTES).decode("utf-8-sig", errors="replace").replace("\r\n", "\n")
    except OSError:
        return None
    block = _FRONT_MATTER.match(text)
    if block is None:
        # Claude Code takes no such file for an agent; orchestrators that do go by the file's name.
        tier = _TIER_LINE.search(text)
        return (path.stem, tier[1], "") if tier else None
    fields = {key: value.strip("\"'") for key, value in reversed(_FIELD.findall(block[1]))}
    if not fields.get("name") or not _DESCRIPTION.search(block[1]):
        return None
    return fields["name"], fields.get("model", ""), fields.get("effort", "")


def _part(path: Path, limit: int, *, from_end: bool = False) -> bytes:
    """Return the first or last bytes of a regular file; raise `OSError`."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))  # not blocking: a pipe would be waited for
    with open(descriptor, "rb") as file:  # noqa: PTH123
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise FileNotFoundError(path)
        if from_end:
            file.seek(max(0, status.st_size - limit))
        return file.read(limit)


def _changed_at(path: str) -> int | None:
    try:
        return os.stat(path).st_mtime_ns  # noqa: PTH116
    except (OSError, ValueError):
        return None


def _plain(agent: str) -> str:
    return agent.lower().replace("_", "-").replace(" ", "-")
