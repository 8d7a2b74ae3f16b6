"""Files that are no plain logs: nothing blocks, nothing is raised, what cannot be read is said, and the rest loads."""

import gzip
import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import zstandard

from pipelines.ingest.ingest import ingest_sources
from pipelines.progress import SilentProgress
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from tests.reliability.valid_logs import FIXTURES, Fixture, ingest, told

ANY = pytest.mark.parametrize("fixture", FIXTURES.values(), ids=FIXTURES)
B = FIXTURES["claude-B"]


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


def test_what_is_no_file_blocks_nothing(warehouse: Warehouse, tmp_path: Path) -> None:
    B.write(tmp_path, 1)
    project = tmp_path / "projects" / f"orchard-{1:08x}"
    os.mkfifo(project / "pipe.jsonl")
    (project / "folder.jsonl").mkdir()
    (project / "loop").symlink_to(project)
    (project / "itself.jsonl").symlink_to(project / "itself.jsonl")
    (project / "nowhere.jsonl").symlink_to(project / "none")
    (project / "device.jsonl").symlink_to("/dev/zero")
    report = ingest(warehouse, tmp_path)
    assert (report.files, len(report.warnings)) == (1, 2)
    assert set(told(warehouse)) == {1}


def _with_bytes(path: Path) -> None:
    folder = os.fsencode(path.parents[1]) + b"/\xff\xfe\x1b[31m"
    Path(os.fsdecode(folder)).mkdir(exist_ok=True)
    path.write_bytes(path.read_bytes().replace(b'"cwd"', b'"none"'))
    for name in (b"/\xfd.jsonl", b"/\xfc.jsonl", b"/agent-\xfd.jsonl"):
        shutil.copy(path, folder + name)
    path.unlink()


def _long(path: Path) -> None:
    folder = path.parent
    for _ in range(14):
        folder /= os.urandom(120).hex()
        folder.mkdir()
    path.rename(folder / path.name)


def _deep(path: Path) -> None:
    here = Path.cwd()
    try:
        os.chdir(path.parent)
        for _ in range(1_200):
            Path("d").mkdir()
            os.chdir("d")
        Path(path.name).write_bytes(path.read_bytes())
    finally:
        os.chdir(here)


@pytest.mark.parametrize("place", [_with_bytes, _long, _deep])
def test_a_log_loads_whatever_its_path(place: Callable[[Path], None], warehouse: Warehouse, tmp_path: Path) -> None:
    for fixture in (B, FIXTURES["records"]):
        for path in fixture.write(tmp_path, 1):
            place(path)
    report = ingest(warehouse, tmp_path)
    assert set(told(warehouse)) == {1}
    assert all(warning.encode() for warning in report.warnings)
    again = ingest(warehouse, tmp_path)
    if place is _deep:
        subprocess.run(["rm", "-rf", *tmp_path.iterdir()], check=True)  # too deep for pytest
    assert (again.files_read, again.spawns_new, again.spawns_updated) == (0, 0, 0)


@contextmanager
def ordinary_user() -> Iterator[None]:
    """Give up root's right to read everything, for as long as the context lasts."""
    if os.geteuid():
        yield
        return
    os.seteuid(pwd.getpwnam("pgserver").pw_uid)  # as which the embedded server runs where root starts it
    try:
        yield
    finally:
        os.seteuid(0)


def test_what_may_not_be_read_is_said_and_read_once_it_may(warehouse: Warehouse, folder: Path) -> None:
    place = folder / "forbidden"
    B.write(place, 1)
    secret = FIXTURES["records"].write(place, 2)[0]
    closed = FIXTURES["claude-C"].write(place, 3)[0].parent
    for path in (place, *place.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    secret.chmod(0)
    closed.chmod(0)
    with ordinary_user():
        report = ingest(warehouse, place)
        sources = [closed, closed / "x.jsonl", closed / "*" / "*.jsonl", closed / "projects"]
        for source in sources:
            assert ingest_sources(warehouse, Settings(), [source], SilentProgress()).warnings
    assert sum("Permission denied" in warning for warning in report.warnings) == 2
    assert set(told(warehouse)) == {1}
    closed.chmod(0o755)
    secret.chmod(0o644)
    assert ingest(warehouse, place).warnings == []
    assert set(told(warehouse)) == {1, 2, 3}
