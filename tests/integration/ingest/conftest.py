from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from psycopg.rows import dict_row

from pipelines.ingest.intake import IngestReport, ingest_sources
from pipelines.ingest.task_row import COLUMNS
from pipelines.progress import SilentProgress
from pipelines.warehouse import Warehouse
from tests.support.bucket_server import Bucket, bucket_server, new_bucket

FORGET_ALL = (
    "truncate learning.task_history, learning.spawn_facts, learning.main_threads, learning.main_messages,"
    " learning.ingest_files cascade"
)
MAIN = """
select thread.source, thread.session_id, thread.project, thread.user_name, thread.host, message.message_id,
    message.is_final, message.output_tokens, message.said_at, message.cost_usd
from learning.main_messages as message inner join learning.main_threads as thread using (thread_id)
order by message.message_id
"""
Ingest = Callable[..., IngestReport]


@pytest.fixture(scope="module")
def buckets() -> Iterator[str]:
    """The URL of a server that keeps buckets."""
    with bucket_server() as url:
        yield url


@pytest.fixture
def bucket(buckets: str, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """A bucket of this test's own."""
    return new_bucket(buckets, monkeypatch)


@pytest.fixture
def ingest(warehouse: Warehouse) -> Ingest:
    """Ingest folders into this test's warehouse."""
    return lambda *sources: ingest_sources(warehouse, [Path(source) for source in sources], SilentProgress())


@pytest.fixture
def tasks(warehouse: Warehouse) -> Callable[[], dict[str, dict[str, Any]]]:
    """Read task_history by source key."""

    def read() -> dict[str, dict[str, Any]]:
        with warehouse.connect() as connection, connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute("select * from learning.task_history").fetchall()
        return {row["source_key"]: row for row in rows}

    return read


@pytest.fixture
def signals(warehouse: Warehouse) -> Callable[[str], set[str]]:
    """Read the signals of one spawn."""

    def read(key: str) -> set[str]:
        with warehouse.connect() as connection:
            rows = connection.execute(
                "select signal from learning.outcome_signals s join learning.task_history t on t.id = s.task_id "
                "where source_key = %s",
                [key],
            ).fetchall()
        return {row[0] for row in rows}

    return read


@pytest.fixture
def digest(warehouse: Warehouse) -> Callable[[], list[Any]]:
    """Return all that the logs told, in order."""

    def read() -> list[Any]:
        with warehouse.connect() as connection:
            columns = ", ".join(COLUMNS)
            return [
                *connection.execute(f"select {columns} from learning.task_history order by id"),
                *connection.execute("select * from learning.outcome_signals order by 1, 2, 4, 5"),
                *connection.execute("select * from learning.spawn_facts order by 1, 2"),
                *connection.execute(MAIN),
            ]

    return read
