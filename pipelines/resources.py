"""What the assets are given: settings, the open warehouse, somebody to tell the progress to."""

import os
from collections.abc import Iterator

import dagster as dg

from pipelines.progress import SilentProgress
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from pipelines.warehouse.run_lock import run_lock


@dg.resource(description="Every setting of the nightly run, from the environment.")
def settings_resource() -> Settings:
    """Read the settings."""
    return Settings()


@dg.resource(description="The warehouse, open and migrated, with the lock of the learning run held.")
def warehouse_resource() -> Iterator[Warehouse]:
    """Open the warehouse for one run, and let no second run in."""
    os.umask(0o077)  # Dagster was started by somebody else, and what dbt writes may hold words of tasks
    with Warehouse.open(Settings()) as warehouse, run_lock(warehouse):
        yield warehouse


@dg.resource(description="Hears how far long work is.")
def progress_resource() -> SilentProgress:
    """Tell nobody: Dagster's own log shows the steps."""
    return SilentProgress()


RESOURCES = {
    "settings": settings_resource,
    "warehouse": warehouse_resource,
    "progress": progress_resource,
}
