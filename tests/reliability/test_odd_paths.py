"""Where logs should be: nothing blocks, nothing is raised, what cannot be read is said, and the rest loads."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.warehouse import Warehouse
from tests.reliability.ordinary_user import as_user
from tests.reliability.valid_logs import FIXTURES, ingest, told

B = FIXTURES["claude-B"]


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
    folder = os.open(path.parent, os.O_RDONLY)
    for _ in range(1_200):
        os.mkdir("d", dir_fd=folder)
        inner = os.open("d", os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = inner
    copy = os.open(path.name, os.O_WRONLY | os.O_CREAT, dir_fd=folder)
    os.write(copy, path.read_bytes())
    os.close(copy)
    os.close(folder)


@pytest.mark.parametrize("place", [_with_bytes, _long, _deep])
def test_a_log_loads_whatever_its_path(place: Callable[[Path], None], warehouse: Warehouse, tmp_path: Path) -> None:
    for fixture in (B, FIXTURES["records"]):
        for path in fixture.write(tmp_path, 1):
            place(path)
    try:
        report = ingest(warehouse, tmp_path)
        again = ingest(warehouse, tmp_path)
    finally:
        subprocess.run(["rm", "-rf", *tmp_path.iterdir()], check=True)  # one is too deep for pytest to remove
    assert set(told(warehouse)) == {1}
    assert all(warning.encode() for warning in report.warnings)
    assert (again.files_read, again.spawns_new, again.spawns_updated) == (0, 0, 0)


def test_what_may_not_be_read_is_said_and_read_once_it_may(warehouse: Warehouse, folder: Path) -> None:
    place = folder / "forbidden"
    B.write(place, 1)
    secret = FIXTURES["records"].write(place, 2)[0]
    closed = FIXTURES["claude-C"].write(place, 3)[0].parent
    for path in (place, *place.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    secret.chmod(0)
    closed.chmod(0)
    # As which the embedded server runs where root starts it.
    warnings = as_user("pgserver", "ingest", warehouse.dsn, *(str(place / name) for name in ("projects", "runs")))
    for source in (closed, closed / "x.jsonl", closed / "*" / "*.jsonl", closed / "projects"):
        assert as_user("pgserver", "ingest", warehouse.dsn, str(source))
    assert sum("Permission denied" in warning for warning in warnings) == 2
    assert set(told(warehouse)) == {1}
    closed.chmod(0o755)
    secret.chmod(0o644)
    assert ingest(warehouse, place).warnings == []
    assert set(told(warehouse)) == {1, 2, 3}
