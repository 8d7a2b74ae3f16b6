"""Put the hooks and the skill into a `.claude` folder, and take exactly these out again."""

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from recommender.errors import SpawnwiseError
from recommender.hooks.claude_settings import Settings, with_hooks, without_hooks

SKILL_NAME = "agent-model-selector"
SKILL = Path(__file__).with_name("SKILL.md")


class InstallError(SpawnwiseError):
    """Claude Code's settings cannot be changed; the message says why and what to do."""


def install(home: Path, mode: str, means: str = "update", *, dry_run: bool = False) -> list[str]:
    """Add hooks and skill, and return what was (or would be) done; raise `InstallError`.

    What is there stays, with a backup beside it. Once more changes nothing; another mode replaces the one before.
    """
    path, backup = home / "settings.json", home / "settings.json.before-spawnwise"
    content, original = _read(path), _read(backup)
    settings = _parsed(path, content)
    clean = without_hooks(settings, _parsed(backup, original))
    try:
        changed = with_hooks(clean, mode, means)
    except ValueError as error:
        raise InstallError(f"In {path}, {error}: mend it first. Nothing was changed.") from error
    steps: list[tuple[str, Path, bytes | None]] = []
    if changed != settings:
        if clean == settings and content is not None:  # else it would be a backup of our own work
            steps.append(("keep", backup, content))
        steps.append(("write" if content is None else "change", path, _formatted(path, changed)))
    skill = home / "skills" / SKILL_NAME / "SKILL.md"
    if not _is_ours(skill):
        raise InstallError(f"{skill} is another skill of that name: rename it first. Nothing was changed.")
    if _read(skill) != SKILL.read_bytes():
        steps.append(("write", skill, SKILL.read_bytes()))
    return _do(steps, dry_run=dry_run)


def uninstall(home: Path, *, dry_run: bool = False) -> list[str]:
    """Take out what `install` added, and return what was (or would be) done; raise `InstallError`.

    Settings that nobody edited since are restored to the byte.
    """
    path, backup = home / "settings.json", home / "settings.json.before-spawnwise"
    content, original = _read(path), _read(backup)
    settings, before = _parsed(path, content), _parsed(backup, original)
    clean = without_hooks(settings, before)
    steps: list[tuple[str, Path, bytes | None]] = []
    if clean != settings:
        restored = original if clean == before else _formatted(path, clean)
        steps.append(("change", path, restored) if restored is not None else ("remove", path, None))
    skill = home / "skills" / SKILL_NAME / "SKILL.md"
    ours = [backup] * (original is not None) + [skill] * (skill.exists() and _is_ours(skill))
    done = _do([*steps, *(("remove", file, None) for file in ours)], dry_run=dry_run)
    if not dry_run:
        for folder in (skill.parent, skill.parent.parent):
            with contextlib.suppress(OSError):  # not empty, or not there
                folder.rmdir()
    return done


def _do(steps: Sequence[tuple[str, Path, bytes | None]], *, dry_run: bool) -> list[str]:
    for _, path, content in () if dry_run else steps:
        _replace(path, content)
    return [f"{verb} {path}" for verb, path, _ in steps]


def _is_ours(skill: Path) -> bool:
    """Tell whether a skill is ours, of whatever version, or not there at all."""
    content = _read(skill)
    return content is None or b"`spawnwise recommend " in content


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InstallError(f"{path} cannot be read ({error.strerror}): check its permissions.") from error


def _parsed(path: Path, content: bytes | None) -> Settings:
    if content is None or not content.strip():
        return {}
    try:
        settings = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InstallError(f"{path} is no valid JSON: mend it first. Nothing was changed.") from error
    if not isinstance(settings, dict):
        raise InstallError(f"{path} is no JSON object: mend it first. Nothing was changed.")
    return settings


def _formatted(path: Path, settings: Settings) -> bytes:
    try:
        try:
            text = json.dumps(settings, indent=2, ensure_ascii=False, allow_nan=False).encode()
        except UnicodeEncodeError:  # half a character stays an escape
            text = json.dumps(settings, indent=2).encode()
    except (ValueError, RecursionError) as error:
        raise InstallError(f"{path} holds a value that cannot be written again as it is: mend it first.") from error
    return text + b"\n"


def _replace(path: Path, content: bytes | None) -> None:
    """Write a file whole or not at all, with the mode of the one it replaces; a link stays a link. None removes it."""
    if content is None:
        path.unlink(missing_ok=True)
        return
    try:
        path = path.resolve()
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        if path.exists():
            shutil.copymode(path, temporary)
        Path(temporary).replace(path)
    except OSError as error:
        raise InstallError(f"{path} cannot be written ({error.strerror}): check its permissions.") from error
