"""A learning run that is killed at any point: the next one ends as if nothing had happened."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reliability.conftest import Undisturbed
from tests.reliability.house import IS_LONG, SEED, House, chance, kill_after, kill_after_steps, opened

KILLS_IN_A_ROW = 2  # before a run may finish, so that also what a killed run left behind is killed at
MOMENTS = 50 if IS_LONG else 2
STEPS = range(1, 13) if IS_LONG else (3, 8)


@pytest.fixture
def house(folder: Path, logs: Path, request: pytest.FixtureRequest) -> Iterator[House]:
    place = folder / f"crash-{request.node.name[:60].replace('[', '-').replace(']', '')}"
    place.mkdir(mode=0o711)
    with opened(House(place, logs)) as house:
        yield house


def assert_next_run_ends_as_undisturbed(house: House, undisturbed: Undisturbed) -> None:
    run = house.run("learn", "--quiet")
    assert run.returncode == 0, run.stderr
    ended, expected = house.digests(), undisturbed.expected
    assert {table for table in expected if ended.get(table) != expected[table]} == set()
    assert set(ended) == set(expected)


def test_killed_at_random_moments_and_between_steps(house: House, undisturbed: Undisturbed) -> None:
    moments = [chance(f"moment {n}").uniform(0.15, 1) * undisturbed.seconds for n in range(MOMENTS)]
    print(f"SPAWNWISE_TEST_SEED={SEED}: killed after {[round(moment, 2) for moment in moments]} seconds")
    for number, moment in enumerate(moments, 1):
        kill_after(house, moment)
        if IS_LONG and number % KILLS_IN_A_ROW == 0:
            assert_next_run_ends_as_undisturbed(house, undisturbed)
    for steps in STEPS:
        kill_after_steps(house, steps)
    assert_next_run_ends_as_undisturbed(house, undisturbed)
