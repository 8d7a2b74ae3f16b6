"""Logs of every orchestrator at once: in any order, in pieces and as copies they give the same rows."""

import itertools
import json
import random
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from pipelines.ingest.intake import ingest_sources
from pipelines.ingest.task_row import COLUMNS
from pipelines.progress import SilentProgress
from pipelines.warehouse import Warehouse
from tests.conftest import cloned_database
from tests.integration.ingest.conftest import MAIN
from tests.opencode_database import OpencodeDatabase, with_one_spawn
from tests.support.transcripts import Transcript
from tests.unit.ingest.formats.test_codex import CHILD_LINES, META, SPAWN, SPAWNED, TURN
from tests.unit.ingest.sources.test_copilot_cli import SESSION, SESSION_LINES
from tests.unit.ingest.test_checkpoints import checkpoint, commit, git, session

PLACES = ("claude", "codex", "copilot", "opencode", "orchard")
SOURCES = {"claude-code", "codex", "copilot-cli", "opencode"}


class Machine:
    """Five places with logs, as they are at the end and as they were before."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        log = Transcript()
        log.spawn("toolu_1")
        log.spawn("toolu_2")
        log.write(folder / "claude")
        self._write("codex/rollout-parent.jsonl", [META, TURN, SPAWN, SPAWNED])
        self._write("codex/rollout-child.jsonl", CHILD_LINES)
        self._write(f"copilot/{SESSION}/events.jsonl", SESSION_LINES)
        database = with_one_spawn(folder / "opencode" / "opencode.db")
        database.session("ses_inner", "ses_child", "scout", 130)
        database.call("prt_p2", "ses_child", "ses_inner", 125, message="msg_c1")
        database.close()
        repository = folder / "orchard"
        repository.mkdir()
        git(repository, "init", "-q", ".")
        commit(repository, checkpoint("ab/cdef012345/", session("toolu_1", "toolu_2", "toolu_3")))

    @property
    def places(self) -> list[Path]:
        """All places with logs."""
        return [self.folder / place for place in PLACES]

    def earlier(self, folder: Path) -> None:
        """Make the same places as they were when half was written."""
        for path in self.folder.rglob("*.jsonl"):
            lines = path.read_bytes().splitlines(keepends=True)
            early = folder / path.relative_to(self.folder)
            early.parent.mkdir(parents=True, exist_ok=True)
            early.write_bytes(b"".join(lines[: len(lines) // 2 + 1])[:-9])
        database = OpencodeDatabase(folder / "opencode" / "opencode.db")
        database.session("ses_main")
        database.session("ses_child", "ses_main", "worker", 90)
        database.call("prt_p1", "ses_main", "ses_child", 100, status="running")
        database.close()

    def _write(self, name: str, lines: Iterable[dict[str, Any]]) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    (tmp_path / "machine").mkdir()
    return Machine(tmp_path / "machine")


@pytest.fixture
def warehouses(postgres: Any) -> Iterator[Iterator[Warehouse]]:
    """Yield as many empty warehouses as are asked for."""
    opened = []

    def fresh() -> Iterator[Warehouse]:
        while True:
            opened.append(cloned_database(postgres))
            yield Warehouse(opened[-1].__enter__())

    yield fresh()
    for each in opened:
        each.__exit__(None, None, None)


def digest(warehouse: Warehouse) -> list[Any]:
    with warehouse.connect() as connection:
        columns = ", ".join(COLUMNS)
        return [
            *connection.execute(f"select {columns} from learning.task_history order by id"),
            *connection.execute("select * from learning.outcome_signals order by 1, 2, 4, 5"),
            *connection.execute("select * from learning.spawn_facts order by 1, 2"),
            *connection.execute(MAIN),
        ]


def read(warehouse: Warehouse, *steps: Sequence[Path]) -> list[Any]:
    for places in steps:
        assert ingest_sources(warehouse, places, SilentProgress()).warnings == []
    return digest(warehouse)


def test_every_source_has_its_rows(machine: Machine, warehouse: Warehouse) -> None:
    read(warehouse, machine.places)
    with warehouse.connect() as connection:
        rows = connection.execute("select source, source_key from learning.task_history").fetchall()
    assert {source for source, _ in rows} == SOURCES
    assert {key for source, key in rows if source == "claude-code"} == {"toolu_1", "toolu_2", "toolu_3"}
    again = ingest_sources(warehouse, machine.places, SilentProgress())
    assert (again.files_read, again.spawns_new, again.spawns_updated) == (0, 0, 0)


def test_any_order_gives_the_same(machine: Machine, warehouses: Iterator[Warehouse]) -> None:
    whole = read(next(warehouses), machine.places)
    orders = list(itertools.permutations(machine.places))
    for order in random.Random(7).sample(orders, 3):
        assert read(next(warehouses), *([place] for place in order)) == whole


def test_pieces_give_the_same(machine: Machine, warehouses: Iterator[Warehouse], tmp_path: Path) -> None:
    whole = read(next(warehouses), machine.places)
    kept = tmp_path / "kept"
    shutil.move(machine.folder, kept)
    Machine.earlier(_at(kept), machine.folder)
    warehouse = next(warehouses)
    early = read(warehouse, [place for place in machine.places if place.exists()])
    assert early != whole
    shutil.rmtree(machine.folder)
    shutil.move(kept, machine.folder)
    assert read(warehouse, machine.places) == whole


def test_copies_give_the_same(machine: Machine, warehouses: Iterator[Warehouse], tmp_path: Path) -> None:
    whole = read(next(warehouses), machine.places)
    copied = tmp_path / "z-copy"  # evidence is what comes first
    shutil.copytree(machine.folder, copied)
    copies = [copied / place for place in PLACES]
    assert read(next(warehouses), machine.places, copies) == whole
    assert read(next(warehouses), copies, machine.places) == whole


def _at(folder: Path) -> Machine:
    machine = Machine.__new__(Machine)
    machine.folder = folder
    return machine
