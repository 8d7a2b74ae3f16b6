"""Lines that no reader should have to read: they are put aside in bounded memory and time, and the rest loads."""

import itertools
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.warehouse import Warehouse
from tests.reliability.house import IS_LONG, PROJECT
from tests.reliability.valid_logs import FIXTURES, Fixture, ingest, told
from tests.support.transcripts import Transcript

ANY = pytest.mark.parametrize("fixture", FIXTURES.values(), ids=FIXTURES)
MEGABYTES = 50
LINES = 40 if IS_LONG else 2  # of these in each file
# In a process of its own, so that its greatest use of memory is its own too.
SCAN = """
import resource, sys
from pathlib import Path
from pipelines.ingest.files.find import find_logs
from pipelines.ingest.files.workers import parts
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
logs = find_logs([Path(sys.argv[1])]).files
quarantined = sum(part.counts["quarantined"] for log in logs for part in parts(log, None))
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


SLOW = {
    "a flag again and again": ("command", "npm" + " --a" * 400),
    "an opening tag again and again": ("notice", "<task-notification>" + "<status>" * 300_000),
    "a notice full of spaces": ("notice", "<task-notification><status>" + " " * 1_000_000),
    "results within results": ("notice", "<task-notification>" + "<result>" * 300_000),
    "a prompt of one word": ("prompt", "password: " * 100_000),
}


@pytest.mark.parametrize("name", SLOW)
def test_words_that_expressions_could_choke_on_are_read(name: str, warehouse: Warehouse, tmp_path: Path) -> None:
    """Without an end in reasonable time the run is stopped: no text may take more than a time linear in its length."""
    kind, words = SLOW[name]
    log = Transcript()
    log.spawn(prompt=words if kind == "prompt" else "Find it.")
    log.result()
    log.says({"type": "tool_use", "id": "toolu_09", "name": "Bash", "input": {"command": words}}, "I go on.")
    log.user(words)
    log.write(tmp_path)
    assert ingest(warehouse, tmp_path).spawns_new == 1


TIMES = [
    "0001-01-01T00:00:00+14:00",
    "1970-01-01T00:00:00Z",
    "2100-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59-14:00",
]


def test_whatever_is_stored_can_be_read_again(warehouse: Warehouse, tmp_path: Path) -> None:
    """Postgres keeps years and sums that Python does not: one such row would stop every run from then on."""
    for number, (fixture, at) in enumerate(itertools.product(FIXTURES.values(), TIMES)):
        for path in fixture.write(tmp_path, number):
            content = re.sub(r"2026-03-01T10:\d\d:\d\d(?:\.000)?Z", at, path.read_text())
            path.write_text(content.replace('"input_tokens":1', f'"input_tokens":{2**53}'))
    report = ingest(warehouse, tmp_path)
    query = "select created_at, finished_at, returned_at, input_tokens from learning.task_history"
    with warehouse.connect() as connection:
        rows = connection.execute(query).fetchall()
    assert len(rows) == report.spawns_new > len(FIXTURES)
    assert all((tokens or 0) < 2**53 for *_, tokens in rows)


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
    assert quarantined == LINES
    assert kilobytes < 120 << 10 if sys.platform != "darwin" else 120 << 20  # there it is bytes


def test_a_log_of_any_length_is_written_in_parts(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Memory holds one part; a spawn that several parts tell of keeps the signs of all of them."""
    monkeypatch.setattr("pipelines.ingest.files.scan.PART_SPAWNS", 2)
    monkeypatch.setattr("pipelines.ingest.files.scanned.MAX_QUARANTINED", 5)
    for number in range(3):
        path = FIXTURES["records"].write(tmp_path, number)[0]
        path.write_bytes(path.read_bytes() * 20 + b"no record\n" * 20 * number)
        if number:
            continue
        ingest(warehouse, tmp_path)
    again = b'{"id":"r%08x","agent":"qa","task":"x","spawned_at":"2026-03-01T10:00:00Z","success":false}\n' % 1
    path = FIXTURES["records"].write(tmp_path, 1)[0]
    path.write_bytes(path.read_bytes() * 20 + again)
    report = ingest(warehouse, tmp_path)
    assert report.lines_quarantined == 40
    assert {len(rows) for rows in told(warehouse).values()} == {2}
    with warehouse.connect() as connection:
        query = "select count(*) from learning.outcome_signals where signal = 'recorded_failure'"
        assert connection.execute(query).fetchone() == (1,)
        kept = connection.execute("select count(*) from learning.ingest_quarantine").fetchone()
    assert kept == (5,)
