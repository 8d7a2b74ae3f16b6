"""What a purge covers, and that it stays gone from whatever copy it comes again."""

import json
import os
import shutil
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from psycopg import Connection

from pipelines.ingest.intake import ingest_sources
from pipelines.journal.load import load_journal
from pipelines.progress import SilentProgress
from pipelines.purge import cleanup
from pipelines.purge.journal import purge_journal
from pipelines.purge.names import AmbiguousProjectError, people_named, projects_named
from pipelines.purge.removal import Removal, remove
from pipelines.purge.scope import Scope
from pipelines.warehouse import Warehouse
from recommender.journal.notes import feedback, journal_files, note, record
from tests.support.transcripts import VARIANTS, Transcript, write_home

OLD, NEW, ELSEWHERE = (f"{n}d5f8a52-6f2e-4b43-8a30-1f0b6d1f7a01" for n in range(3))


def write_sessions(home: Path) -> None:
    """Write an old and a new session of one project, and one of another, each with an agent's own log."""
    for number, (session, project) in enumerate([(OLD, "orchard"), (NEW, "orchard"), (ELSEWHERE, "harbour")]):
        files = VARIANTS["D"]()
        for log in files.values():
            log.session = session
            log.lines[0]["toolUseResult"] = None
            for line in log.lines:
                line |= {"sessionId": session, "cwd": f"/home/somebody/{project}"}
                line["timestamp"] = line["timestamp"].replace("2026-03-01", f"2026-03-0{number + 1}")
        for path in write_home(home, files):
            text = path.read_bytes().replace(b"toolu_0", f"toolu_{number}".encode())
            text = text.replace(b"a1b2c3d4e5f6", f"a{number}b2c3d4e5f6".encode())
            place = Path(str(path).replace("orchard", project).replace("a1b2c3d4e5f6", f"a{number}b2c3d4e5f6"))
            path.unlink()
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(text + b"{broken\n")


@pytest.fixture
def read(warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    monkeypatch.setenv("SPAWNWISE_HOST", "reader")
    write_sessions(tmp_path)

    def ingest() -> None:
        ingest_sources(warehouse, [tmp_path], SilentProgress())

    ingest()
    return ingest


def purged(warehouse: Warehouse, before: datetime | None = None, project: str | None = None, **named: str) -> Removal:
    with warehouse.connect() as connection:
        projects = projects_named(connection, project) if project else ()
        return remove(connection, Scope(before or datetime.now(UTC), projects=projects, **named))


def rows(warehouse: Warehouse, query: str) -> list[Any]:
    with warehouse.connect() as connection:
        return [row[0] for row in connection.execute(query.encode()).fetchall()]


def sessions(warehouse: Warehouse) -> set[str]:
    return set(rows(warehouse, "select session_id from learning.task_history"))


def everything(warehouse: Warehouse) -> str:
    tables = (
        *("task_history", "spawn_facts", "outcome_signals", "main_threads", "main_messages"),
        *("ingest_files", "ingest_quarantine", "purges"),
    )
    return "".join(text for name in tables for text in rows(warehouse, f"select t::text from learning.{name} t"))


@pytest.mark.parametrize(
    ("what", "kept"),
    [
        ({"session": OLD}, {NEW, ELSEWHERE}),
        ({"project": "orchard"}, {ELSEWHERE}),
        ({"project": "/home/somebody/orchard"}, {ELSEWHERE}),
        ({"user": "somebody"}, set()),
        ({"user": "nobody"}, {OLD, NEW, ELSEWHERE}),
        ({"host": "reader"}, set()),
        ({"before": datetime(2026, 3, 2, tzinfo=UTC)}, {NEW, ELSEWHERE}),
        ({"project": "orchard", "before": datetime(2026, 3, 2, tzinfo=UTC)}, {NEW, ELSEWHERE}),
        ({"session": OLD, "before": datetime(2026, 3, 1, tzinfo=UTC)}, {OLD, NEW, ELSEWHERE}),
        ({}, set()),
    ],
)  # fmt: skip
def test_what_is_named_goes_and_the_rest_stays(
    what: dict[str, Any], kept: set[str], warehouse: Warehouse, read: Any
) -> None:
    purged(warehouse, **what)
    assert sessions(warehouse) == kept
    facts = rows(warehouse, "select fact_key from learning.spawn_facts where starts_with(fact_key, 'agent:')")
    assert {key.split(":")[1] for key in facts} == kept


def test_no_table_names_a_purged_session_or_its_file(warehouse: Warehouse, read: Any) -> None:
    removal = purged(warehouse, session=OLD)
    assert OLD in removal.ids
    assert removal.rows["spawns"] == 2
    assert removal.rows["states of log files"] == removal.rows["quarantined lines"] == 2
    assert OLD not in everything(warehouse)
    assert "toolu_0" not in everything(warehouse)


@pytest.mark.parametrize(
    ("named", "meant"),
    [
        ("/srv/a/api", {"/srv/a/api"}),
        ("/srv/a/api/", {"/srv/a/api"}),
        ("https://token@github.com/B/api.git", {"github.com/B/api", "/srv/b/api", "/home/x/copy"}),
        ("git@github.com:B/api", {"github.com/B/api", "/srv/b/api", "/home/x/copy"}),
        ("B/api", {"github.com/B/api", "/srv/b/api", "/home/x/copy"}),
        ("copy", {"github.com/B/api", "/srv/b/api", "/home/x/copy"}),
        ("web", {"/srv/a/web"}),
        ("nowhere", {"nowhere"}),
    ],
)
def test_a_name_means_one_project_with_all_its_names(named: str, meant: set[str], warehouse: Warehouse) -> None:
    with warehouse.connect() as connection:
        _insert_projects(connection)
        assert set(projects_named(connection, named)) == meant


def test_a_short_name_of_several_projects_is_refused_and_nothing_goes(warehouse: Warehouse) -> None:
    with warehouse.connect() as connection:
        _insert_projects(connection)
        with pytest.raises(AmbiguousProjectError, match="2 projects are called api") as told:
            projects_named(connection, "api")
    assert "/srv/a/api  (1 spawns)" not in str(told.value)
    assert "/srv/a/api  (1 spawn)" in str(told.value)
    assert "github.com/B/api  (3 spawns)" in str(told.value)


def test_one_of_two_repositories_of_a_name_is_purged_and_the_other_stays(warehouse: Warehouse) -> None:
    with warehouse.connect() as connection:
        _insert_projects(connection)
        remove(connection, Scope(datetime.now(UTC), projects=projects_named(connection, "B/api")))
    assert set(rows(warehouse, "select project from learning.task_history")) == {"/srv/a/api", "/srv/a/web"}


def test_a_pseudonym_means_whom_it_is_of(warehouse: Warehouse) -> None:
    with warehouse.connect() as connection:
        _insert_projects(connection)
        row = connection.execute("select learning.pseudonym('person', 'ann')").fetchone()
        assert row is not None
        assert row[0] != "ann"
        assert people_named(connection, row[0], None) == ("ann", None)
        assert people_named(connection, "ann", "box") == ("ann", "box")


def _insert_projects(connection: Connection[Any]) -> None:
    projects = [
        ("/srv/a/api", None),
        ("/srv/b/api", "github.com/B/api"),
        ("/srv/b/api", None),
        ("/home/x/copy", "github.com/B/api"),
        ("/srv/a/web", None),
    ]
    for number, (project, repository) in enumerate(projects):
        connection.execute(
            """insert into learning.task_history
            (id, source, source_key, created_at, task_description, task_hash, agent_used, project, repository,
            user_name)
            values (gen_random_uuid(), 'test', %s, now() - interval '1 day', '', '', 'a', %s, %s, 'ann')""",
            [str(number), project, repository],
        )


def test_a_purge_that_is_rolled_back_changes_nothing(warehouse: Warehouse, read: Any) -> None:
    before = everything(warehouse)
    with warehouse.connect() as connection:
        scope = Scope(datetime.now(UTC), projects=("/home/somebody/orchard",))
        assert remove(connection, scope).rows["spawns"] == 4
        connection.rollback()
    assert everything(warehouse) == before


@pytest.mark.parametrize("what", [{"session": OLD}, {"project": "orchard"}, {}])
def test_what_was_purged_does_not_come_back(
    what: dict[str, Any], warehouse: Warehouse, read: Any, tmp_path: Path
) -> None:
    purged(warehouse, **what)
    left = everything(warehouse)
    read()
    assert everything(warehouse) == left, "its log, unchanged"
    for log in tmp_path.rglob("*.jsonl"):
        os.utime(log, (2_000_000_000, 2_000_000_000))
    shutil.copytree(tmp_path / "projects", tmp_path / "backup" / "projects")
    read()
    ingest_sources(warehouse, [tmp_path / "backup"], SilentProgress())
    assert OLD not in sessions(warehouse)
    assert not any(OLD in key for key in rows(warehouse, "select fact_key || facts from learning.spawn_facts"))


def test_a_purged_session_that_goes_on_is_learned_from_then_on(warehouse: Warehouse, read: Any, tmp_path: Path) -> None:
    purged(warehouse, session=OLD)
    (log,) = tmp_path.rglob(f"{OLD}.jsonl")
    line = json.loads(log.read_bytes().splitlines()[0])
    line |= {"timestamp": datetime(2099, 1, 1, tzinfo=UTC).isoformat(), "uuid": "later"}
    line["message"]["content"][0]["id"] = "toolu_later"
    with log.open("a") as file:
        file.write(json.dumps(line) + "\n")
    read()
    assert set(rows(warehouse, f"select source_key from learning.task_history where session_id = '{OLD}'")) == {
        "toolu_later"
    }


def test_decisions_records_and_feedback_of_a_session_leave_table_and_file(warehouse: Warehouse, read: Any) -> None:
    ids = {OLD: "11111111-1111-4111-8111-111111111111", NEW: "22222222-2222-4222-8222-222222222222"}
    for session, decision in ids.items():
        note("decision", decision_id=decision, session_id=session, answered_model="haiku", answer_source="tier")
        note("stop", session_id=session, agent_run_id=f"run-{session}")
        record("Count the apples", "counter", "haiku", session_id=session, record_id=f"record-{session}")
        feedback(f"record-{session}", is_good=True)
        feedback(decision, is_good=False)
    load_journal(warehouse)
    removal = purged(warehouse, session=OLD)
    assert purge_journal(Scope(datetime.now(UTC), session=OLD), removal.ids) == 5
    (journal,) = journal_files()
    assert journal.stat().st_mode & 0o777 == 0o600
    for _ in range(2):
        counts = [
            len(rows(warehouse, f"select t::text from learning.{name} t"))
            for name in ("recommendation_log", "agent_stops", "feedback")
        ]
        assert counts == [1, 1, 2]
        assert OLD not in everything(warehouse) + journal.read_text()
        load_journal(warehouse)


def test_a_decision_that_is_noted_during_the_rewrite_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    note("stop", session_id=OLD)
    (journal,) = journal_files()
    late = journal.open("ab")
    monkeypatch.setattr(os, "fsync", lambda _: (late.write(b'{"kind": "stop"}\n'), late.close()))
    assert purge_journal(Scope(datetime.now(UTC), session=OLD), ()) == 1
    assert journal.read_bytes() == b'{"kind": "stop"}\n'


def test_a_conversation_that_spawned_nothing_is_purged_with_its_project(
    warehouse: Warehouse, tmp_path: Path, read: Callable[[], None]
) -> None:
    log, other = (Transcript(session=f"{number}d5f8a52-6f2e-4b43-8a30-1f0b6d1f7a01") for number in (7, 8))
    log.says("Nothing to spawn.")
    other.says("Nothing here either.", cwd="/home/somebody/harbour")
    other.says("Nor here.", cwd="/home/somebody/mill")
    path, _ = log.write(tmp_path), other.write(tmp_path)
    read()
    messages = "select count(*) from learning.main_messages join learning.main_threads using (thread_id) where {}"
    mine, others = messages.format("project like '%orchard'"), messages.format("project like '%harbour'")
    assert rows(warehouse, mine)[0] > 1
    removal = purged(warehouse, project="/home/somebody/orchard")
    assert removal.rows["messages of main conversations"] > 1
    assert log.session in removal.ids
    assert rows(warehouse, mine) == [0]
    assert rows(warehouse, others) == [1]
    assert purged(warehouse, project="mill").rows["messages of main conversations"] == 1  # known by its short name
    assert log.session not in everything(warehouse)
    path.write_bytes(path.read_bytes() * 2)
    read()
    assert rows(warehouse, mine) == [0]


def test_a_purge_waits_for_those_who_can_still_see_what_is_gone(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    with warehouse.connect() as reader, warehouse.connect(autocommit=True) as connection:
        reader.execute("begin isolation level repeatable read")
        reader.execute("select 1")
        monkeypatch.setattr(cleanup, "LONGEST_WAIT_S", 0.0)
        assert cleanup._wait_for_earlier_transactions(connection) == 1
        monkeypatch.setattr(cleanup, "LONGEST_WAIT_S", 60.0)
        monkeypatch.setattr(
            cleanup, "time", SimpleNamespace(monotonic=time.monotonic, sleep=lambda _: reader.rollback())
        )
        assert cleanup._wait_for_earlier_transactions(connection) == 0
