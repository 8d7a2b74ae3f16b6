"""Logs that are read at any moment of their growth, in one piece or in many, end as if read once."""

import threading
from pathlib import Path

import pytest

from pipelines.warehouse import Warehouse
from tests.reliability.house import IS_LONG, chance
from tests.reliability.valid_logs import FIXTURES, ingest, told

EVERY = 1 if IS_LONG else 41  # bytes between two cuts


@pytest.mark.parametrize("name", FIXTURES)
def test_a_log_cut_at_any_byte_waits_for_its_rest(name: str, warehouse: Warehouse, tmp_path: Path) -> None:
    fixture = FIXTURES[name]
    fixture.write(tmp_path, 0)
    lines = sum(map(len, fixture.files.values()))
    rest: dict[Path, bytes] = {}
    copies = 1
    for place in range(len(fixture.files)):
        size = fixture.write(tmp_path, copies)[place].stat().st_size
        for cut in range(0, size, EVERY):
            path = fixture.write(tmp_path, copies)[place]
            content = path.read_bytes()
            path.write_bytes(content[:cut])
            rest[path] = content[cut:]
            copies += 1
    cut_short = ingest(warehouse, tmp_path)
    assert cut_short.lines_quarantined == 0
    for path, missing in rest.items():
        with path.open("ab") as log:
            log.write(missing)
    ingest(warehouse, tmp_path)
    known = told(warehouse)
    assert len(known) == copies
    assert {number for number in known if known[number] != known[0]} == set()
    with warehouse.connect() as connection:
        counted = connection.execute("select sum(lines_read)::int from learning.ingest_files").fetchone()
    assert counted == (lines * copies,)


def test_logs_that_are_written_while_they_are_read_end_as_if_read_once(warehouse: Warehouse, tmp_path: Path) -> None:
    random = chance("pieces")
    copies = 40 if IS_LONG else 4
    written: dict[Path, bytes] = {}
    for number in range(copies):
        for place, fixture in enumerate(FIXTURES.values()):
            for path in fixture.write(tmp_path, number * len(FIXTURES) + place):
                written[path] = path.read_bytes()
                path.write_bytes(b"")

    has_been_read = threading.Event()

    def write() -> None:
        waiting = dict.fromkeys(written, 0)
        while waiting:
            if len(waiting) == 1:
                has_been_read.wait()  # else writing may be over before reading begins
            path = random.choice(list(waiting))
            begin = waiting.pop(path)
            end = begin + random.randrange(1, 2_000)
            with path.open("ab") as log:
                log.write(written[path][begin:end])
            if end < len(written[path]):
                waiting[path] = end

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    while writer.is_alive():
        assert ingest(warehouse, tmp_path).lines_quarantined == 0
        has_been_read.set()
    writer.join()
    ingest(warehouse, tmp_path)
    known = told(warehouse)
    for number in range(copies * len(FIXTURES)):
        assert known[number] == known[number % len(FIXTURES)]
