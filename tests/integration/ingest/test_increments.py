"""Whatever the order and the pieces in which logs come, the tables end the same, and nothing is read twice."""

import gzip
import random
import shutil
from pathlib import Path
from typing import Any

import pytest
import zstandard

from pipelines.warehouse import Warehouse
from tests.integration.ingest.conftest import FORGET_ALL
from tests.support.transcripts import HAIKU, PROMPT, VARIANTS, Transcript, write_home


def _history(home: Path) -> list[Path]:
    """Write sessions of every variant, a copied one and one whose result stands in another file."""
    paths = []
    for number, (variant, make) in enumerate(VARIANTS.items()):
        files = make()
        for log in files.values():
            log.session = f"{number}d5f8a52-6f2e-4b43-8a30-1f0b6d1f7a01"
            for line in log.lines:
                line["sessionId"] = log.session
        text = {agent: log.content().replace(b"toolu_0", f"toolu_{variant}".encode()) for agent, log in files.items()}
        for path, content in zip(write_home(home, files), text.values(), strict=True):
            path.write_bytes(content.replace(b"msg_", f"msg_{variant}".encode()))
            paths.append(path)
    split = Transcript(session="9d5f8a52-6f2e-4b43-8a30-1f0b6d1f7a01")
    split.spawn("toolu_split")
    split.child_says("toolu_split")
    first = split.write(home, "first.jsonl")
    split.result("toolu_split", status="completed", agentId="a1b2c3d")
    split.says("Good.")
    split.lines = split.lines[2:]
    return [*paths, first, split.write(home, "second.jsonl")]


@pytest.fixture
def expected(tmp_path: Path, ingest: Any, digest: Any, warehouse: Warehouse) -> list[Any]:
    _history(tmp_path / "all")
    ingest(tmp_path / "all")
    read = digest()
    with warehouse.connect() as connection:
        connection.execute(FORGET_ALL)
    return list(read)


def test_reading_again_changes_nothing(expected: Any, tmp_path: Path, ingest: Any, digest: Any) -> None:
    ingest(tmp_path / "all")
    again = ingest(tmp_path / "all")
    assert (again.files_read, again.spawns_new, again.spawns_updated) == (0, 0, 0)
    assert digest() == expected


def test_the_order_of_the_files_does_not_matter(expected: Any, tmp_path: Path, ingest: Any, digest: Any) -> None:
    paths = _history(tmp_path / "again")
    random.Random(7).shuffle(paths)
    for path in paths:
        ingest(path)
    assert digest() == expected


@pytest.mark.parametrize("seed", range(3))
def test_files_that_grow_by_any_number_of_bytes_end_the_same(
    seed: int, expected: Any, tmp_path: Path, ingest: Any, digest: Any
) -> None:
    chance = random.Random(seed)
    whole = {path: path.read_bytes() for path in _history(tmp_path / "whole")}
    growing = tmp_path / "growing"
    written = dict.fromkeys(whole, 0)
    while any(written[path] < len(content) for path, content in whole.items()):
        for path, content in whole.items():
            written[path] += chance.choice((0, 1, 300, 2_000, 5_000))
            grown = growing / path.relative_to(tmp_path / "whole")
            grown.parent.mkdir(parents=True, exist_ok=True)
            grown.write_bytes(content[: written[path]])
        ingest(growing)
    assert digest() == expected


def test_copies_bring_nothing_new(expected: Any, tmp_path: Path, ingest: Any, digest: Any) -> None:
    shutil.copytree(tmp_path / "all", tmp_path / "copy")
    for number, path in enumerate(sorted((tmp_path / "copy").rglob("*.jsonl"))):
        if "subagents" not in path.parts:
            path.rename(path.with_name(f"copy-{number}.jsonl"))
    ingest(tmp_path / "copy")
    ingest(tmp_path / "all")
    assert digest() == expected


def test_packed_logs_tell_the_same(expected: Any, tmp_path: Path, ingest: Any, digest: Any) -> None:
    for number, path in enumerate(sorted((tmp_path / "all").rglob("*.jsonl"))):
        content = path.read_bytes()
        path.unlink()
        if number % 2:
            path.with_name(path.name + ".gz").write_bytes(gzip.compress(content))
        else:
            path.with_name(path.name + ".zst").write_bytes(zstandard.compress(content))
    ingest(tmp_path / "all")
    assert digest() == expected


def test_only_new_bytes_are_read(tmp_path: Path, ingest: Any) -> None:
    log = Transcript()
    log.spawn()
    path = log.write(tmp_path)
    ingest(tmp_path)
    log.result(status="completed", agentId="a1")
    size = path.stat().st_size
    log.write(tmp_path)
    assert ingest(tmp_path).bytes_read == path.stat().st_size - size


def test_torn_last_line_waits_for_its_end(tmp_path: Path, ingest: Any, tasks: Any) -> None:
    log = Transcript()
    log.spawn()
    log.result(status="completed", agentId="a1")
    path = log.write(tmp_path)
    content = path.read_bytes()
    path.write_bytes(content[:-40])
    report = ingest(tmp_path)
    assert (report.lines_read, report.lines_quarantined) == (1, 0)
    assert tasks()["toolu_01"]["finished_at"] is None
    path.write_bytes(content)
    ingest(tmp_path)
    assert tasks()["toolu_01"]["status"] == "completed"


def test_a_whole_last_line_needs_no_newline(tmp_path: Path, ingest: Any, tasks: Any) -> None:
    log = Transcript()
    log.spawn()
    log.result(status="completed", agentId="a1")
    path = log.write(tmp_path)
    content = path.read_bytes()
    path.write_bytes(content[:-1])
    assert ingest(tmp_path).lines_read == 2
    path.write_bytes(content)
    assert ingest(tmp_path).lines_read == 0
    log.says("Good.")
    log.write(tmp_path)
    assert ingest(tmp_path).lines_read == 1


def test_a_file_that_shrank_or_changed_is_read_anew_and_loses_nothing(
    tmp_path: Path, ingest: Any, tasks: Any, warehouse: Warehouse
) -> None:
    log = Transcript()
    log.spawn()
    log.result(status="completed", agentId="a1")
    log.write(tmp_path)
    ingest(tmp_path)
    other = Transcript(session="1d5f8a52-6f2e-4b43-8a30-1f0b6d1f7a01")
    other.spawn("toolu_09", model="haiku")
    other.write(tmp_path, f"{log.session}.jsonl")
    ingest(tmp_path)
    assert tasks()["toolu_01"]["status"] == "completed"
    assert tasks()["toolu_09"]["model_used"] == "haiku"
    with warehouse.connect() as connection:
        lines = connection.execute("select lines_read, lines_loaded + lines_skipped from learning.ingest_files")
        assert lines.fetchall() == [(1, 1)]


def test_a_row_that_did_not_change_keeps_its_time(tmp_path: Path, ingest: Any, tasks: Any) -> None:
    log = Transcript()
    log.spawn()
    log.result(status="completed", agentId="a1")
    log.write(tmp_path)
    ingest(tmp_path)
    before = tasks()["toolu_01"]["updated_at"]
    log.user("thanks")
    log.write(tmp_path)
    ingest(tmp_path)
    assert tasks()["toolu_01"]["updated_at"] == before


def test_a_later_file_brings_the_childs_model(tmp_path: Path, ingest: Any, tasks: Any) -> None:
    parent, child = write_home(tmp_path, VARIANTS["D"]())
    ingest(parent)
    assert tasks()["toolu_01"]["model_source"] == "built_in"
    ingest(child)
    assert tasks()["toolu_01"]["model_resolved"] == HAIKU


def test_what_is_remembered_is_forgotten_in_the_order_in_which_it_came(
    tmp_path: Path, ingest: Any, digest: Any, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two inline chains side by side, longer than the memory, with ids whose order is not that of the lines."""
    monkeypatch.setattr("pipelines.ingest.sources.claude_code.memory.MAX_REMEMBERED", 4)
    log = Transcript(version="1.0.98")
    log.spawn()
    log.spawn("toolu_02", prompt="Say what the limit is.")
    ends = [log.user(prompt, isSidechain=True, parentUuid=None) for prompt in (PROMPT, "Say what the limit is.")]
    for number in range(30):
        said = log.says("Looking.", model=HAIKU, isSidechain=True, parentUuid=ends[number % 2]["uuid"])
        said["uuid"] = f"{random.Random(number).randrange(10**6)}-{number}"
        ends[number % 2] = said
    path = log.write(tmp_path)
    ingest(path)
    whole = digest()
    with warehouse.connect() as connection:
        connection.execute(FORGET_ALL)
    lines = path.read_bytes().splitlines(keepends=True)
    for length in range(1, len(lines) + 1):
        path.write_bytes(b"".join(lines[:length]))
        ingest(path)
    assert digest() == whole
