"""A database that an earlier version left behind: it comes up to the newest with all that it holds."""

import subprocess
import time
import uuid
from contextlib import closing
from pathlib import Path

import pytest
from psycopg import sql

from pipelines.ingest.intake import ingest_sources
from pipelines.progress import SilentProgress
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse, WarehouseError
from pipelines.warehouse.migrate import migration_level, migration_levels, upgrade
from tests.reliability.conftest import Undisturbed
from tests.reliability.house import AS_IT_WAS, IS_LONG, House, kill
from tests.reliability.levels import EXTRAS, REMADE, Columns, OldHouse
from tests.support.transcripts import Transcript

*EARLIER, NEWEST = migration_levels()
UPGRADED_FROM = EARLIER if IS_LONG else (EARLIER[0], EARLIER[len(EARLIER) // 2], EARLIER[-1])
LEARNED_AT = EARLIER if IS_LONG else EARLIER[:1]
HISTORY = ("intermediate", "best_model_history")
# Earlier levels did not note who read a log, nor where: their facts have no such register.
READ_ALL_AGAIN = """
truncate learning.ingest_files, learning.ingest_quarantine;
update learning.spawn_facts set facts = facts - 'reading';
"""
MARKS = ("fingerprint", "size_bytes", "byte_offset")  # Claude Code's logs are read again, for the main conversations
LONGEST_WAIT_S = 240
CONNECTIONS = """
select pid, state, wait_event_type, wait_event, pg_blocking_pids(pid), now() - state_change
from pg_stat_activity where datname = %s and application_name = 'spawnwise'
"""


@pytest.fixture(scope="module")
def newest(undisturbed: Undisturbed) -> OldHouse:
    """A database of the newest level in which no table of the migrations is empty."""
    house = OldHouse(undisturbed)
    house.fill(undisturbed, AS_IT_WAS, NEWEST)
    with closing(house.connect()) as connection:
        connection.execute(EXTRAS.encode())
    empty = [
        name for name, (count, _) in house.contents(house.columns()).items() if name[0] == "learning" and not count
    ]
    assert empty == [], "Give each of these a row in EXTRAS: what is empty cannot be lost."
    return house


def old_house(undisturbed: Undisturbed, newest: OldHouse, level: str) -> OldHouse:
    house = OldHouse(undisturbed)
    house.fill(newest, newest.database, level)
    assert migration_level(house.warehouse.dsn) == level
    return house


def wait_until_waiting(house: House, *processes: subprocess.Popen[str]) -> None:
    """Return when each of these commands waits for a lock; fail with what one says that ends, or does, before."""
    until = time.monotonic() + LONGEST_WAIT_S
    with closing(house.connect("postgres")) as connection:
        while True:
            connections = connection.execute(CONNECTIONS, [house.database]).fetchall()
            if sum(kind == "Lock" for _, _, kind, *_ in connections) == len(processes):
                return
            for process in processes:
                assert process.poll() is None, process.communicate()
            assert time.monotonic() < until, connections
            time.sleep(0.02)


def kept_columns(house: OldHouse, newest: OldHouse) -> Columns:
    """The columns whose content an upgrade must keep: not of what each night makes again or what is gone."""
    there = newest.columns().keys() - REMADE
    columns = {table: names for table, names in house.columns().items() if table in there}
    for name in ("task_embedding", "embedding_model"):  # which go elsewhere: see `OldHouse.vectors`
        columns["learning", "task_history"].pop(name, None)
    for name in MARKS:
        columns["learning", "ingest_files"].pop(name, None)
    return columns


@pytest.mark.parametrize("level", UPGRADED_FROM)
def test_nothing_is_lost_on_the_way_to_the_newest_level(
    undisturbed: Undisturbed, newest: OldHouse, level: str, tmp_path: Path
) -> None:
    house = old_house(undisturbed, newest, level)
    columns = kept_columns(house, newest)
    before, vectors = house.contents(columns), house.vectors()
    assert any(vector for _, _, vector in vectors)
    assert min(count for (schema, _), (count, _) in before.items() if schema == "learning") > 0
    with Warehouse.open(Settings(DATABASE_URL=house.server.dsn(house.database))):
        pass
    assert migration_level(house.warehouse.dsn) == NEWEST
    assert house.contents(columns) == before
    assert house.vectors() == vectors
    with closing(house.connect()) as connection:
        [(analyst,)] = connection.execute("select learning.reading_role('analyst')").fetchall()
        assert analyst != "spawnwise_analyst"  # which another database of this server has
        connection.execute(sql.SQL("set role {}").format(sql.Identifier(analyst)))
        assert connection.execute("select count(*) > 0 from marts.savings").fetchone() == (True,)
        assert connection.execute("show client_connection_check_interval").fetchone() == ("1s",)

    if level in LEARNED_AT:
        assert_a_learning_run_ends_as_undisturbed(house, undisturbed)
        after = house.contents(columns)
        assert after[HISTORY] == before[HISTORY]
    assert_logs_are_read_once_more_and_tell_nothing_new(house.warehouse, undisturbed.logs, tmp_path)


def assert_logs_are_read_once_more_and_tell_nothing_new(warehouse: Warehouse, known: Path, empty: Path) -> None:
    once_more = ingest_sources(warehouse, [known], SilentProgress())
    assert (once_more.spawns_new, once_more.spawns_updated) == (0, 0)
    with warehouse.connect() as connection:
        assert connection.execute("select count(*) > 0 from learning.main_messages").fetchone() == (True,)
    assert ingest_sources(warehouse, [known], SilentProgress()).files_read == 0
    session = Transcript(session=str(uuid.uuid4()))
    session.spawn(key="toolu_after_the_upgrade")
    session.write(empty)
    assert ingest_sources(warehouse, [empty], SilentProgress()).spawns_new == 1


def assert_a_learning_run_ends_as_undisturbed(house: OldHouse, undisturbed: Undisturbed) -> None:
    with closing(undisturbed.connect(AS_IT_WAS)) as connection:
        (salt,) = connection.execute("select salt from learning.pseudonym_salt").fetchone() or ("",)
    with closing(house.connect()) as connection:
        connection.execute(READ_ALL_AGAIN)
        connection.execute("update learning.pseudonym_salt set salt = %s", [salt])  # else people have other names
    run = house.run("learn", "--quiet")
    assert run.returncode == 0, run.stderr
    ended = house.digests()
    different = {table for table in undisturbed.expected if ended.get(table) != undisturbed.expected[table]}
    with_extras = {line.split()[2] for line in EXTRAS.splitlines() if line.startswith("insert into")}
    # Kinds that are made again know the outcomes, which tell how many kinds there are in other words; the ledger holds
    # the decision that was made up.
    assert different - with_extras - {"learning.clusterings", "marts.decision_ledger"} == set()


def test_an_upgrade_that_is_killed_leaves_the_earlier_level(undisturbed: Undisturbed, newest: OldHouse) -> None:
    house = old_house(undisturbed, newest, EARLIER[0])
    columns = kept_columns(house, newest)
    before = house.contents(columns)
    with closing(house.connect()) as holding, holding.transaction():
        holding.execute("lock table learning.task_history in exclusive mode")  # 0003 refers to it
        process = house.start("stats")
        wait_until_waiting(house, process)
        kill(process)
        assert migration_level(house.warehouse.dsn) == EARLIER[0]
    upgrade(house.warehouse.dsn)
    assert migration_level(house.warehouse.dsn) == NEWEST
    assert house.contents(columns) == before


def test_two_commands_may_begin_on_an_empty_database_at_once(undisturbed: Undisturbed) -> None:
    house = OldHouse(undisturbed)
    with closing(house.connect()) as holding:
        holding.execute("begin; create schema learning")
        both = [house.start("stats"), house.start("stats")]
        wait_until_waiting(house, *both)
        holding.execute("rollback")
    for process in both:
        _, errors = process.communicate(timeout=300)
        assert process.returncode == 0, errors
    assert migration_level(house.warehouse.dsn) == NEWEST


def test_a_role_that_may_not_change_the_tables_is_told_so(undisturbed: Undisturbed, newest: OldHouse) -> None:
    house = old_house(undisturbed, newest, EARLIER[0])
    with closing(house.connect()) as connection:
        connection.execute("create role somebody login")
        connection.execute("grant usage, create on schema learning to somebody")
        connection.execute("grant all on all tables in schema learning to somebody")
    somebody = Warehouse(house.server.dsn(house.database).replace("postgres:@", "somebody:@"))
    with pytest.raises(WarehouseError, match=r"denied.*as they were.*role that owns the schema"):
        upgrade(somebody.dsn)
    assert migration_level(house.warehouse.dsn) == EARLIER[0]


def test_a_newer_database_is_told_in_a_sentence_and_left_alone(undisturbed: Undisturbed, newest: OldHouse) -> None:
    house = old_house(undisturbed, newest, NEWEST)
    with closing(house.connect()) as connection:
        connection.execute("update learning.alembic_version set version_num = '9999'")
    before = house.contents(house.columns())
    for command in ("learn", "stats"):
        run = house.run(command)
        assert run.returncode == 1
        assert run.stderr.splitlines()[-1] == (
            "The database is at migration 9999, newer than this version of Spawnwise. Update Spawnwise."
        )
        assert "Traceback" not in run.stderr
    assert house.run("recommend", "Write unit tests for the parser", "--json").returncode == 0
    assert house.contents(house.columns()) == before
