from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from pipelines.settings import Settings
from pipelines.warehouse import Warehouse, WarehouseError
from pipelines.warehouse.connection import DATABASE, _create_database
from pipelines.warehouse.embedded import EmbeddedServer
from pipelines.warehouse.migrate import _make_version_table, ensure_pgvector, migration_level, upgrade
from pipelines.warehouse.model_tiers import seed_model_tiers


def test_pgvector_extension(warehouse: Warehouse) -> None:
    assert tuple(int(part) for part in ensure_pgvector(warehouse.dsn).split(".")) >= (0, 8)


def test_migrations_repeat_without_a_change(warehouse: Warehouse) -> None:
    level = migration_level(warehouse.dsn)
    upgrade(warehouse.dsn)
    assert migration_level(warehouse.dsn) == level is not None


def test_a_database_newer_than_the_code_is_refused(warehouse: Warehouse) -> None:
    with warehouse.connect() as connection:
        connection.execute("update learning.alembic_version set version_num = '9999'")
    with pytest.raises(WarehouseError, match="newer than this version of Spawnwise"):
        upgrade(warehouse.dsn)


def test_an_unreachable_server_is_a_clear_error() -> None:
    settings = Settings(DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(WarehouseError, match="DATABASE_URL"), Warehouse.open(settings):
        pass


def test_history_of_model_tiers_is_kept(warehouse: Warehouse) -> None:
    with warehouse.connect() as connection:
        connection.execute("insert into learning.model_tiers (agent_pattern, default_model) values ('X', 'opus')")
        connection.execute("update learning.model_tiers set default_model = 'haiku' where agent_pattern = 'X'")
        kept = connection.execute(
            "select default_model from learning.model_tiers_history where agent_pattern = 'X'"
        ).fetchall()
    assert kept == [("opus",)]


def test_shipped_tiers_hold_the_patterns_and_never_undo_an_edit(warehouse: Warehouse) -> None:
    with warehouse.connect() as connection:
        connection.execute("update learning.model_tiers set default_model = 'haiku' where agent_pattern = 'COORD_*'")
        connection.execute("delete from learning.model_tiers where agent_pattern = 'DBA'")
    with warehouse.connect() as connection:
        seed_model_tiers(connection)
    with warehouse.connect() as connection:
        tiers = dict(connection.execute("select agent_pattern, default_model from learning.model_tiers").fetchall())
    assert tiers["COORD_*"] == "haiku"
    assert "DBA" not in tiers
    assert tiers["QA_TESTER"] == "sonnet"


def test_commands_that_begin_at_once_share_one_database(postgres: EmbeddedServer) -> None:
    with ThreadPoolExecutor(8) as commands:
        list(commands.map(_create_database, [postgres.dsn("postgres")] * 8))
    with psycopg.connect(postgres.dsn("postgres"), autocommit=True) as connection:
        assert connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone()
        connection.execute("drop database spawnwise")


def test_commands_that_begin_at_once_make_one_table_of_versions(warehouse: Warehouse) -> None:
    with warehouse.connect(autocommit=True) as connection, ThreadPoolExecutor(4) as commands:
        for _ in range(40):
            connection.execute("drop schema learning cascade")
            list(commands.map(_make_version_table, [warehouse.dsn] * 4))
            assert connection.execute("select count(*) from learning.alembic_version").fetchone() == (0,)


def test_an_error_quotes_no_row(warehouse: Warehouse) -> None:
    with pytest.raises(psycopg.errors.NotNullViolation) as refused, warehouse.connect() as connection:
        connection.execute("insert into learning.agent_stops (session_id) values (row('Count the apples', null)::text)")
    assert "null value" in str(refused.value)
    assert "apples" not in str(refused.value)
