import contextlib
import gc
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from psycopg import sql
from xdist.remote import Producer

from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from pipelines.warehouse.embedded import EmbeddedServer
from tests.support.by_file import ByFile, needs_shared_home

TEMPLATE = "template_spawnwise"
SLOWEST = ("reliability", "integration")
LONGEST = ("test_purges.py", "test_trial_nights.py", "test_learn.py")  # a minute or more each: no worker may end on one
_database_numbers = list(range(99, 0, -1))

# Machines that run tests are busy: what is slow there is not wrong.
EXAMPLES = 1_000 if os.environ.get("SPAWNWISE_TEST_PROFILE") == "long" else 30
settings.register_profile(
    "spawnwise", max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("spawnwise")


@pytest.hookimpl(optionalhook=True)  # xdist may be off
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    """Deal out whole files."""
    return ByFile(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the longest begin: those that need the shared home, the longest files, then those of the slow folders."""
    items.sort(
        key=lambda item: (
            not needs_shared_home(item.path),
            item.path.name not in LONGEST,
            *(part not in item.path.parts for part in SLOWEST),
        )
    )


@pytest.fixture(autouse=True)
def nobodys_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test sees the settings, the data or the transcripts of the person who runs it."""
    monkeypatch.setenv("SPAWNWISE_HOME", str(tmp_path / "spawnwise-home"))
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path / "claude-home"))
    for name in ("CODEX_HOME", "COPILOT_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    efforts = ("CLAUDE_CODE_EFFORT_LEVEL", "CLAUDE_CODE_SUBAGENT_EFFORT")
    for name in ("DATABASE_URL", "OPENAI_API_KEY", "OPENAI_BASE_URL", *efforts):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def process_as_it_was() -> Iterator[None]:
    """What a command run in this process sets for all of it ends with the test."""
    folder, mask, threshold = Path.cwd(), os.umask(0o022), gc.get_threshold()
    os.umask(mask)
    handler = signal.getsignal(signal.SIGTERM)
    yield
    os.chdir(folder)
    os.umask(mask)
    gc.set_threshold(*threshold)
    signal.signal(signal.SIGTERM, handler)


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with what takes seconds to make and is the same in all: dbt's parsed project and the chart library."""
    import fasteners

    from pipelines.marts.parsed_project import prepared_manifest
    from pipelines.publish.report.bundle import chart_library

    own = tmp_path_factory.getbasetemp()
    home = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "made-once"
    home.mkdir(exist_ok=True)
    with careful_umask(), fasteners.InterProcessLock(str(home / "lock")):
        prepared_manifest(Settings(home=home))
        chart_library(home / "cache")
    return home


def lend(made_once: Path, home: Path) -> None:
    """Put what is the same in all homes into another one."""
    with careful_umask():
        for folder in ("dbt/definitions", "cache"):
            shutil.copytree(made_once / folder, home / folder, dirs_exist_ok=True)


@contextlib.contextmanager
def careful_umask() -> Iterator[None]:
    """Make files as the commands do, for nobody else to read."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedServer]:
    """One embedded server for the session, holding a migrated template database."""
    # Not under pytest's tmp_path: as root the server's user must be able to reach it.
    with (
        tempfile.TemporaryDirectory(prefix="spawnwise-test-", ignore_cleanup_errors=True) as folder,
        EmbeddedServer(Path(folder) / "postgres") as server,
    ):
        _execute(server, "create database {}", TEMPLATE)
        url = server.dsn(TEMPLATE)
        with Warehouse.open(Settings(DATABASE_URL=url)):
            pass
        yield server


@pytest.fixture
def warehouse(postgres: EmbeddedServer) -> Iterator[Warehouse]:
    """A warehouse of this test's own, cloned from the template."""
    with cloned_database(postgres) as dsn:
        yield Warehouse(dsn)


@contextlib.contextmanager
def cloned_database(server: EmbeddedServer, template: str = TEMPLATE) -> Iterator[str]:
    """Clone a database, by default a migrated one with nothing in it, yield the clone's URL, drop it."""
    number = _database_numbers.pop()
    name = f"test_{number}"
    _execute(server, "create database {} template {}", name, template)
    yield server.dsn(name)
    with contextlib.suppress(psycopg.Error):
        _execute(server, "drop database {} with (force)", name)
        _database_numbers.append(number)


@contextlib.contextmanager
def warehouse_for_reading(server: EmbeddedServer, home: Path, made_once: Path) -> Iterator[Warehouse]:
    """Yield a warehouse for the tests of a module to share, whose settings see a home of its own."""
    lend(made_once, home)
    with pytest.MonkeyPatch.context() as environment, cloned_database(server) as dsn:
        environment.setenv("SPAWNWISE_HOME", str(home))
        yield Warehouse(dsn)


def copy_database(server: EmbeddedServer, source: str, target: str) -> None:
    """Make one database a copy of another to which nobody is connected, whatever it was before."""
    _execute(server, "drop database if exists {} with (force)", target)
    _execute(server, "create database {} template {}", target, source)


def _execute(server: EmbeddedServer, statement: str, *names: str) -> None:
    with psycopg.connect(server.dsn("postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
