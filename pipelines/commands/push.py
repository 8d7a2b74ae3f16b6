"""`spawnwise push`: send what is new in this machine's logs to the team's server, and nothing more."""

import argparse
import json
import platform
import sys
from dataclasses import asdict

from rich.console import Console

from pipelines.commands.console import progress_on
from pipelines.commands.ingest import in_words
from pipelines.commands.input_arguments import CANNOT_READ, add_logs_argument, settings_from, what_was_found
from pipelines.commands.retry import waiting_for_the_database
from pipelines.ingest.intake import IngestReport, ingest_sources
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from recommender.terminal import add_json_argument, printable

NO_SERVER = "DATABASE_URL names no server to send to. Here, `spawnwise learn` reads the logs and learns."
NO_LOGS = "There are no logs on this machine to send; name some with --logs."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    add_logs_argument(parser)
    parser.add_argument(
        "--machine", default=platform.node(), metavar="NAME", help="what this machine is called (default: %(default)s)"
    )
    add_json_argument(parser, "print the report as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Send; return 0 when done, 1 when there is nothing to send or nowhere, 3 when a named source could not be read.

    Many machines may send at once, also while the server learns: each batch waits for its turn, and a spawn is known
    by its source and its id there, no matter who sends it.
    """
    settings, is_sample = settings_from(arguments)
    if settings.database_url is None or is_sample:
        print(NO_SERVER if settings.database_url is None else NO_LOGS, file=sys.stderr)
        return 1
    if found := what_was_found(arguments):
        print(found, file=sys.stderr)
    console = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
    report: IngestReport = waiting_for_the_database(settings, console)(_send, settings, arguments.machine)
    print(json.dumps(asdict(report)) if arguments.json else printable(in_words(report)))
    for warning in [*report.warnings, *report.notes]:
        print(printable(warning), file=sys.stderr)
    return CANNOT_READ if report.warnings else 0


def _send(settings: Settings, machine: str) -> IngestReport:
    with Warehouse.open(settings) as warehouse, progress_on(sys.stderr) as progress:
        return ingest_sources(warehouse, settings.logs, progress, machine=machine)
