"""The ways to the tables for people: `sql` and `db`."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pipelines.commands import sql as sql_command
from pipelines.warehouse import Warehouse, local_door
from pipelines.warehouse.local_door import READER, open_door, reading_login
from recommender.cli import main

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no sockets there")


@pytest.fixture
def here(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> Warehouse:
    monkeypatch.setenv("DATABASE_URL", warehouse.dsn)
    return warehouse


@pytest.mark.parametrize("arguments", [["--tables"], []])
def test_tables_are_listed_with_their_rows_and_what_they_hold(
    here: Warehouse, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sql", "--json", *arguments]) == 0
    tables = {row["table"]: row for row in json.loads(capsys.readouterr().out)}
    with here.connect() as connection:
        count = connection.execute("select count(*) from serving.agent_tiers").fetchall()[0][0]
    assert tables["serving.agent_tiers"]["rows"] == count > 0
    assert tables["serving.agent_tiers"]["holds"] == "One row per agent or pattern: its default model."
    assert "learning.task_history" in tables


def test_a_role_is_shown_what_it_may_read(here: Warehouse, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sql", "--json", "--role", "spawnwise_lookup"]) == 0
    tables = {row["table"] for row in json.loads(capsys.readouterr().out)}
    assert "serving.agent_tiers" in tables
    assert {name.partition(".")[0] for name in tables} == {"serving"}


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.1 + 0.2, "0.3"),
        (2 / 3, "0.6667"),
        (1234.56789, "1234.57"),
        (-12.5, "-12.50"),
        (3.0, "3"),
        (0.0, "0"),
        (Decimal("0.000012346"), "1.235e-05"),
        (Decimal("7.10"), "7.10"),
        (10**20, 10**20),
        (True, True),
        ("0.123456789", "0.123456789"),
        (None, None),
    ],
)
def test_numbers_are_rounded_for_people(value: Any, shown: Any) -> None:
    assert sql_command.rounded(value) == shown


def test_what_is_no_number_is_left_alone() -> None:
    assert str(sql_command.rounded(float("nan"))) == "nan"
    assert sql_command.rounded(float("-inf")) == float("-inf")


def test_programs_get_every_digit(here: Warehouse, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sql", "--csv", "select 2 / 3.0::float8 as n"]) == 0
    assert capsys.readouterr().out == "n\n0.6666666666666666\n"
    assert main(["sql", "select 2 / 3.0::float8 as n"]) == 0
    assert "0.6667" in capsys.readouterr().out


def test_a_table_fits_the_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "60")
    sql_command._print_table(["what", "n"], [("many words " * 30, 1), ("x" * 100, 2)])
    printed = capsys.readouterr().out
    assert max(len(re.sub("\x1b[^m]*m", "", line)) for line in printed.splitlines()) <= 60
    assert printed.count("many") == 30
    assert printed.count("x") == 100


@pytest.fixture
def door(warehouse: Warehouse) -> Iterator[str]:
    """A door to this test's database; yields the connection string."""
    opened = threading.Event()
    found: dict[str, Any] = {}

    async def hold() -> None:
        async with open_door(warehouse, 0) as port:
            found.update(port=port, loop=asyncio.get_running_loop(), closed=asyncio.Event())
            opened.set()
            await found["closed"].wait()

    with reading_login(warehouse) as password:
        keeper = threading.Thread(target=lambda: asyncio.run(hold()))
        keeper.start()
        assert opened.wait(60)
        try:
            with warehouse.connect() as connection:
                database = connection.info.dbname
            yield f"host=127.0.0.1 port={found['port']} dbname={database} user={READER} password={password}"
        finally:
            found["loop"].call_soon_threadsafe(found["closed"].set)
            keeper.join()


def test_a_program_reads_through_the_door_and_nothing_else(warehouse: Warehouse, door: str) -> None:
    with psycopg.connect(door) as connection:
        assert connection.execute("select count(*) > 0 from serving.agent_tiers").fetchone() == (True,)
        large = connection.execute("select repeat('x', 1000000)").fetchone()
        assert large is not None
        assert len(large[0]) == 1_000_000
        connection.commit()
        connection.read_only = False  # which is anybody's to say
        for statement in ("select from learning.task_history", "select lo_create(0)", "create table mine (one int)"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(statement)  # type: ignore[call-overload]
    for wrong, told in (
        (door.replace("password=", "password=x"), "password authentication failed"),
        (door.replace(f"user={READER}", "user=postgres"), "for the role spawnwise_reader alone"),
        (door + " replication=database", "for the role spawnwise_reader alone"),
    ):
        with pytest.raises(psycopg.OperationalError, match=told):
            psycopg.connect(wrong)


def test_what_speaks_no_postgres_is_sent_away(door: str) -> None:
    port = int(door.split("port=")[1].split(maxsplit=1)[0])

    async def say(words: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(words)
        writer.write_eof()
        answer = await reader.read()
        writer.close()
        return answer

    for words in (b"GET / HTTP/1.1\r\n\r\n", b"\0\0\0\7abcd", b"\xff" * 8, b"abc", b""):
        assert local_door.REFUSED.encode() in (answer := asyncio.run(say(words))) or answer == b""


def test_the_password_ends_with_the_command(warehouse: Warehouse) -> None:
    with reading_login(warehouse):
        pass
    with warehouse.connect() as connection:
        row = connection.execute("select rolcanlogin, rolpassword from pg_authid where rolname = %s", [READER])
        assert row.fetchone() == (False, None)


def test_db_prints_a_connection_and_holds_the_server_until_interrupted() -> None:
    with tempfile.TemporaryDirectory(prefix="spawnwise-test-", ignore_cleanup_errors=True) as home:
        process = subprocess.Popen(
            [sys.executable, "-m", "recommender.cli", "db", "--json"],
            env=os.environ | {"SPAWNWISE_HOME": home},
            cwd=Path(__file__).parents[2],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        with process:
            access = json.loads(process.stdout.readline())
            with psycopg.connect(access["url"]) as connection:
                assert connection.execute("show default_transaction_read_only").fetchone() == ("on",)
            process.send_signal(signal.SIGINT)
        assert process.returncode == 0
        assert not (Path(home) / "postgres" / "postmaster.pid").exists()
