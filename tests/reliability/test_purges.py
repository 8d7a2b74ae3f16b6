"""What was purged is in no byte of the data home, the server's own files included, and the rest is published again."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reliability.house import House, files_of, furnish, opened

REMARK = "It counted the pears instead of the apples"
LONGEST_NAMED = """
select session_id, array_agg(source_key), max(task_description)
from learning.task_history where session_id !~ '^c0' group by session_id order by count(*) desc, session_id limit 1
"""
SMALLEST_PROJECT = """
select project, array_agg(source_key), array_agg(distinct task_description)
from learning.task_history where project is not null and length(task_description) > 40
group by project order by count(*), project limit 1
"""


@pytest.fixture(scope="module")
def learned(folder: Path, logs: Path, made_once: Path) -> House:
    """A home after one run, at rest."""
    house = House(folder / "learned", logs)
    furnish(house, made_once)
    with opened(house):
        run = house.run("learn", "--quiet")
        assert run.returncode == 0, run.stderr
        with house.connect() as connection:
            connection.execute("analyze")
    return house


@pytest.fixture
def house(learned: House, folder: Path) -> Iterator[House]:
    """A copy of that home, for one test to purge from."""
    copy = House(folder / "purged", learned.logs)
    subprocess.run(["cp", "-a", learned.home, copy.home], check=True)  # the server's files keep their owner
    try:
        with opened(copy):
            yield copy
    finally:
        shutil.rmtree(copy.home, ignore_errors=True)


def files_with(home: Path, words: list[str]) -> set[str]:
    sought = [word.encode() for word in words]
    return {name for name, content in files_of(home) if any(word in content for word in sought)}


def spawns(house: House) -> int:
    with house.connect() as connection:
        row = connection.execute("select count(*) from learning.task_history").fetchone()
    return int(row[0]) if row else 0


def test_a_purged_session_is_in_no_file_and_does_not_come_back(house: House) -> None:
    with house.connect() as connection:
        session, keys, text = connection.execute(LONGEST_NAMED).fetchone() or ("", [], "")
    house.run("record", "Count the apples", "--agent", "counter", "--model", "haiku", "--session", session)
    said = {"session_id": session, "tool_use_id": keys[0], "agent_id": "run-of-the-purged", "tool_name": "Agent"}
    said["tool_input"] = {"description": "Count", "prompt": "Count the apples", "subagent_type": "counter"}
    house.run("hook", "pre-spawn", "--mode", "audit", given=json.dumps(said))
    house.run("hook", "subagent-stop", given=json.dumps(said))
    house.run("feedback", keys[0], "bad", "--note", REMARK, "--now")
    with house.connect() as connection:
        for table in ("recommendation_log", "agent_stops", "feedback", "spawn_facts", "cluster_assignments"):
            found = connection.execute(f"select t::text from learning.{table} as t".encode()).fetchall()
            assert found, table
    traces = [session, *keys, text, REMARK, "run-of-the-purged"]
    assert files_with(house.home, traces)
    before = spawns(house)

    purged = house.run("purge", "--session", session, "--yes", "--json")
    assert purged.returncode == 0, purged.stderr
    report = json.loads(purged.stdout)
    assert report["left"] == {}
    assert report["removed"]["lines of the journal"] == 4
    assert report["ids_looked_for"] > len(keys)
    assert files_with(house.home, traces) == set()
    assert (house.home / "snapshot.safetensors").exists()
    left = spawns(house)
    assert left == before - len(keys) - 1  # and the record

    assert house.run("ingest").returncode == 0
    assert spawns(house) == left
    assert files_with(house.home, traces) == set()


def test_a_purged_project_is_in_no_file(house: House) -> None:
    with house.connect() as connection:
        project, keys, texts = connection.execute(SMALLEST_PROJECT).fetchone() or ("", [], [])
    assert files_with(house.home, [*keys, *texts])
    purged = house.run("purge", "--project", project, "--yes", "--json")
    assert purged.returncode == 0, purged.stderr
    assert json.loads(purged.stdout)["left"] == {}
    assert files_with(house.home, [*keys, *texts]) == set()


def test_what_covers_nothing_changes_nothing(house: House) -> None:
    house.run("record", "Count the pears", "--agent", "counter", "--model", "haiku", "--now")
    house.run("purge", "--session", "nosuch", "--yes")  # with which go conversations of which no message is known
    before = house.digests()
    for scope in (["--session", "a-typo-in-the-id"], ["--project", "nosuch"], ["--before", "2001-01-01"]):
        purged = house.run("purge", *scope, "--yes")
        assert purged.returncode == 3
        assert "Nothing matches what you named" in purged.stderr
    now = house.digests()
    assert {name for name in now if now[name] != before[name]} <= {"learning.purges"}  # nor will it be read


def test_all_is_all(house: House) -> None:
    with house.connect() as connection:
        keys = [row[0] for row in connection.execute("select source_key from learning.task_history").fetchall()]
    purged = house.run("purge", "--all", "--yes", "--json")
    assert purged.returncode == 0, purged.stderr
    assert json.loads(purged.stdout)["left"] == {}
    assert not (house.home / "snapshot.safetensors").exists()
    assert house.run("ingest").returncode == 0
    assert spawns(house) == 0
    assert files_with(house.home, keys) == set()


def test_nothing_is_removed_unasked(house: House) -> None:
    for arguments in ([], ["--all"], ["--session", "x", "--json"]):
        refused = house.run("purge", *arguments)
        assert refused.returncode == 1
        assert "Traceback" not in refused.stderr
