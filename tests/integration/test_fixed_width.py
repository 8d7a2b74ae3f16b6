import uuid

import numpy as np
import pytest
from psycopg import sql

from pipelines.warehouse import Warehouse, fixed_width
from pipelines.warehouse.fixed_width import BIGINT, DOUBLE, INTEGER, TRUTH, UUID_BYTES, read_rows, rows_for, write_rows

COLUMNS = {"id": UUID_BYTES, "number": INTEGER, "large": BIGINT, "share": DOUBLE, "holds": TRUTH}
DEFINED = "id uuid, number integer, large bigint, share double precision, holds boolean"


@pytest.mark.parametrize("count", [0, 1, 1_000])
def test_rows_come_back_as_they_were_written(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    monkeypatch.setattr(fixed_width, "AT_ONCE_BYTES", 1_000)  # so that many rows come in many parts
    ids = [uuid.uuid4() for _ in range(count)]
    rows = rows_for(COLUMNS, count)
    rows["id"] = np.frombuffer(b"".join(each.bytes for each in ids), dtype=UUID_BYTES)
    rows["number"], rows["large"] = np.arange(count), -(2**40) * np.arange(count)
    rows["share"], rows["holds"] = np.linspace(0, 1, count), np.arange(count) % 2 == 0
    with warehouse.connect() as connection:
        connection.execute(f"create temp table held ({DEFINED})".encode())
        write_rows(connection, sql.SQL("held"), COLUMNS, rows)
        held = connection.execute("select * from held order by number").fetchall()
        parts = list(read_rows(connection, "select * from held where number >= %(least)s", {"least": 0}, COLUMNS))
    assert [row[0] for row in held] == ids
    assert [row[1:3] for row in held] == [(number, -(2**40) * number) for number in range(count)]
    assert (len(parts) > 1) == (count > 100)
    if count:
        np.testing.assert_array_equal(np.sort(np.concatenate(parts), order="number"), rows)


@pytest.mark.parametrize("value", ["null::bigint", "7::integer", "'text'"])
def test_a_value_of_another_width_is_refused(warehouse: Warehouse, value: str) -> None:
    with warehouse.connect() as connection, pytest.raises(ValueError, match="width"):
        list(read_rows(connection, f"select {value}", {}, {"number": BIGINT}))  # type: ignore[arg-type]
