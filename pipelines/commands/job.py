"""Run the nightly job, or the part of it that reads no logs, in this process."""

from typing import Any

import dagster as dg
from rich.console import Console

from pipelines.commands.terminal import progress_on
from pipelines.instance import open_instance
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from recommender.cli import printable

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def run_job(
    settings: Settings, warehouse: Warehouse, console: Console, name: str = "nightly"
) -> dg.ExecuteInProcessResult:
    """Run the job of that name; the caller holds the lock of the learning run."""
    from pipelines.definitions import defs

    resources: dict[str, Any] = {"settings": settings, "warehouse": warehouse}
    shown = progress_on(console.file, is_quiet=console.quiet)
    with open_instance(settings, warehouse) as instance, shown as progress:
        return defs.resolve_job_def(name).execute_in_process(
            instance=instance,
            resources=resources | {"progress": progress},
            run_config=QUIET,
            raise_on_error=False,
        )


def explain_failure(result: dg.ExecuteInProcessResult, console: Console) -> None:
    """Say which steps failed and why."""
    for event in result.all_events:
        if event.is_step_failure and event.step_failure_data.error:
            error = event.step_failure_data.error
            cause = error.cause or error
            console.print(printable(f"The step {event.step_key} failed: {cause.message.strip()}"))
