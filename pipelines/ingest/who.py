"""Who spawned an agent, on which machine, in which repository: as the log says, or as its reading can tell.

Few logs name a person. A session's folder does where it lies in a home, and a log's file has an owner; the machine is
the one that reads. What a log says comes before what is set here, and that before what is inferred.
"""

import re
import sys
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from pipelines.ingest import facts as fact
from pipelines.ingest.facts import Facts, payload, told
from pipelines.ingest.stored_redaction import redact_stored
from pipelines.ingest.values import name
from recommender.settings import reading_host, reading_user

READING = "reading"  # the register
NAMED, INFERRED = 0, 1  # its ranks
MAX_CONFIG_BYTES = 100_000
_HOME = re.compile(r"^(?:[A-Za-z]:)?/(?:home|Users|export/home|mnt/[a-z]/Users)/([^/]+)(?:/|$)")
_ROOTS = re.compile(r"^/(?:private/)?(?:var/)?root(?:/|$)")
_NOBODYS = {"shared", "public", "default", "all users"}
_REMOTE = re.compile(r'^\s*\[remote "origin"\]\s*$([^\[]*)', re.MULTILINE)
_URL = re.compile(r"^\s*url\s*=\s*(\S+)", re.MULTILINE)
_PLACE = re.compile(r"^(?:[\w+.-]+://)?(?:[^@/]*@)?([\w.-]+)(?::\d+(?=/))?[:/]+(.+?)(?:\.git)?/*$")


class Who(NamedTuple):
    """A person, a machine and a repository, each None where nothing tells."""

    user: str | None
    host: str | None
    repository: str | None


def note_reading(facts: Mapping[str, Facts], path: Path) -> None:
    """Note of all that a file tells of whose file it is, and what the folder that it worked in says.

    What another machine has read says so already.
    """
    places = [
        (each, project)
        for key, each in facts.items()
        if READING not in each and (project := _project_of(key, each)) is not None
    ]
    if not places:
        return
    user, rank = name(reading_user()), NAMED
    if not user:
        user, rank = _owner_of(path), INFERRED
    host = name(reading_host())
    for each, project in places:
        fact.state(each, READING, rank, 0, {"user": user, "host": host, "repository": repository_in(project)})


def _project_of(key: str, facts: Facts) -> str | None:
    """Return the folder of a spawn or a main conversation, empty where none is told; None for an agent's run."""
    if place := fact.place_of(key):
        return place.project
    if "call" not in facts and "told" not in facts:
        return None
    return payload(facts, "call").get("project") or told(facts).get("project") or ""


def reading_rank(facts: Facts) -> int:
    """Return whether the reading's user was named or inferred."""
    return int(facts[READING][0]) if READING in facts else INFERRED


def who_of(facts: Facts, call: Mapping[str, str]) -> Who:
    """Return who spawned, where; `call` is what the spawn's own log says."""
    read = payload(facts, READING)
    is_named = reading_rank(facts) == NAMED
    home = home_of(call.get("project") or "")
    user = call.get("user") or (read.get("user") if is_named else None) or home or read.get("user")
    return Who(
        user or None,
        call.get("host") or read.get("host") or None,
        call.get("repository") or read.get("repository") or None,
    )


def home_of(folder: str) -> str | None:
    """Return the person in whose home a folder lies."""
    if _ROOTS.match(folder):
        return "root"
    found = _HOME.match(folder)
    return found[1] if found and found[1].lower() not in _NOBODYS else None


def repository_name(url: object) -> str:
    """Return a repository as host/owner/name, without user, password or protocol; empty where it is none.

    One that is named without a host stays as it is named; a path on a disk is no name.
    """
    text = name(redact_stored(url)) if isinstance(url, str) else ""
    if text.startswith(("/", ".", "~", "file:")) or "\\" in text or re.match(r"^[A-Za-z]:/", text):
        return ""
    found = _PLACE.match(text) if "://" in text or "@" in text or "." in text.partition("/")[0] else None
    if found:
        return f"{found[1].lower()}/{found[2].strip('/')}"
    return text.removesuffix(".git").strip("/")


@lru_cache(maxsize=4096)
def repository_in(folder: str) -> str:
    """Return the repository that a folder of this machine is a checkout of; empty where nothing tells.

    The folder comes out of a log: only git's own small file is read there, and nothing on another machine.
    """
    path = Path(folder)
    if not path.is_absolute() or folder.startswith(("//", "\\\\")):
        return ""
    try:
        config = next(filter(None, (_git_config(place) for place in (path, *path.parents))), None)
        if config is None or not config.is_file() or config.stat().st_size > MAX_CONFIG_BYTES:
            return ""
        remote = _REMOTE.search(config.read_text(encoding="utf-8", errors="replace"))
    except (OSError, ValueError):
        return ""
    url = _URL.search(remote[1]) if remote else None
    return repository_name(url[1]) if url else ""


def _git_config(folder: Path) -> Path | None:
    """Return git's configuration of a checkout, or of the one whose worktree the folder is."""
    git = folder / ".git"
    if git.is_dir():
        return git / "config"
    if not git.is_file() or git.stat().st_size > MAX_CONFIG_BYTES:
        return None
    place = (folder / git.read_text(encoding="utf-8", errors="replace").partition("gitdir:")[2].strip()).resolve()
    return (place.parents[1] if place.parent.name == "worktrees" else place) / "config"


@lru_cache(maxsize=4096)
def _owner_of(path: Path) -> str:
    if sys.platform == "win32":
        return ""
    try:
        return name(path.owner())
    except (OSError, KeyError):  # of users that only another machine knows
        return ""
