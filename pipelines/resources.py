"""What the assets are given: settings, the open warehouse, somebody to tell the progress to."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import dagster as dg

from pipelines.progress import SilentProgress
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from pipelines.warehouse.run_lock import run_lock


class WarehouseResource(dg.ConfigurableResource[Warehouse]):
    """The warehouse, open and migrated, with the lock of the learning run held."""

    settings: dg.ResourceDependency[Settings]

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Warehouse]:
        """Open the warehouse for one run, and let no second run in."""
        os.umask(0o077)  # Dagster was started by somebody else, and what dbt writes may hold words of tasks
        with Warehouse.open(self.settings) as warehouse, run_lock(warehouse):
            yield warehouse


def resources(settings: Settings) -> dict[str, Any]:
    """Return the resources by the names of the assets' parameters; Dagster's own log shows the progress."""
    return {
        "settings": settings,
        "warehouse": WarehouseResource(settings=settings),
        "progress": SilentProgress(),
    }
