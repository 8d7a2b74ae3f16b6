import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from pipelines.warehouse.embedded import EmbeddedServer

HOLD_A_LEASE = """
import sys
from pathlib import Path
from pipelines.warehouse.embedded import EmbeddedServer
with EmbeddedServer(Path(sys.argv[1])):
    print("open", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="spawnwise-test-", ignore_cleanup_errors=True) as home:
        yield Path(home) / "postgres"


def answers(server: EmbeddedServer) -> bool:
    with psycopg.connect(server.dsn("postgres")) as connection:
        return connection.execute("select true").fetchone() == (True,)


def server_pid(folder: Path) -> int:
    return int((folder / "postmaster.pid").read_text().splitlines()[0])


def other_command(folder: Path, **variables: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD_A_LEASE, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
        env=os.environ | variables,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "open\n"
    return process


def test_the_last_one_that_leaves_stops_the_server(folder: Path) -> None:
    with other_command(folder) as other:
        with EmbeddedServer(folder) as server:
            pid = server_pid(folder)
            assert answers(server)
        assert psutil.pid_exists(pid)
        other.communicate("")
    assert not (folder / "postmaster.pid").exists()


def test_two_leases_of_one_process_are_one(folder: Path) -> None:
    with EmbeddedServer(folder) as outer:
        with EmbeddedServer(folder) as inner:
            assert answers(inner)
        assert answers(outer)
    assert not (folder / "postmaster.pid").exists()


def test_a_killed_command_does_not_keep_the_server_alive(folder: Path) -> None:
    with other_command(folder) as other:
        other.kill()
    assert psutil.pid_exists(server_pid(folder))
    with EmbeddedServer(folder) as server:
        assert answers(server)
    assert not (folder / "postmaster.pid").exists()


def test_what_another_user_left_among_temporary_files_is_in_nobodys_way(folder: Path, tmp_path: Path) -> None:
    (tmp_path / ".lockfile").mkdir()  # as unusable as another user's file, for root too
    with other_command(folder, TMPDIR=str(tmp_path), XDG_RUNTIME_DIR=str(tmp_path / "none")) as other:
        other.communicate("")
    assert other.returncode == 0
