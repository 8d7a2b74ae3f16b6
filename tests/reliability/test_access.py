"""Nobody else on the machine reads what is kept, whatever the umask of the person who runs the commands."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.warehouse.embedded import EmbeddedServer
from tests.reliability.conftest import Undisturbed
from tests.reliability.house import HOME_MODE, House
from tests.reliability.ordinary_user import as_user, connect

IS_ROOT = os.geteuid() == 0


def open_to_others(home: Path) -> dict[str, str]:
    """Return what anybody else could read, list, write or walk through in a data home, with its mode."""
    modes = {str(path.relative_to(home)): stat.S_IMODE(path.lstat().st_mode) for path in home.rglob("*")}
    assert modes
    return {name: oct(mode) for name, mode in modes.items() if mode & 0o077}


def test_a_data_home_is_private(undisturbed: Undisturbed) -> None:
    for arguments in (
        ["docs", "--no-open"],
        ["report", "--output", str(undisturbed.home / "elsewhere" / "report.html")],
        ["record", "Count", "--agent", "a", "--model", "haiku", "--now"],
        ["feedback", "last", "good", "--now"],
        ["hook", "subagent-stop"],
    ):
        undisturbed.run(*arguments)
    assert (undisturbed.home / "hook.log").exists()
    assert open_to_others(undisturbed.home) == {}
    assert stat.S_IMODE(undisturbed.home.stat().st_mode) == HOME_MODE


@pytest.mark.parametrize("arguments", [["record", "x", "--agent", "a", "--model", "haiku"], ["hook", "x"], ["doctor"]])
def test_every_command_makes_the_data_home_a_private_one(arguments: list[str], folder: Path, logs: Path) -> None:
    house = House(folder / f"made by {arguments[0]}" / "home", logs)
    command = [sys.executable, "-m", "recommender.cli", *arguments]
    subprocess.run(command, env=house.environment(), cwd=logs, umask=0, capture_output=True, check=False)
    for made in (house.home, house.home.parent):
        assert stat.S_IMODE(made.stat().st_mode) == HOME_MODE
    assert open_to_others(house.home) == {}


@pytest.fixture(params=["short", "too long for a socket " * 5])
def server(request: pytest.FixtureRequest, folder: Path) -> Iterator[EmbeddedServer]:
    above = folder / str(request.param).strip()
    above.mkdir(mode=0o700)
    with EmbeddedServer(above / "postgres") as started:
        yield started


def test_nobody_else_reaches_the_embedded_server(server: EmbeddedServer) -> None:
    info = server._server.get_postmaster_info()
    assert stat.S_IMODE(info.socket_path.stat().st_mode) == 0o600
    assert stat.S_IMODE(info.socket_path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(info.pgdata.parent.stat().st_mode) == HOME_MODE
    assert connect(str(info.socket_path)) == ""
    if IS_ROOT:
        assert as_user("nobody", "connect", str(info.socket_path)) == "PermissionError"
