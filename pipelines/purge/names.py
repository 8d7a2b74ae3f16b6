"""Which projects, person and machine a purge means by the names that it is given."""

from collections import Counter, defaultdict
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from pipelines.ingest.stored_redaction import redact_stored
from pipelines.ingest.values import name
from pipelines.ingest.who import repository_name
from pipelines.warehouse import named_sql
from recommender.errors import SpawnwiseError


class AmbiguousProjectError(SpawnwiseError):
    """A short name fits several projects; the message lists them, and none of them was touched."""


class People(NamedTuple):
    """A person and a machine by their own names."""

    user: str | None
    host: str | None


def projects_named(connection: psycopg.Connection[Any], named: str) -> tuple[str, ...]:
    """Return all names of the one project that is meant: its repository, and the paths that are nothing else.

    A whole path or repository counts first; the last part of one only where no other project has it, else
    `AmbiguousProjectError` is raised. A name that nothing has stands for itself.
    """
    rows = connection.execute(named_sql(__file__, "select_projects")).fetchall()
    spawns, names = _known(rows)
    path, repository = _as_path(named), repository_name(named)
    if any(path == project for project, _, _ in rows):
        return (path,)
    if repository in names:
        return tuple(sorted(names[repository]))
    short = named.strip("/").removesuffix(".git")
    fitting = [project for project in names if any(_ends_in(each, short) for each in names[project])]
    if len(fitting) > 1:
        listed = "\n".join(f"  {project}  ({counted(spawns[project])})" for project in sorted(fitting))
        message = f"{len(fitting)} projects are called {short}. Name one by its whole path or repository:\n{listed}"
        raise AmbiguousProjectError(message)
    return tuple(sorted(names[fitting[0]])) if fitting else (path,)


def people_named(connection: psycopg.Connection[Any], user: str | None, host: str | None) -> People:
    """Return whom a name or a pseudonym means."""
    row = connection.execute(named_sql(__file__, "select_people"), {"user": user, "host": host}).fetchone()
    return People(*row) if row else People(user, host)


def _known(rows: list[Any]) -> tuple[Counter[str], dict[str, set[str]]]:
    """Return each project, a repository where one is known, with its number of spawns and all of its names."""
    of_path: defaultdict[str | None, set[str]] = defaultdict(set)
    for path, repository, _ in rows:
        of_path[path] |= {repository} if repository else set()
    spawns: Counter[str] = Counter()
    names: defaultdict[str, set[str]] = defaultdict(set)
    for path, repository, count in rows:
        own = of_path[path] if path else set()
        project = repository or (next(iter(own)) if len(own) == 1 else path)
        spawns[project] += count
        names[project] |= {project} | ({path} if path and len(own) <= 1 else set())
    return spawns, dict(names)


def counted(spawns: int) -> str:
    """Return a number of spawns with its noun."""
    return f"{spawns:,} spawn" if spawns == 1 else f"{spawns:,} spawns"


def _as_path(named: str) -> str:
    """Return a path as ingest stores it; one from here on, or from home on, is made whole."""
    is_from_here = named.startswith((".", "~"))
    whole = str(Path(named).expanduser().absolute().resolve()) if is_from_here else named
    return name(redact_stored(whole.replace("\\", "/").rstrip("/"))) or named


def _ends_in(project: str, short: str) -> bool:
    return project == short or project.endswith(f"/{short}")
