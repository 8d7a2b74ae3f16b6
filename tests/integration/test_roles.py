import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from pipelines.marts.run_dbt import run_dbt
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from pipelines.warehouse.embedded import EmbeddedServer
from pipelines.warehouse.roles import administrators_script, grant_reading_roles, reading_roles
from pipelines.warehouse.run_lock import run_lock
from tests.support.small_history import insert_history

ROOT = Path(__file__).parents[2]
READABLE = """
select schemaname, tablename from pg_tables
where schemaname in ('marts', 'serving') and has_schema_privilege(%(role)s, schemaname, 'usage')
and has_table_privilege(%(role)s, format('%%I.%%I', schemaname, tablename), 'select')
"""
FILES = """
select relname, relfilenode from pg_class
where relkind = 'r' and relnamespace in ('marts'::regnamespace, 'serving'::regnamespace)
"""
MAY_READ = {
    "spawnwise_analyst": {"marts.unused_agents", "serving.best_model_per_cluster"},
    "spawnwise_lookup": {"serving.best_model_per_cluster"},
    "spawnwise_member": set(),
}
WITHOUT_TESTS = ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
TABLES = [
    "marts.unused_agents",
    "serving.best_model_per_cluster",
    "intermediate.int_tasks",
    "staging.stg_learning__task_history",
    "learning.task_history",
    "learning.alembic_version",
]


def is_allowed(warehouse: Warehouse, role: str, statement: str) -> bool:
    with psycopg.connect(warehouse.dsn) as connection:
        connection.execute(sql.SQL("set role {}").format(sql.Identifier(role)))
        try:
            connection.execute(statement)  # type: ignore[call-overload]
        except psycopg.errors.InsufficientPrivilege:
            return False
        finally:
            connection.rollback()
        return True


def test_each_role_reads_its_schemas_and_nothing_else_before_and_after_a_rebuild(warehouse: Warehouse) -> None:
    insert_history(warehouse)
    for _ in range(2):
        run = run_dbt(
            warehouse,
            Settings(),
            ["build", "--select", "+unused_agents", "+best_model_per_cluster", *WITHOUT_TESTS],
        )
        assert run.failures == []
        for role, readable in MAY_READ.items():
            allowed = {table for table in TABLES if is_allowed(warehouse, role, f"select * from {table}")}
            assert allowed == readable, role


@pytest.mark.parametrize("role", ["spawnwise_analyst", "spawnwise_lookup"])
@pytest.mark.parametrize(
    "statement",
    [
        "delete from serving.probe",
        "insert into serving.probe values (1)",
        "update serving.probe set one = 2",
        "drop table serving.probe",
        "truncate serving.probe",
        "create table serving.mine (one int)",
        "create table marts.mine (one int)",
        "create schema mine",
        "create table public.mine (one int)",
        "select pg_read_file('/etc/hostname')",
        "copy serving.probe to program 'cat'",
        "select lo_create(0)",
        "select lo_creat(-1)",
        "select lo_from_bytea(0, 'x')",
        "select lo_import('/etc/hostname')",
        "lock table serving.probe in row exclusive mode",
    ],
)
def test_no_role_may_write(warehouse: Warehouse, role: str, statement: str) -> None:
    with warehouse.connect() as connection:
        connection.execute("create table serving.probe (one int)")
    assert is_allowed(warehouse, role, "select * from serving.probe")
    assert not is_allowed(warehouse, role, statement)


def test_a_user_who_may_not_create_roles_is_told_what_to_do(warehouse: Warehouse) -> None:
    with warehouse.connect() as connection:
        connection.execute("update control.reading_roles set role_name = 'nobody_yet' where kind = 'lookup'")
    script = administrators_script(warehouse)
    with modest_owner(warehouse) as owned:
        notice = grant_reading_roles(owned)
        assert "may not create the role nobody_yet" in notice
        assert "spawnwise roles --print" in notice
        assert "nobody_yet is missing" in [role.fault for role in reading_roles(owned)]
        with psycopg.connect(warehouse.dsn) as administrator:
            administrator.execute(script.encode())
            administrator.execute(script.encode())  # once more is no harm
        try:
            assert {role.fault for role in reading_roles(owned)} == {"", "nobody_yet has no rights yet"}
            assert grant_reading_roles(owned) == ""
            assert {role.fault for role in reading_roles(owned)} == {""}
        finally:
            with warehouse.connect() as connection:
                connection.execute("drop owned by nobody_yet; drop role nobody_yet")


@contextmanager
def modest_owner(warehouse: Warehouse) -> Iterator[Warehouse]:
    """A warehouse as an ordinary user has it, who owns it and may not create roles."""
    user = f"modest_{uuid.uuid4().hex[:8]}"
    name = sql.Identifier(user)
    database = sql.Identifier(conninfo_to_dict(warehouse.dsn)["dbname"])
    with warehouse.connect() as connection:
        connection.execute(sql.SQL("create role {} login").format(name))
        for schema in ("learning", "control", "staging", "intermediate", "marts", "serving"):
            connection.execute(sql.SQL("alter schema {} owner to {}").format(sql.Identifier(schema), name))
        connection.execute(sql.SQL("alter function learning.grant_reading_roles owner to {}").format(name))
        rows = connection.execute(
            "select schemaname, tablename from pg_tables where schemaname in ('learning', 'control')"
        )
        views = connection.execute("select schemaname, viewname from pg_views where schemaname = 'serving'")
        for schema, table in [*rows.fetchall(), *views.fetchall()]:
            owned = sql.SQL("alter table {} owner to {}").format(sql.Identifier(schema, table), name)
            connection.execute(owned)
        connection.execute(sql.SQL("grant create on database {} to {}").format(database, name))
    try:
        yield Warehouse(make_conninfo(warehouse.dsn, user=user))
    finally:
        with warehouse.connect() as connection:
            connection.execute(sql.SQL("reassign owned by {} to current_user; drop owned by {}").format(name, name))
            connection.execute(sql.SQL("drop role {}").format(name))


def test_another_database_of_the_server_has_roles_of_its_own(postgres: EmbeddedServer, warehouse: Warehouse) -> None:
    with psycopg.connect(postgres.dsn("postgres"), autocommit=True) as connection:
        connection.execute('create database "Team B"')
    try:
        with Warehouse.open(Settings(DATABASE_URL=postgres.dsn("Team%20B"))) as other:
            names = [role.name for role in reading_roles(other)]
            assert names == [f"spawnwise_{kind}_Team B" for kind in ("analyst", "lookup", "member")]
            assert {role.fault for role in reading_roles(other)} == {""}
            assert not is_allowed(other, "spawnwise_analyst", "select * from serving.agent_tiers")
            assert is_allowed(other, names[0], "select * from serving.agent_tiers")
        assert not is_allowed(warehouse, names[0], "select * from serving.agent_tiers")
        assert is_allowed(warehouse, "spawnwise_analyst", "select * from serving.agent_tiers")
    finally:
        with psycopg.connect(postgres.dsn("postgres"), autocommit=True) as connection:
            connection.execute('drop database "Team B" with (force)')
            for name in names:
                connection.execute(sql.SQL("drop role {}").format(sql.Identifier(name)))


def test_no_reader_holds_up_a_night(warehouse: Warehouse) -> None:
    insert_history(warehouse)
    models = ["build", "--select", "+unused_agents", "+best_model_per_cluster", *WITHOUT_TESTS]
    assert run_dbt(warehouse, Settings(), models).failures == []
    with ExitStack() as readers:
        held = 0
        for role in MAY_READ:
            reader = readers.enter_context(psycopg.connect(warehouse.dsn))
            reader.execute(sql.SQL("set session authorization {}").format(sql.Identifier(role)))
            for name in ("learning_run", "ingest", "migrations"):
                reader.execute("select pg_try_advisory_lock(hashtext(%s))", [f"spawnwise.{name}"])
            reader.execute("select pg_try_advisory_lock(hashtext('spawnwise journal'))")
            reader.commit()
            for table in (
                "control.run_lock",
                "control.ingest_lock",
                "control.journal_lock",
                "learning.alembic_version",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege), reader.transaction():
                    reader.execute(f"lock table {table} in access share mode")  # type: ignore[call-overload]
            with warehouse.connect() as connection:
                tables = connection.execute(READABLE, {"role": role}).fetchall()
            for schema, table in tables:
                reader.execute(sql.SQL("select from {}").format(sql.Identifier(schema, table)))
                held += 1
        assert held >= 3  # the analyst's mart, and the published answers for both
        with warehouse.connect() as connection:
            connection.execute("update learning.model_tiers set default_model = 'changed'")
        with run_lock(warehouse), warehouse.connect() as connection:
            connection.execute((ROOT / "pipelines/ingest/sql/lock_ingest.sql").read_bytes())
            connection.execute((ROOT / "pipelines/journal/sql/lock_journal.sql").read_bytes())
        with warehouse.connect() as connection:
            before = dict(connection.execute(FILES).fetchall())
        run = run_dbt(warehouse, Settings(), models)
        assert run.failures == []
        with warehouse.connect() as connection:
            after = dict(connection.execute(FILES).fetchall())
            fresh = connection.execute("select max(estimated_at) from serving.best_model_per_cluster").fetchone()
    assert after == before  # filled in place, under the readers
    assert fresh is not None
    assert run_dbt(warehouse, Settings(), models).failures == []
    with warehouse.connect() as connection:
        assert dict(connection.execute(FILES).fetchall()) != before  # swapped, once nobody has them open


def test_only_the_owner_reads_the_titles_that_stand_for_a_kind(warehouse: Warehouse) -> None:
    with warehouse.connect() as connection:
        spawn = "insert into learning.task_history (id, source, source_key, created_at, task_title, task_description,"
        spawn += (
            " task_hash, agent_used) values (gen_random_uuid(), 's', 'k', now(), 'Pay the Millers', 'Pay', 'h', 'a')"
        )
        (task,) = connection.execute(f"{spawn} returning id".encode()).fetchall()[0]
        connection.execute(
            "insert into learning.clusterings (clustering_version, embedding_model, input_fingerprint, cluster_count,"
            " task_count, criterion) overriding system value values (1, 'm', '', 1, 1, '')"
        )
        connection.execute(
            "insert into learning.task_clusters (clustering_version, cluster_id, embedding_model, label, radius, size,"
            " terms, example_task_ids, centroid) values (1, 0, 'm', 'Pay', 1, 1, '{}', %s, '[1,0]')",
            [[task]],
        )
        titles = "select examples from serving.task_kinds"
        assert connection.execute(titles.encode()).fetchall() == [(["Pay the Millers"],)]
        connection.execute("set local role spawnwise_lookup")
        assert connection.execute(titles.encode()).fetchall() == [([],)]
