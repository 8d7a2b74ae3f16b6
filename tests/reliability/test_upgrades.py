"""A database of every earlier level, full of data, comes up to the newest with nothing lost, and the work goes on."""

from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from pipelines.ingest.ingest import ingest_sources
from pipelines.progress import SilentProgress
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from pipelines.warehouse.connection import DATABASE
from pipelines.warehouse.embedded import EmbeddedServer
from pipelines.warehouse.migrate import MIGRATIONS, ensure_pgvector, migration_level, run_migrations, upgrade
from tests.conftest import cloned_database
from tests.reliability.conftest import Undisturbed
from tests.reliability.hostile import FIXTURES
from tests.reliability.house import IS_LONG, House, opened

LEVELS = sorted(script.name.partition("_")[0] for script in (MIGRATIONS / "versions").glob("*.py"))
COLUMNS = """
select table_name, array_agg(column_name::text order by ordinal_position)
from information_schema.columns inner join information_schema.tables using (table_schema, table_name)
where table_schema = 'learning' and table_type = 'BASE TABLE' and table_name <> 'alembic_version'
and is_generated = 'NEVER' group by table_name order by 1
"""
SERIALS = """
select format('select setval(%L, (select max(%I) from learning.%I))',
    pg_get_serial_sequence(format('learning.%I', table_name), column_name), column_name, table_name)
from information_schema.columns where table_schema = 'learning' and is_identity = 'YES'
"""
# What a quiet night leaves empty.
RARE = """
insert into learning.judgements (task_id, judge_version, input_hash, verdict, confidence)
select id, 'judge-1', task_hash, 'good', 0.5 from learning.task_history limit 3;
insert into learning.purges (session_hash, spawned_before) values (learning.hashed('gone'), '2026-01-01');
insert into learning.purged_files (path_hash, size_bytes) values (learning.hashed('/gone.jsonl'), 1);
insert into learning.feedback (target, is_good, remark, given_at) values ('nothing', true, 'well done', now());
insert into learning.agent_stops (agent_run_id, stopped_at) values ('run', now());
insert into learning.recommendation_log (decision_id, decided_at, answered_model, answer_source, task_id)
select gen_random_uuid(), now(), 'haiku', 'cluster', id from learning.task_history limit 3;
insert into learning.model_tiers_history (agent_pattern, default_model, valid_from) values ('X', 'opus', now());
"""


def columns(connection: psycopg.Connection[Any]) -> dict[str, list[str]]:
    """Return the columns of every table that the migrations own."""
    return dict(connection.execute(COLUMNS).fetchall())


def digests(connection: psycopg.Connection[Any], of: dict[str, list[str]]) -> dict[str, tuple[int, str]]:
    """Return number of rows and digest of these columns of these tables."""
    found = {}
    for table, names in of.items():
        query = sql.SQL(
            "select count(*), md5(string_agg(line, '|' order by line))"
            " from (select (row({})::text) as line from {}) as lines"
        ).format(sql.SQL(", ").join(map(sql.Identifier, names)), sql.Identifier("learning", table))
        row = connection.execute(query).fetchone()
        assert row is not None
        found[table] = (int(row[0]), str(row[1]))
    return found


def fill(connection: psycopg.Connection[Any], source: psycopg.Connection[Any]) -> None:
    """Copy all that the source holds into the tables and columns that there are."""
    connection.execute("set session_replication_role = replica")  # in any order
    for table, names in columns(connection).items():
        listed = sql.SQL(", ").join(map(sql.Identifier, names))
        place = sql.Identifier("learning", table)
        out = sql.SQL("copy (select {} from {}) to stdout").format(listed, place)
        into = sql.SQL("copy {} ({}) from stdin").format(place, listed)
        with source.cursor().copy(out) as rows, connection.cursor().copy(into) as copy:
            for block in rows:
                copy.write(block)
    for (statement,) in connection.execute(SERIALS).fetchall():
        connection.execute(statement)
    connection.execute("set session_replication_role = default")


def filled_at(level: str, warehouse: Warehouse, undisturbed: Undisturbed) -> dict[str, list[str]]:
    """Bring an empty database to a level, fill it, and return its columns."""
    ensure_pgvector(warehouse)
    run_migrations(warehouse, level)
    with undisturbed.connect() as source, warehouse.connect() as connection, source.transaction(force_rollback=True):
        source.execute(RARE)
        fill(connection, source)
        return columns(connection)


@pytest.mark.parametrize("level", LEVELS)
def test_nothing_is_lost_on_the_way_up(
    level: str, undisturbed: Undisturbed, postgres: EmbeddedServer, tmp_path: Path
) -> None:
    with cloned_database(postgres, "template1") as dsn:
        warehouse = Warehouse(dsn)
        existed = filled_at(level, warehouse, undisturbed)
        with warehouse.connect() as connection:
            before = digests(connection, existed)
        assert [table for table, (rows, _) in before.items() if not rows] == []
        upgrade(warehouse)
        assert migration_level(warehouse) == LEVELS[-1]
        with warehouse.connect() as connection:
            assert digests(connection, existed) == before
        known = ingest_sources(warehouse, Settings(), [undisturbed.logs], SilentProgress())
        assert (known.files_read, known.spawns_new, known.spawns_updated) == (0, 0, 0)
        FIXTURES["claude-B"].write(tmp_path, 1)
        assert ingest_sources(warehouse, Settings(), [tmp_path], SilentProgress()).spawns_new == 1


@pytest.mark.skipif(not IS_LONG, reason="takes a learning run for each level")
@pytest.mark.parametrize("level", LEVELS[:-1])
def test_a_learning_run_goes_on_from_there(level: str, undisturbed: Undisturbed, folder: Path) -> None:
    house = House(folder / f"upgraded-{level}", undisturbed.logs)
    house.home.mkdir(mode=0o711)
    with opened(house):
        with house.connect("postgres") as connection:
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(DATABASE)))
        filled_at(level, Warehouse(house.server.dsn(DATABASE)), undisturbed)
        run = house.run("learn", "--quiet")
        assert run.returncode == 0, run.stderr
        ended = house.digests()
    published = {table: digest for table, digest in undisturbed.expected.items() if table.startswith("serving.")}
    assert {table: ended[table] for table in published} == published
