"""Lines that no reader should have to read: they are put aside in bounded memory and time, and the rest loads."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.warehouse import Warehouse
from tests.reliability.house import IS_LONG, PROJECT
from tests.reliability.valid_logs import FIXTURES, Fixture, ingest, told

ANY = pytest.mark.parametrize("fixture", FIXTURES.values(), ids=FIXTURES)
MEGABYTES = 50
LINES = 40 if IS_LONG else 2  # of these in each file
# In a process of its own, so that its greatest use of memory is its own too.
SCAN = """
import resource, sys
from pathlib import Path
from pipelines.ingest.scan import scan
from pipelines.ingest.sources import find_logs
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
quarantined = sum(scan(log, None).counts["quarantined"] for log in find_logs([Path(sys.argv[1])]).files)
print(quarantined, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@ANY
def test_a_line_of_50_megabytes_is_put_aside(fixture: Fixture, warehouse: Warehouse, tmp_path: Path) -> None:
    fixture.write(tmp_path, 0)
    huge = b'{"type":"user","x":"' + b"x" * (MEGABYTES << 20) + b'"}\n'
    for path in fixture.write(tmp_path, 1)[:1]:
        content = path.read_bytes()
        path.write_bytes(huge + content + huge)
    report = ingest(warehouse, tmp_path)
    assert report.lines_quarantined == 2
    with warehouse.connect() as connection:
        reasons = connection.execute("select distinct reason, excerpt from learning.ingest_quarantine").fetchall()
    assert reasons == [("longer than 16 MB", "")]
    assert {len(rows) for rows in told(warehouse).values()} == {len(told(warehouse)[0])}


@pytest.mark.parametrize("line", [b"x", b"[", b'{"a":', b"\0", b'"\\u0000'], ids=repr)
def test_memory_is_bounded_whatever_is_long(line: bytes, tmp_path: Path) -> None:
    path = FIXTURES["claude-B"].write(tmp_path, 1)[0]
    with path.open("ab") as log:
        for _ in range(LINES):
            for _ in range(MEGABYTES):
                log.write(line * ((1 << 20) // len(line)))
            log.write(b"\n")
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    done = subprocess.run(
        [sys.executable, "-c", SCAN, str(tmp_path)], env=environment, capture_output=True, text=True, check=True
    )
    quarantined, kilobytes = map(int, done.stdout.split())
    unit = 1 if sys.platform != "darwin" else 1024
    assert quarantined == LINES
    assert kilobytes // unit < 120 << 10, resource.RUSAGE_SELF
