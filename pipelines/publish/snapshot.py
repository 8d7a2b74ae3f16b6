"""The serving tables as the one file that lookups read."""

from dataclasses import replace
from datetime import UTC, datetime

import psycopg

from pipelines.ingest.inputs import sample_folder
from pipelines.ingest.sample.forget import has_real_logs
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from recommender.decision import rule_of
from recommender.serving_tables import read_tables
from recommender.snapshot import Snapshot
from recommender.snapshot_file import SnapshotError, read_snapshot, write_snapshot


def _is_sample(warehouse: Warehouse, settings: Settings) -> bool:
    """Tell whether nothing but the bundled sample was read."""
    folder = sample_folder(settings)
    return folder.exists() and not has_real_logs(warehouse, folder)


def publish_snapshot(warehouse: Warehouse, settings: Settings) -> Snapshot:
    """Write the snapshot from what dbt has tested, and return it; raise `SnapshotError` where it cannot be written.

    One repeatable-read transaction sees all tables as of one moment. Equal content is published again all the same:
    its age tells the reader that last night's run was well.
    """
    with warehouse.connect() as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        snapshot = replace(
            read_tables(connection),
            created_at=datetime.now(UTC),
            rule=rule_of(settings),
            exploration_share=settings.exploration_share,
            protected_agents=settings.protected_agents,
            draws_trials=settings.trials != "off",
            is_sample=_is_sample(warehouse, settings),
        )
    write_snapshot(settings.snapshot_file, snapshot)
    if read_snapshot(settings.snapshot_file).version != snapshot.version:
        message = f"The snapshot {settings.snapshot_file} does not read back as it was written: check the disk."
        raise SnapshotError(message)
    return snapshot
