"""The roles that may only read: what they lack, and what an administrator does where the owner may not."""

from typing import NamedTuple

import psycopg
from psycopg import sql

from pipelines.warehouse.connection import Warehouse
from pipelines.warehouse.statements import named_sql


class ReadingRole(NamedTuple):
    """A role of this database, and what is not as it should be."""

    kind: str
    name: str
    exists: bool
    may_read: bool
    writes_large_objects: bool
    makes_temporary_tables: bool

    @property
    def fault(self) -> str:
        """Say what is wrong; empty where all is well."""
        if not self.exists:
            return f"{self.name} is missing"
        if not self.may_read:
            return f"{self.name} has no rights yet"
        what = [
            words
            for words, is_so in (
                ("write large objects", self.writes_large_objects),
                ("make temporary tables", self.makes_temporary_tables),
            )
            if is_so
        ]
        return f"{self.name} may {' and '.join(what)}" if what else ""


def grant_reading_roles(warehouse: Warehouse) -> str:
    """Create and equip the roles as far as this user may; return what an administrator has to do, empty if nothing."""
    with warehouse.connect() as connection:
        row = connection.execute("select learning.grant_reading_roles()").fetchone()
    return str(row[0]) if row and row[0] else ""


def reading_roles(warehouse: Warehouse) -> list[ReadingRole]:
    """Return the roles of this database, and what they lack or have too much."""
    with warehouse.connect() as connection:
        rows = connection.execute(named_sql(__file__, "reading_roles")).fetchall()
    return [ReadingRole(*row) for row in rows]


def administrators_script(warehouse: Warehouse) -> str:
    """Return the SQL that a superuser runs once in this database; it may be run again."""
    with warehouse.connect() as connection:
        row = connection.execute("select current_database(), current_user").fetchone()
        assert row is not None
        database, owner = (sql.Identifier(name) for name in row)
        names = connection.execute("select role_name from control.reading_roles order by kind").fetchall()
        writers = connection.execute("select learning.large_object_functions()::text").fetchall()
        statements = [sql.SQL("do {}").format(sql.Literal(_create(connection, name))) for (name,) in names]
        statements.append(sql.SQL("revoke temporary on database {} from public").format(database))
        statements.append(sql.SQL("grant temporary on database {} to {}").format(database, owner))
        lines = [statement.as_string(connection) for statement in statements]
    lines += [f"revoke execute on function pg_catalog.{writer} from public" for (writer,) in writers]
    head = [
        "-- Run as a superuser in this database (psql -f); afterwards its owner runs: spawnwise roles",
        "-- The functions write large objects, with which a reader could fill the disk; Spawnwise uses none.",
    ]
    return "\n".join([*head, *(f"{line};" for line in lines)])


def _create(connection: "psycopg.Connection[object]", name: str) -> str:
    statement = sql.SQL(
        "begin if not exists (select from pg_roles where rolname = {}) then create role {} nologin; end if; end"
    )
    return statement.format(sql.Literal(name), sql.Identifier(name)).as_string(connection)
