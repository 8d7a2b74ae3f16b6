"""Who may see which project's rows on a shared server: members, each of whom sees no other project."""

from collections import defaultdict
from collections.abc import Sequence

import psycopg
from psycopg import sql

from pipelines.warehouse.connection import Warehouse
from pipelines.warehouse.statements import named_sql
from recommender.errors import SpawnwiseError


class ReaderError(SpawnwiseError):
    """A role or a project that nobody can be given to see; the message says why, and what to do next."""


def allow(warehouse: Warehouse, role: str, projects: Sequence[str]) -> list[str]:
    """Let a role see these projects, as a member; return them by their whole names. Raises `ReaderError`."""
    with warehouse.connect() as connection:
        facts = connection.execute(named_sql(__file__, "role_facts"), {"role": role}).fetchone()
        if facts is None:
            raise ReaderError(f"There is no role {role}. Create it first: create role {role} login")
        if any(facts):
            raise ReaderError(f"{role} owns the database or sees all rows anyway: nothing narrows what it reads.")
        known = [name for (name,) in _marts(connection)]
        named = [whole_name(project, known) for project in projects]
        for project in named:
            connection.execute(named_sql(__file__, "allow_project"), {"role": role, "project": project})
        member = _member(connection)
        grant = sql.SQL("grant {} to {}").format(sql.Identifier(member), sql.Identifier(role))
        try:
            with connection.transaction():
                connection.execute(grant)
        except psycopg.errors.InsufficientPrivilege:
            words = f"This user may not make {role} a member. Have an administrator run: {grant.as_string(connection)};"
            raise ReaderError(words) from None
    return named


def forbid(warehouse: Warehouse, role: str, projects: Sequence[str]) -> list[str]:
    """Take projects from a role, all where none is named; return those that it had. It stays a member: it sees less."""
    with warehouse.connect() as connection:
        held = [project for name, project in _readers(connection) if name == role]
        named = [whole_name(project, held) for project in projects] or None
        fields = {"role": role, "projects": named}
        return sorted(project for (project,) in connection.execute(named_sql(__file__, "forbid_projects"), fields))


def projects_by_reader(warehouse: Warehouse) -> dict[str, list[str]]:
    """Return the projects that each role may see."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    with warehouse.connect() as connection:
        for role, project in _readers(connection):
            found[role].append(project)
    return dict(found)


def whole_name(named: str, known: Sequence[str]) -> str:
    """Return the project as the marts show it; a short name is enough where one alone has it. Raises `ReaderError`."""
    if named in known:
        return named
    fitting = [project for project in known if project.endswith(f"/{named.strip('/')}")]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        listed = "\n".join(f"  {project}" for project in fitting)
        raise ReaderError(f"{len(fitting)} projects are called {named}. Name one by its whole name:\n{listed}")
    if "/" in named:
        return named  # its first row is yet to come
    raise ReaderError(f"No project is called {named}. Name one as the marts do: its repository, else its whole path.")


def _marts(connection: "psycopg.Connection[tuple[str]]") -> list[tuple[str]]:
    row = connection.execute("select to_regclass('marts.spawns') is not null").fetchone()
    return connection.execute(named_sql(__file__, "known_projects")).fetchall() if row and row[0] else []


def _member(connection: "psycopg.Connection[tuple[str]]") -> str:
    row = connection.execute("select learning.reading_role('member')").fetchone()
    assert row is not None
    return row[0]


def _readers(connection: "psycopg.Connection[tuple[str, str]]") -> list[tuple[str, str]]:
    return connection.execute(named_sql(__file__, "project_readers")).fetchall()
