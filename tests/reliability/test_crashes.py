"""A learning run that is killed at any point: the next one ends as if nothing had happened."""

import contextlib
import os
import signal
import subprocess
import sys

import pytest

from tests.reliability.conftest import Undisturbed
from tests.reliability.house import IS_LONG, SEED, House, chance, kill_after, kill_after_steps
from tests.reliability.rounds import Round, one_round

KILLS_IN_A_ROW = 2 if IS_LONG else 1  # before a run may finish, so that also what a killed run left behind is killed at
MOMENTS = 50 if IS_LONG else 2
STEPS = range(1, 13) if IS_LONG else ()
SHARES = 250  # of all commits, so that each test is done in minutes
SOME_COMMITS = range(2, 140)  # about as many as a run makes from logs to answers
BUSY_FOR_AN_HOUR = """
import os, sys, psycopg
connection = psycopg.connect(os.environ["URL"], application_name="spawnwise-dbt")
connection.execute("lock table learning.task_history, marts.agent_usage")
connection.execute("select pg_sleep(3600)")
"""
IS_BUSY = "select from pg_stat_activity where state = 'active' and query = 'select pg_sleep(3600)'"


def assert_next_run_ends_as_undisturbed(house: House, undisturbed: Undisturbed) -> None:
    run = house.run("learn", "--quiet")
    assert run.returncode == 0, run.stderr
    ended, expected = house.digests(), undisturbed.expected
    assert {table for table in expected if ended.get(table) != expected[table]} == set()
    assert set(ended) == set(expected)


def is_killed_at_commit(house: Round, commit: int) -> bool:
    """Kill a learning run when its n-th commit is done and it does not know yet; tell whether it made so many."""
    house.proxy.commits = 0
    process = house.start("learn", "--quiet")

    def kill(number: int) -> None:
        if number == commit:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

    house.proxy.at_commit = kill
    process.communicate()
    house.proxy.at_commit = lambda _: None
    assert process.returncode in (0, -signal.SIGKILL)
    return process.returncode != 0


def leave_a_busy_backend(house: House) -> None:
    """Kill a client in the middle of a statement that would hold tables against every later run."""
    url = {"URL": house.server.dsn(house.database)}
    client = subprocess.Popen([sys.executable, "-c", BUSY_FOR_AN_HOUR], env=os.environ | url)
    with house.connect() as connection:
        while connection.execute(IS_BUSY).fetchone() is None:
            assert client.poll() is None
    client.kill()
    client.communicate()


@pytest.mark.skipif(not IS_LONG, reason="of the long profile")
def test_killed_on_an_empty_home_at_random_moments_and_between_steps(survivor: House, undisturbed: Undisturbed) -> None:
    for moment in random_moments(KILLS_IN_A_ROW, undisturbed):
        kill_after(survivor, moment)
    for steps in STEPS:
        kill_after_steps(survivor, steps)
    assert_next_run_ends_as_undisturbed(survivor, undisturbed)


@pytest.mark.skipif(not IS_LONG, reason="of the long profile")
@pytest.mark.parametrize("number", range(MOMENTS // KILLS_IN_A_ROW))
def test_killed_at_random_moments_with_everything_to_do(undisturbed: Undisturbed, number: int) -> None:
    moments = random_moments(MOMENTS, undisturbed)[number * KILLS_IN_A_ROW :]
    with one_round(undisturbed) as house:
        for moment in moments[:KILLS_IN_A_ROW]:
            kill_after(house, moment)
            assert house.half_published() == set()
        assert_next_run_ends_as_undisturbed(house, undisturbed)


def test_killed_behind_some_commits_in_a_row(undisturbed: Undisturbed) -> None:
    commits = sorted(chance("commits").sample(SOME_COMMITS, KILLS_IN_A_ROW))
    with one_round(undisturbed) as house:
        for commit in commits:
            assert is_killed_at_commit(house, commit)
            assert house.half_published() == set()
        leave_a_busy_backend(house)
        assert_next_run_ends_as_undisturbed(house, undisturbed)


@pytest.fixture(scope="module")
def commits_of_a_run(undisturbed: Undisturbed) -> int:
    with one_round(undisturbed) as house:
        assert not is_killed_at_commit(house, 0)
        print(f"a run makes {house.proxy.commits} commits")
        assert house.proxy.commits > max(SOME_COMMITS)
        return house.proxy.commits


@pytest.mark.skipif(not IS_LONG, reason="of the long profile")
@pytest.mark.parametrize("first", range(1, SHARES + 1))
def test_killed_behind_every_commit(undisturbed: Undisturbed, commits_of_a_run: int, first: int) -> None:
    for commit in range(first, commits_of_a_run + 1, SHARES):
        with one_round(undisturbed) as house:
            if not is_killed_at_commit(house, commit):
                assert commit == commits_of_a_run  # the last one may be done with the run
            assert house.half_published() == set(), commit
            assert_next_run_ends_as_undisturbed(house, undisturbed)


def random_moments(count: int, undisturbed: Undisturbed) -> list[float]:
    """Return moments of a run, in seconds from its start."""
    moments = [chance(f"moment {n}").uniform(0.15, 1) * undisturbed.seconds for n in range(count)]
    print(f"SPAWNWISE_TEST_SEED={SEED}: killed after {[round(moment, 2) for moment in moments]} seconds")
    return moments
