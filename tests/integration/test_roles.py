import uuid

import psycopg
import pytest
from psycopg import sql

from pipelines.marts.run import run_dbt
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from tests.support.small_history import insert_history

MAY_READ = {
    "spawnwise_analyst": {"marts.unused_agents", "serving.best_model_per_cluster"},
    "spawnwise_lookup": {"serving.best_model_per_cluster"},
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


@pytest.mark.parametrize("role", sorted(MAY_READ))
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
    ],
)
def test_no_role_may_write(warehouse: Warehouse, role: str, statement: str) -> None:
    with warehouse.connect() as connection:
        connection.execute("create table serving.probe (one int)")
    assert is_allowed(warehouse, role, "select * from serving.probe")
    assert not is_allowed(warehouse, role, statement)


def test_a_user_who_may_not_create_roles_is_told_what_to_do(warehouse: Warehouse) -> None:
    user = f"modest_{uuid.uuid4().hex[:8]}"
    with warehouse.connect() as connection:
        connection.execute(sql.SQL("create role {}").format(sql.Identifier(user)))
        connection.execute(sql.SQL("grant usage on schema learning to {}").format(sql.Identifier(user)))
        connection.execute("alter role spawnwise_lookup rename to spawnwise_hidden")
        connection.execute(sql.SQL("set local role {}").format(sql.Identifier(user)))
        row = connection.execute("select learning.grant_reading_roles()").fetchone()
        connection.rollback()
    assert row is not None
    assert "create role spawnwise_lookup" in row[0]
