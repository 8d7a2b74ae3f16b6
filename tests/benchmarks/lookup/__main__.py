"""Run every case and write build/bench-lookup.json."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from pipelines.warehouse.embedded import EmbeddedServer
from recommender.home import snapshot_file
from recommender.snapshot_file import write_snapshot
from tests.benchmarks.lookup import bursts, cold, crowd, faults, warm
from tests.benchmarks.lookup.material import snapshot
from tests.benchmarks.lookup.measures import Measure, publish
from tests.support.published_tables import publish_tables


def main() -> None:
    """Measure in a home and on a server of their own; both are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="spawnwise-bench-", ignore_cleanup_errors=True) as folder:
        os.environ["SPAWNWISE_HOME"] = folder
        for name in ("DATABASE_URL", "SPAWNWISE_DEADLINE_MS", "SPAWNWISE_MODE"):
            os.environ.pop(name, None)
        publish(_measures(Path(folder)))


def _measures(folder: Path) -> Iterator[Measure]:
    server = EmbeddedServer(folder / "postgres")
    with contextlib.ExitStack() as stack:
        stack.enter_context(server)
        with Warehouse.open(Settings(DATABASE_URL=server.dsn("postgres"))) as warehouse:
            publish_tables(warehouse, snapshot())
        write_snapshot(snapshot_file(), snapshot())
        yield from warm.measure(warehouse)
        yield from cold.measure()
        yield from bursts.measure()
        yield from crowd.measure()
        yield from faults.measure(server, warehouse)
        stack.pop_all()  # the last fault has stopped the server


if __name__ == "__main__":
    main()
