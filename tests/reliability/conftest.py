"""One home that nobody disturbs, for all tests here to compare with."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reliability.canaries import write_canaries
from tests.reliability.hostile import write_hostile
from tests.reliability.house import AS_IT_WAS, HOME_MODE, House, furnish, opened, write_logs


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """A folder that the embedded server's user can reach also where root runs the tests."""
    with tempfile.TemporaryDirectory(prefix="spawnwise-test-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(HOME_MODE)
        yield Path(name)


@pytest.fixture(scope="session")
def logs(folder: Path) -> Path:
    """Invented work, with a secret of every kind in every place where text can stand."""
    home = folder / "claude"
    write_logs(home)
    write_canaries(home)
    write_hostile(home)
    return home


class Undisturbed(House):
    """A home after one learning run that nothing happened to."""

    seconds: float
    expected: dict[str, str]


@pytest.fixture(scope="session")
def undisturbed(folder: Path, logs: Path, made_once: Path) -> Iterator[Undisturbed]:
    house = Undisturbed(folder / "undisturbed", logs)
    furnish(house, made_once)
    with opened(house):
        began = time.monotonic()
        run = house.run("learn", "--quiet")
        house.seconds = time.monotonic() - began
        assert run.returncode == 0, run.stderr
        house.expected = house.digests()
        with house.connect("postgres") as connection:
            connection.execute(f"create database {AS_IT_WAS} template spawnwise".encode())
        yield house


@pytest.fixture(scope="session")
def survivor(folder: Path, logs: Path, made_once: Path) -> Iterator[House]:
    """A home on which runs are killed, and from which is purged."""
    house = House(folder / "survivor", logs)
    furnish(house, made_once)
    with opened(house):
        yield house
