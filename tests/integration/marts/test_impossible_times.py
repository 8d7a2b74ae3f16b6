import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from pipelines.commands.doctor import examine
from pipelines.commands.summary_text import print_summary
from pipelines.ingest.health import read_health
from pipelines.journal.load import load_journal
from pipelines.marts.run_dbt import run_dbt
from pipelines.publish.summary import summarise
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from recommender.home import journal_folder
from recommender.journal.notes import feedback, journal_files, record
from tests.support.small_history import insert_history, insert_signal, insert_task

NOW = datetime.now(UTC)
FUTURE = datetime(NOW.year + 5, 1, 1, tzinfo=UTC)


def build(warehouse: Warehouse) -> None:
    for selector in ("before_estimates", "after_estimates"):
        arguments = ["build", "--selector", selector, "--exclude-resource-type", "test unit_test"]
        assert run_dbt(warehouse, Settings(), arguments).failures == []


def insert_at(warehouse: Warehouse, moments: Sequence[datetime], agent: str = "tester") -> None:
    """Write failures of haiku on the first kind of task at these moments."""
    with warehouse.connect() as connection:
        for number, moment in enumerate(moments):
            task = insert_task(connection, agent, "haiku", number, [1, 0, 0])
            insert_signal(connection, task, "tool_error")
            connection.execute("update learning.task_history set created_at = %s where id = %s", [moment, task])
            connection.execute(
                "insert into learning.cluster_assignments"
                " select %s, max(clustering_version), 0, 0.1 from learning.clusterings",
                [task],
            )


def contents(warehouse: Warehouse, schema: str) -> dict[str, list[tuple[str]]]:
    """Return every row of every table of a schema."""
    with warehouse.connect() as connection:
        tables = connection.execute("select tablename from pg_tables where schemaname = %s", [schema]).fetchall()
        return {
            name: connection.execute(f"select t::text from {schema}.{name} as t order by 1".encode()).fetchall()
            for (name,) in tables
        }


def test_spawns_at_impossible_times_change_no_mart_and_are_told(
    warehouse: Warehouse, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPAWNWISE_WINDOWS", "7,30,3650")  # one that reaches back before there were such logs
    insert_history(warehouse)
    build(warehouse)
    before = {schema: contents(warehouse, schema) for schema in ("marts", "serving", "intermediate")}
    summary = summarise(warehouse, Settings())
    assert summary.spawns_at_impossible_times == 0

    insert_at(warehouse, [FUTURE] * 30 + [datetime(2019, 5, 1, tzinfo=UTC)] * 30)
    insert_at(warehouse, [FUTURE], agent="never-seen")
    build(warehouse)
    after = {schema: contents(warehouse, schema) for schema in ("marts", "serving", "intermediate")}

    assert len(before["marts"]) > 10
    changed = {name for schema in after for name in after[schema] if after[schema][name] != before[schema][name]}
    # What each spawn's signals say is kept, and joined to nothing; that it was written is noted.
    assert changed == {"data_quality", "int_changed_tasks", "int_outcome_evidence", "int_task_outcomes"}
    with warehouse.connect() as connection:
        told = connection.execute("select count_spawns, count_impossible_times from marts.data_quality").fetchall()
        outcomes = connection.execute(
            "select count(*) from intermediate.int_task_outcomes where not is_time_possible"
        ).fetchone()
    assert (told, outcomes) == ([(73, 61)], (61,))

    again = summarise(warehouse, Settings())
    assert again.spawns_at_impossible_times == 61
    assert (again.spawns, again.first_spawn, again.last_spawn) == (
        summary.spawns,
        summary.first_spawn,
        summary.last_spawn,
    )
    print_summary(again, is_sample=False)
    words = capsys.readouterr().out
    assert "61 spawns are dated after the log was read, or before 2023, and not counted." in words
    assert "Check the clock" in words
    found = {finding.piece: finding for finding in examine(Settings(DATABASE_URL=warehouse.dsn))}["warehouse"]
    assert (found.state, "61 spawns are dated after" in found.detail) == ("warning", True)
    assert "spawnwise sql" in found.remedy


def test_the_limits_are_the_same_in_dbt_and_in_the_counts_of_ingest(warehouse: Warehouse) -> None:
    day, second = timedelta(days=1), timedelta(seconds=1)
    first = datetime(2023, 1, 1, tzinfo=UTC)
    insert_history(warehouse)
    insert_at(warehouse, [first - second, first, NOW + day - second])
    assert read_health(warehouse).spawns_at_impossible_times == 1
    insert_at(warehouse, [datetime.now(UTC) + day * 1.01])  # NOW is from when the tests were collected
    assert read_health(warehouse).spawns_at_impossible_times == 2
    assert run_dbt(warehouse, Settings(), ["run", "--select", "staging"]).failures == []
    with warehouse.connect() as connection:
        rows = connection.execute(
            "select count(*) from staging.stg_learning__task_history where not is_time_possible"
        ).fetchone()
    assert rows == (2,)


def test_a_record_that_is_told_again_days_later_is_not_taken_for_one_of_the_future(warehouse: Warehouse) -> None:
    record("Write tests", "QA", "haiku", success=False, record_id="r")
    load_journal(warehouse)
    with warehouse.connect() as connection:
        connection.execute(
            "update learning.task_history set first_seen_at = now() - interval '9 days',"
            " updated_at = now() - interval '9 days', created_at = now() - interval '9 days'"
        )
    record("Write tests", "QA", "haiku", success=True, record_id="r")
    load_journal(warehouse)
    assert read_health(warehouse).spawns_at_impossible_times == 0


def test_a_word_of_the_future_does_not_outrank_a_later_one(warehouse: Warehouse) -> None:
    key = record("Write tests", "QA", "haiku")
    line = f'{{"kind": "feedback", "at": "{FUTURE.isoformat()}", "target": "{key}", "is_good": true}}\n'
    with journal_files()[0].open("a", encoding="utf-8") as file:
        file.write(line)
    feedback(key, is_good=False)
    spawn = line.replace("feedback", "record").replace("target", "record_id").replace(key, str(uuid.uuid4()))
    spawn = spawn.replace('"is_good": true', '"task_description": "t", "agent": "QA", "model": "haiku"')
    (journal_folder() / "0000-00.jsonl").write_text(spawn, encoding="utf-8")
    report = load_journal(warehouse)
    assert (report.lines_loaded, report.lines_quarantined) == (3, 1)
    with warehouse.connect() as connection:
        reasons = connection.execute("select reason from learning.ingest_quarantine").fetchall()
        signals = connection.execute("select signal from learning.outcome_signals").fetchall()
    assert (reasons, signals) == ([("at: in the future",)], [("feedback_bad",)])
    # The recorded spawn is kept, and told.
    assert read_health(warehouse).spawns_at_impossible_times == 1
