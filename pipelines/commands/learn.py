"""`spawnwise learn`: the nightly job, now, in this process, with progress on the terminal."""

import argparse
import json
import sys
from collections.abc import Sequence

from rich.console import Console

from pipelines.commands.input_arguments import (
    CANNOT_READ,
    add_logs_argument,
    add_remember_argument,
    add_specs_argument,
    settings_from,
    what_was_found,
)
from pipelines.commands.quiet import quiet_night
from pipelines.commands.retry import waiting_for_the_database
from pipelines.commands.summary_text import print_summary
from pipelines.ingest.health import time_warning
from pipelines.ingest.inputs import inputs_for
from pipelines.notify import Notice, failed_checks, failed_run, send
from pipelines.progress import SilentProgress, shortened
from pipelines.publish.summary import summarise
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse, WarehouseError
from pipelines.warehouse.run_lock import RunInProgressError, run_lock
from recommender.terminal import add_json_argument, printable

EXIT_CODES = (
    "Exit codes: 0 all done; 1 a step failed, and published answers are as they were; 2 another run is in progress; "
    "3 done, but something that you named could not be read."
)
NOTHING_NEW = "Nothing new since the answers of {since:%Y-%m-%d %H:%M} UTC: they stand, and no stage had to run."
STANDS = "Published answers are as they were. Fix the cause and run again; finished work is not repeated."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    add_logs_argument(parser)
    add_specs_argument(parser)
    add_remember_argument(parser)
    add_json_argument(parser, "print the summary as JSON")
    parser.add_argument("--quiet", action="store_true", help="no progress, no summary; only what went wrong")
    parser.add_argument(
        "--notify", action="store_true", help="notify SPAWNWISE_NOTIFY if the run or one of its checks fails"
    )
    parser.epilog = EXIT_CODES


def run(arguments: argparse.Namespace) -> int:
    """Learn; return an exit code as in `EXIT_CODES`. A database that goes away is waited for, within limits."""
    try:
        return _run(arguments)
    except Exception as error:
        if arguments.notify:
            _tell(arguments, Settings(), failed_run([str(error) or type(error).__name__]))
        raise


def _run(arguments: argparse.Namespace) -> int:
    settings, is_sample = settings_from(arguments)
    console = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
    if not arguments.quiet and (found := what_was_found(arguments)):
        console.print(found)
    try:
        return waiting_for_the_database(settings, console)(_learn, arguments, settings, console, is_sample=is_sample)
    except WarehouseError:
        console.print(STANDS)
        raise


def _tell(arguments: argparse.Namespace, settings: Settings, notice: Notice | None) -> None:
    """Send a notice where there is one and it is asked for; that it could not be sent is told here."""
    if arguments.notify and notice and (fault := send(settings, notice)):
        print(fault, file=sys.stderr)


def _learn(arguments: argparse.Namespace, settings: Settings, console: Console, *, is_sample: bool) -> int:
    with Warehouse.open(settings) as warehouse:
        try:
            with run_lock(warehouse):
                heard = _heard(arguments, settings, warehouse, console)
        except RunInProgressError as refusal:
            console.print(str(refusal))
            return 2
        if heard is None:
            return 1
        if arguments.quiet and not arguments.json:
            return CANNOT_READ if heard.count_unread else 0
        is_sample = is_sample and inputs_for(warehouse, settings).is_sample
        summary = summarise(warehouse, settings)
    if arguments.json:
        warnings = [*heard.warnings, *filter(None, [time_warning(summary.spawns_at_impossible_times)])]
        print(json.dumps(summary.as_dict() | {"is_sample": is_sample, "warnings": warnings}, default=str))
    else:
        print_summary(summary, is_sample=is_sample)
    return CANNOT_READ if heard.count_unread else 0


def _heard(
    arguments: argparse.Namespace, settings: Settings, warehouse: Warehouse, console: Console
) -> SilentProgress | None:
    """Learn what is new, print what the stages warn of and return it; None, once told why, where a step failed."""
    heard = SilentProgress()
    if since := quiet_night(warehouse, settings, heard):
        if not arguments.quiet:
            console.print(NOTHING_NEW.format(since=since))
        _print_warnings(heard.warnings, console)
        return heard
    # Dagster loads for longer than a night with nothing new takes.
    from pipelines.commands.job import explain_failure, failed_steps, run_job

    job = run_job(settings, warehouse, console, is_quiet=arguments.quiet)
    _print_warnings(job.warnings, console)
    if not job.result.success:
        explain_failure(job.result, console)
        console.print(STANDS)
        _tell(arguments, settings, failed_run(failed_steps(job.result)))
        return None
    _tell(arguments, settings, failed_checks(job.result.get_asset_check_evaluations()))
    return SilentProgress(list(job.warnings), job.count_unread)


def _print_warnings(warnings: Sequence[str], console: Console) -> None:
    for warning in shortened(warnings):
        console.print(printable(warning))
