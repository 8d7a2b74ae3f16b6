"""Files of a client's own that are changed for it: read, written whole or not at all, and put back to the byte."""

import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from recommender.errors import SpawnwiseError
from recommender.hooks.hook_settings import Settings, with_hooks, without_hooks


class InstallError(SpawnwiseError):
    """A client's files cannot be changed; the message says why and what to do."""


class Step(NamedTuple):
    """One file to keep, write, change or remove; no content removes it."""

    verb: str
    path: Path
    content: bytes | None


def hook_steps(path: Path, ours: dict[str, Any]) -> list[Step]:
    """Return how to put our hooks into a settings file: what is in it stays, with a backup beside it.

    Once more changes nothing; other hooks of ours replace those before. Raises `InstallError`.
    """
    backup = _backup_of(path)
    content, original = read(path), read(backup)
    settings = _parsed(path, content)
    clean = without_hooks(settings, _parsed(backup, original))
    try:
        changed = with_hooks(clean, ours)
    except ValueError as error:
        raise InstallError(f"In {path}, {error}. Fix it and try again. Nothing was changed.") from error
    if changed == settings:
        return []
    steps = [Step("write" if content is None else "change", path, _formatted(path, changed))]
    if clean == settings and content is not None:  # else it would be a backup of our own work
        steps.insert(0, Step("keep", backup, content))
    return steps


def unhook_steps(path: Path) -> list[Step]:
    """Return how to take our hooks out again; settings that nobody edited since are restored to the byte."""
    backup = _backup_of(path)
    content, original = read(path), read(backup)
    settings, before = _parsed(path, content), _parsed(backup, original)
    clean = without_hooks(settings, before)
    steps = []
    if clean != settings:
        restored = original if clean == before else _formatted(path, clean)
        steps.append(Step("remove" if restored is None else "change", path, restored))
    return [*steps, *([Step("remove", backup, None)] if original is not None else [])]


def do(steps: Sequence[Step], *, dry_run: bool) -> list[str]:
    """Do the steps, unless it is only to be said what would be done; return them in words."""
    for _, path, content in () if dry_run else steps:
        _replace(path, content)
    return [f"{step.verb} {step.path}" for step in steps]


def read(path: Path) -> bytes | None:
    """Return what is in a file, None where there is none; raise `InstallError`."""
    try:
        if path.exists() and not path.is_file():  # a pipe would be waited for
            raise InstallError(f"{path} is not a file. Move it away and try again. Nothing was changed.")
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InstallError(f"{path} cannot be read ({error.strerror}): check its permissions.") from error


def _backup_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.before-spawnwise")


def _parsed(path: Path, content: bytes | None) -> Settings:
    if content is None or not content.strip():
        return {}
    try:
        settings = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InstallError(f"{path} is not valid JSON. Fix it and try again. Nothing was changed.") from error
    if not isinstance(settings, dict):
        raise InstallError(f"{path} is not a JSON object. Fix it and try again. Nothing was changed.")
    return settings


def _formatted(path: Path, settings: Settings) -> bytes:
    try:
        try:
            text = json.dumps(settings, indent=2, ensure_ascii=False, allow_nan=False).encode()
        except UnicodeEncodeError:  # half a character stays an escape
            text = json.dumps(settings, indent=2).encode()
    except (ValueError, RecursionError) as error:
        message = f"{path} holds a value that cannot be written again as it is. Fix it and try again."
        raise InstallError(message) from error
    return text + b"\n"


def _replace(path: Path, content: bytes | None) -> None:
    """Write a file whole or not at all, with the mode of the one it replaces; a link stays a link. None removes it."""
    try:
        path = path.resolve()
        if content is None:
            path.unlink(missing_ok=True)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            if path.exists():
                shutil.copymode(path, temporary)
            Path(temporary).replace(path)
        except OSError:
            Path(temporary).unlink(missing_ok=True)
            raise
    except (OSError, RuntimeError) as error:  # a loop of links
        why = getattr(error, "strerror", None) or "its links lead in a circle"
        raise InstallError(f"{path} cannot be written ({why}): check its permissions and the free space.") from error
