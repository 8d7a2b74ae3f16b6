"""`spawnwise learn`: the nightly job, now, in this process, with progress on the terminal."""

import argparse
import json
from pathlib import Path
from typing import Any

import dagster as dg
from rich.console import Console

from pipelines.commands.summary_text import print_summary
from pipelines.commands.terminal import TerminalProgress
from pipelines.ingest.inputs import choose_inputs
from pipelines.instance import open_instance
from pipelines.progress import Progress, SilentProgress
from pipelines.publish.summary import summarise
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from pipelines.warehouse.run_lock import RunInProgressError, run_lock

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.add_argument(
        "--logs", action="append", type=Path, metavar="FOLDER", help="a Claude Code home or other logs; repeatable"
    )
    parser.add_argument(
        "--specs", action="append", type=Path, metavar="FOLDER", help="a folder with agent specs; repeatable"
    )
    parser.add_argument("--json", action="store_true", help="print the summary as JSON")
    parser.add_argument("--quiet", action="store_true", help="no progress, no summary")


def run(arguments: argparse.Namespace) -> int:
    """Learn; return 0 when all is published, 1 when a step failed, 2 when another run is in progress."""
    settings = Settings()
    given = {"logs": tuple(arguments.logs or settings.logs), "specs": tuple(arguments.specs or settings.specs)}
    settings = settings.model_copy(update=given)
    inputs = choose_inputs(settings)
    settings = settings.model_copy(update={"logs": inputs.logs, "specs": inputs.specs})
    console = Console(stderr=True, quiet=arguments.quiet)
    with Warehouse.open(settings) as warehouse:
        try:
            with run_lock(warehouse):
                result = _materialize(settings, warehouse, console)
        except RunInProgressError as refusal:
            console.print(str(refusal))
            return 2
        if not result.success:
            _explain_failure(result, console)
            return 1
        summary = summarise(warehouse, settings)
    if arguments.json:
        print(json.dumps(summary.as_dict() | {"is_sample": inputs.is_sample}, default=str))
    elif not arguments.quiet:
        print_summary(summary, is_sample=inputs.is_sample)
    return 0


def _materialize(settings: Settings, warehouse: Warehouse, console: Console) -> dg.ExecuteInProcessResult:
    from pipelines.definitions import defs

    def job_with(progress: Progress) -> dg.ExecuteInProcessResult:
        resources: dict[str, Any] = {"settings": settings, "warehouse": warehouse, "progress": progress}
        with open_instance(settings, warehouse) as instance:
            return defs.resolve_job_def("nightly").execute_in_process(
                instance=instance, resources=resources, run_config=QUIET, raise_on_error=False
            )

    if not console.is_terminal:
        return job_with(SilentProgress())
    with TerminalProgress(console) as progress:
        return job_with(progress)


def _explain_failure(result: dg.ExecuteInProcessResult, console: Console) -> None:
    """Say which step failed and why; what earlier steps wrote stays, and the published answers are as they were."""
    for event in result.all_events:
        if event.is_step_failure and event.step_failure_data.error:
            error = event.step_failure_data.error
            cause = error.cause or error
            console.print(f"[red]The step {event.step_key} failed:[/] {cause.message.strip()}", highlight=False)
    console.print("Published answers are as they were. Mend the cause and run again: finished work is not repeated.")
