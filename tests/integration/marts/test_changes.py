"""A night that follows the changes leaves the tables of facts as one that builds them whole."""

import uuid

from pipelines.marts.run_dbt import run_dbt
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from tests.support.small_history import NOW, insert_history, insert_signal, insert_task

FACTS = {
    "intermediate.int_outcome_evidence": "task_id, precedence",
    "intermediate.int_task_outcomes": "task_id",
    "intermediate.int_tasks": "task_id",
    "marts.spawns": "task_id",
}


def build(warehouse: Warehouse, *options: str) -> None:
    command = ["build", "--select", "+spawns", "--exclude-resource-type", "test unit_test", *options]
    assert run_dbt(warehouse, Settings(), command).failures == []


def facts(warehouse: Warehouse) -> dict[str, list[tuple[object, ...]]]:
    with warehouse.connect() as connection:
        return {
            table: connection.execute(f"select * from {table} order by {key}".encode()).fetchall()
            for table, key in FACTS.items()
        }


def places(warehouse: Warehouse) -> list[object]:
    """Where the tables lie on disk: one that is built whole is another one."""
    with warehouse.connect() as connection:
        return [connection.execute("select pg_relation_filenode(%s::regclass)", [name]).fetchone() for name in FACTS]


def changed(warehouse: Warehouse) -> set[uuid.UUID]:
    with warehouse.connect() as connection:
        return {task for (task,) in connection.execute("select task_id from intermediate.int_changed_tasks")}


def change_all_sorts_of_things(warehouse: Warehouse, ids: list[uuid.UUID]) -> set[uuid.UUID]:
    """Change some spawns, each in another way, and return them."""
    late, gone, moved, signalled, taken_back, decided, teller, hearer, impossible = ids[:9]
    with warehouse.connect() as connection:
        said = "update learning.task_history set "
        connection.execute(said + "duration_ms = 77, updated_at = now() where id = %s", [late])
        connection.execute("delete from learning.task_history where id = %s", [gone])
        connection.execute(
            "update learning.cluster_assignments set cluster_id = 1 - cluster_id where task_id = %s", [moved]
        )
        insert_signal(connection, signalled, "feedback_bad")
        connection.execute("delete from learning.outcome_signals where task_id = %s", [taken_back])
        connection.execute(
            "insert into learning.recommendation_log"
            " (decision_id, decided_at, answered_model, answer_source, task_id, trial_id, trial_arm, propensity)"
            " values (gen_random_uuid(), %s, 'haiku', 'trial', %s, 't', 'baseline', .5)",
            [NOW, decided],
        )
        # The repository of a folder is told by one spawn, and is that of the others there too.
        connection.execute(said + "repository = 'git/shop' where id = %s", [teller])
        connection.execute(said + "created_at = '1999-01-01' where id = %s", [impossible])
        new = insert_task(connection, "tester", "opus", 1, [0, 0, 1])
        insert_signal(connection, new, "result_used")
    return {late, gone, moved, signalled, taken_back, decided, teller, hearer, impossible, new}


def test_tables_that_followed_the_changes_are_those_that_are_built_whole(warehouse: Warehouse) -> None:
    insert_history(warehouse)
    with warehouse.connect() as connection:
        query = "select id from learning.task_history where agent_used <> 'ad-hoc' order by id"  # those have no signal
        ids = [task for (task,) in connection.execute(query)]
        connection.execute("update learning.task_history set project = '/src/shop' where id = any(%s)", [ids[6:8]])
    build(warehouse)
    first, before = places(warehouse), facts(warehouse)
    expected = change_all_sorts_of_things(warehouse, ids)
    build(warehouse)
    followed = facts(warehouse)
    assert changed(warehouse) == expected
    assert places(warehouse) == first
    assert all(followed[table] != before[table] for table in FACTS)

    build(warehouse, "--full-refresh")
    assert facts(warehouse) == followed
    whole = places(warehouse)
    assert not set(whole) & set(first)

    build(warehouse)
    assert (changed(warehouse), places(warehouse)) == (set(), whole)
    with warehouse.connect() as connection:
        connection.execute("truncate marts.spawns, learning.fact_builds")
    build(warehouse)
    assert facts(warehouse) == followed


def test_a_night_that_broke_off_leaves_its_changes_to_the_next(warehouse: Warehouse) -> None:
    insert_history(warehouse)
    build(warehouse)
    with warehouse.connect() as connection:
        task = connection.execute("select id from learning.task_history limit 1").fetchall()[0][0]
        connection.execute("update learning.task_history set duration_ms = 77 where id = %s", [task])
    build(warehouse, "--exclude", "spawns")
    build(warehouse)
    assert changed(warehouse) == {task}
    with warehouse.connect() as connection:
        told = connection.execute("select duration_ms from marts.spawns where task_id = %s", [str(task)]).fetchall()
    assert told == [(77,)]
