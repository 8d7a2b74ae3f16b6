"""Each role has the right to read what it is for, and no other right on anything in the database."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.reliability.conftest import Undisturbed

ROLES = {"spawnwise_analyst": {"marts", "serving"}, "spawnwise_lookup": {"serving"}}
OURS = "('learning', 'staging', 'intermediate', 'marts', 'serving', 'dagster', 'public')"
RELATIONS = f"""
select namespace.nspname, relation.relname, relation.relkind
from pg_class as relation inner join pg_namespace as namespace on relation.relnamespace = namespace.oid
where namespace.nspname in {OURS} and relation.relkind in ('r', 'v', 'm', 'p', 'S')
"""
FUNCTIONS = """
select function.oid::regprocedure::text, function.prosecdef
from pg_proc as function inner join pg_namespace as namespace on function.pronamespace = namespace.oid
where namespace.nspname in ('learning', 'staging', 'intermediate', 'marts', 'serving', 'dagster')
"""
# Titles of tasks stand in it: an analyst reads its other columns only.
HIDDEN = {("spawnwise_analyst", "serving.task_kinds"), ("spawnwise_analyst", "serving.project_directions")}
WORDS = ("examples", "centroid", "task_title", "task_description", "prompt", "error_message", "spec_text")


@pytest.fixture(params=sorted(ROLES))
def role(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def reader(undisturbed: Undisturbed, role: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection of that role, whose transaction never commits."""
    with psycopg.connect(undisturbed.server.dsn("spawnwise")) as connection:
        connection.execute(sql.SQL("set session authorization {}").format(sql.Identifier(role)))
        connection.commit()
        yield connection
        connection.rollback()


# What a view cannot take is refused for what it is.
REFUSALS = (
    psycopg.errors.InsufficientPrivilege,
    psycopg.errors.WrongObjectType,
    psycopg.errors.ObjectNotInPrerequisiteState,
)


def is_refused(reader: psycopg.Connection[Any], statement: sql.Composable) -> bool:
    try:
        reader.execute(statement)
    except REFUSALS:
        return True
    except psycopg.Error:  # it was let in, and failed later
        return False
    finally:
        reader.rollback()
    return False


def statements(schema: str, name: str, column: str) -> dict[str, sql.Composed]:
    """Return every way to use a relation."""
    forms = {
        "select": "select * from {}",
        "insert": "insert into {} default values",
        "update": "update {} set {column} = {column}",
        "delete": "delete from {}",
        "truncate": "truncate {}",
        "references": "create table {}.mine (like {})",
        "drop": "drop table {}",
        "alter": "alter table {} add mine int",
        "lock": "lock table {} in access exclusive mode",
        "copy": "copy {} from stdin",
    }
    table = sql.Identifier(schema, name)
    return {
        verb: sql.SQL(form).format(
            *([sql.Identifier(schema)] * (form.count("{}.mine"))), table, column=sql.Identifier(column)
        )
        for verb, form in forms.items()
    }


def test_every_role_on_every_relation(undisturbed: Undisturbed, role: str) -> None:
    """As Postgres itself tells: 8 privileges on each of more than 60 tables and views."""
    allowed: dict[str, set[str]] = {}
    with undisturbed.connect() as connection:
        relations = connection.execute(RELATIONS).fetchall()
        for schema, name, kind in relations:
            relation = f'"{schema}"."{name}"'
            verbs = "select usage update" if kind == "S" else "select insert update delete truncate references trigger"
            check = "has_sequence_privilege" if kind == "S" else "has_table_privilege"
            usable = connection.execute("select has_schema_privilege(%s, %s, 'usage')", [role, schema]).fetchone()
            for verb in verbs.split():
                row = connection.execute(f"select {check}(%s, %s, %s)", [role, relation, verb]).fetchone()  # type: ignore[arg-type]
                if row == usable == (True,):
                    allowed.setdefault(f"{schema}.{name}", set()).add(verb)
    assert len(relations) > 60
    readable = {f"{schema}.{name}" for schema, name, _ in relations if schema in ROLES[role]}
    readable -= {name for hidden_from, name in HIDDEN if hidden_from == role}
    assert allowed == {name: {"select"} for name in readable}


def test_a_member_reads_guarded_marts_and_nothing_else(undisturbed: Undisturbed) -> None:
    with undisturbed.connect() as connection:
        tables = connection.execute(
            "select format('%s.%s', nspname, relname), relrowsecurity,"
            " exists (select from pg_attribute where attrelid = relation.oid and attname = 'project'),"
            " has_schema_privilege('spawnwise_member', nspname, 'usage')"
            " and has_any_column_privilege('spawnwise_member', relation.oid, 'select'),"
            " has_table_privilege('spawnwise_member', relation.oid, 'insert, update, delete, truncate, trigger')"
            " from pg_class as relation inner join pg_namespace as space on relation.relnamespace = space.oid"
            f" where nspname in {OURS} and relkind in ('r', 'v', 'm', 'p')"
        ).fetchall()
    marts_of_projects = {name for name, _, has_project, *_ in tables if has_project and name.startswith("marts.")}
    assert len(marts_of_projects) >= 8
    assert {name for name, is_guarded, *_ in tables if is_guarded} == marts_of_projects
    assert {row[0] for row in tables if row[3]} == {*marts_of_projects, "marts.metrics", "serving.my_projects"}
    assert not [row[0] for row in tables if row[4]]


def test_every_role_tries_every_statement(undisturbed: Undisturbed, reader: psycopg.Connection[Any], role: str) -> None:
    """The same by doing it, on one relation of each kind in each schema."""
    with undisturbed.connect() as connection:
        found = {(schema, kind): name for schema, name, kind in connection.execute(RELATIONS).fetchall() if kind != "S"}
        columns = {
            (schema, name): column
            for schema, name, column in connection.execute(
                "select table_schema, table_name, column_name from information_schema.columns"
                " where ordinal_position = 1"
            )
        }
    done = set()
    for (schema, _), name in found.items():
        for verb, statement in statements(schema, name, columns[schema, name]).items():
            if not is_refused(reader, statement):
                done.add((schema, verb))
    assert done == {(schema, "select") for schema in ROLES[role]}


@pytest.mark.parametrize(
    "statement",
    [
        "create table public.mine (one int)",
        "create temporary table mine (one int)",
        "create schema mine",
        "create role mine",
        "create function public.mine() returns int language sql as 'select 1'",
        "alter role current_user superuser",
        "set role postgres",
        "select pg_read_file('/etc/hostname')",
        "select pg_ls_dir('.')",
        "select pg_reload_conf()",
        "copy (select 1) to program 'true'",
        "copy (select 1) to '/tmp/spawnwise-copied'",
        "select * from pg_authid",
        "select * from pg_statistic",
        "select lo_import('/etc/hostname')",
    ],
)
def test_no_role_reaches_beyond(reader: psycopg.Connection[Any], statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        reader.execute(statement.encode())


def test_no_role_runs_a_function_of_ours(undisturbed: Undisturbed, reader: psycopg.Connection[Any]) -> None:
    with undisturbed.connect() as connection:
        functions = connection.execute(FUNCTIONS).fetchall()
    assert not [name for name, runs_as_owner in functions if runs_as_owner]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        reader.execute("select learning.grant_reading_roles()")


def test_an_analyst_reads_no_words_of_a_task(undisturbed: Undisturbed) -> None:
    with undisturbed.connect() as connection:
        # Hostile words and canaries are names and descriptions of agents too, and these an analyst sees.
        told = connection.execute("select task_title, task_description, source_key from learning.task_history")
        titles = {
            text for *texts, key in told.fetchall() if not set(key.split("_")) & {"hostile", "canary"} for text in texts
        }
        connection.execute("set role spawnwise_analyst")
        readable = connection.execute(
            "select table_schema, table_name, string_agg(quote_ident(column_name), ', ')"
            " from information_schema.column_privileges where privilege_type = 'SELECT'"
            " and table_schema in ('marts', 'serving') and grantee = 'spawnwise_analyst' group by 1, 2"
        ).fetchall()
        assert len(readable) > 15
        for schema, name, columns in readable:
            assert not set(columns.split(", ")) & set(WORDS), name
            rows = connection.execute(f'select {columns} from "{schema}"."{name}"'.encode()).fetchall()
            told = {str(value) for row in rows for value in row}
            assert not {title for title in titles if len(title) > 25 and any(title in value for value in told)}, name
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("select examples from serving.task_kinds")


def test_a_query_is_one_statement(undisturbed: Undisturbed) -> None:
    for query in ("reset role; select task_title from learning.task_history", "commit; delete from learning.feedback"):
        refused = undisturbed.run("sql", "--role", "spawnwise_analyst", query)
        assert refused.returncode == 1
        assert "multiple commands" in refused.stderr
