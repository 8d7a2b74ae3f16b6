"""Files that are packed, torn, copied, renamed, replaced or full of bad lines: nothing sound is lost or doubled."""

import gzip
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from pipelines.warehouse import Warehouse
from tests.reliability.valid_logs import FIXTURES, Fixture, ingest, told

ANY = pytest.mark.parametrize("fixture", FIXTURES.values(), ids=FIXTURES)


def _without_places(rows: list[str]) -> list[str]:
    """Return the rows without the places that stand for evidence; each sign once, in however many it was seen."""
    signs = ((row.rpartition(", ["), re.findall(r"\((\w+),[^,]*,\d+,([^)]*)\)", row)) for row in rows)
    return [f"{row}{sorted(set(seen))}" for (row, _, _), seen in signs]


BETWEEN_LINES: dict[str, Callable[[bytes], bytes]] = {
    "byte-order mark": lambda content: b"\xef\xbb\xbf" + content,
    "line ends of Windows": lambda content: content.replace(b"\n", b"\r\n"),
    "blank lines": lambda content: b"\n \n" + content.replace(b"\n", b"\n\n"),
    "half a line at the beginning": lambda content: b'\0\0", "half": 1}\n' + content,
    "bad lines between": lambda content: content.replace(b"\n", b'\n{"torn": \n\xff\xfe\n["none"]\n'),
}


@ANY
def test_what_stands_between_lines_does_not_matter(fixture: Fixture, warehouse: Warehouse, tmp_path: Path) -> None:
    fixture.write(tmp_path, 0)
    for number, happen in enumerate(BETWEEN_LINES.values(), 1):
        for path in fixture.write(tmp_path, number):
            path.write_bytes(happen(path.read_bytes()))
    ingest(warehouse, tmp_path)
    known = told(warehouse)
    for number, what in enumerate(BETWEEN_LINES, 1):
        assert _without_places(known[number]) == _without_places(known[0]), what


def _copied(path: Path) -> None:
    shutil.copy(path, path.with_name(f"copy-{path.name}"))


def _renamed(path: Path) -> None:
    path.rename(path.with_name(f"renamed-{path.name}"))


def _rotated(path: Path) -> None:
    content = path.read_bytes()
    (path.parent / f"{path.name}.gz").write_bytes(gzip.compress(content))
    path.write_bytes(content[content.index(b"\n") + 1 :])


def _shortened(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def _replaced(path: Path) -> None:
    path.write_bytes(b"\n" * path.stat().st_size)


def _gone(path: Path) -> None:
    path.unlink()


def _torn_pack(path: Path) -> None:
    packed = gzip.compress(path.read_bytes())
    path.unlink()
    path.with_name(f"{path.name}.gz").write_bytes(packed[:-20])


HAPPENINGS = [_copied, _renamed, _rotated, _shortened, _replaced, _gone, _torn_pack]


@ANY
def test_what_happens_to_a_file_afterwards_loses_and_doubles_nothing(
    fixture: Fixture, warehouse: Warehouse, tmp_path: Path
) -> None:
    fixture.write(tmp_path, 0)
    for number in range(1, len(HAPPENINGS) + 1):
        fixture.write(tmp_path, number)
    ingest(warehouse, tmp_path)
    expected = _without_places(told(warehouse)[0])
    for number, happen in enumerate(HAPPENINGS, 1):
        for path in fixture.write(tmp_path, number):
            if happen not in (_copied, _renamed) or "agent-" not in path.name:  # this name is an agent's id
                happen(path)
    ingest(warehouse, tmp_path)
    known = told(warehouse)
    for number, happen in enumerate(HAPPENINGS, 1):
        assert len(known[number]) == len(expected), happen.__name__
        if fixture.name.startswith("claude") or happen in (_copied, _renamed, _rotated):
            assert _without_places(known[number]) == expected, happen.__name__
    for number in range(1, len(HAPPENINGS) + 1):
        fixture.write(tmp_path, number)
    ingest(warehouse, tmp_path)
    known = told(warehouse)
    for number, happen in enumerate(HAPPENINGS, 1):
        assert _without_places(known[number]) == expected, happen.__name__


@ANY
def test_a_file_replaced_by_one_of_the_same_size_is_read(
    fixture: Fixture, warehouse: Warehouse, tmp_path: Path
) -> None:
    """Also where its first and last kilobytes, of which the fingerprint is made, stay what they were."""
    fixture.write(tmp_path, 0)
    for path in fixture.write(tmp_path, 1):
        content = path.read_bytes()
        padding = b'{"type":"user","padding":"' + b"x" * 8_000 + b'"}\n'
        first, second, rest = content.partition(b"\n")[0] + b"\n", padding, content.partition(b"\n")[2]
        path.write_bytes(first + padding + b" " * (len(rest) - 1) + b"\n" + second)
        ingest(warehouse, tmp_path)
        path.write_bytes(first + padding + rest + second)
        os.utime(path, ns=(1, 1))
    ingest(warehouse, tmp_path)
    known = told(warehouse)
    assert _without_places(known[1]) == _without_places(known[0])


PACKED: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress,
    ".zst": zstandard.compress,
}


@ANY
@pytest.mark.parametrize("suffix", PACKED)
def test_a_packed_log_cut_anywhere_gives_what_it_can_and_then_the_rest(
    fixture: Fixture, suffix: str, warehouse: Warehouse, tmp_path: Path
) -> None:
    fixture.write(tmp_path, 0)
    whole: dict[Path, bytes] = {}
    for number in range(1, 11):
        for path in fixture.write(tmp_path, number):
            packed = path.with_name(path.name + suffix)
            whole[packed] = PACKED[suffix](path.read_bytes())
            packed.write_bytes(whole[packed][: len(whole[packed]) * number // 11])
            path.unlink()
    torn = ingest(warehouse, tmp_path)
    assert torn.lines_quarantined >= (len(whole) if suffix == ".gz" else 0)
    for packed, content in whole.items():
        packed.write_bytes(content)
    ingest(warehouse, tmp_path)
    known = told(warehouse)
    assert set(known) == set(range(11))
    assert {number for number in known if _without_places(known[number]) != _without_places(known[0])} == set()
    with warehouse.connect() as connection:
        assert connection.execute("select count(*) from learning.ingest_quarantine").fetchone() == (0,)
