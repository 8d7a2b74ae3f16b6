"""`spawnwise push`: send what is new in this machine's logs to the team's server or bucket, and nothing more."""

import argparse
import json
import platform
import sys
from dataclasses import asdict
from pathlib import Path

from rich.console import Console

from pipelines.commands.console import progress_on
from pipelines.commands.ingest import in_words
from pipelines.commands.input_arguments import CANNOT_READ, add_logs_argument, settings_from, what_was_found
from pipelines.commands.retry import waiting_for_the_database
from pipelines.ingest.intake import IngestReport, ingest_sources
from pipelines.journal.load import load_journal
from pipelines.object_store import absolute, address
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from recommender.terminal import add_json_argument, printable

NO_SERVER = (
    "DATABASE_URL names no server to send to, and --to no bucket. Here, `spawnwise learn` reads the logs and learns."
)
NO_LOGS = "There are no logs on this machine to send; name some with --logs."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    add_logs_argument(parser)
    parser.add_argument(
        "--machine", default=platform.node(), metavar="NAME", help="what this machine is called (default: %(default)s)"
    )
    parser.add_argument(
        "--to",
        type=Path,
        metavar="PLACE",
        help="a bucket (s3://, gs:// or az://) or a shared folder, from which the server learns with --logs PLACE "
        "(default: SPAWNWISE_PUSH_TO, else the database that DATABASE_URL names)",
    )
    add_json_argument(parser, "print the report as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Send; return 0 when done, 1 when there is nothing to send or nowhere, 3 when a named source could not be read.

    Many machines may send at once, also while the server learns: each batch waits for its turn, and a spawn is known
    by its source and its id there, no matter who sends it.
    """
    settings, is_sample = settings_from(arguments)
    destination = arguments.to or settings.push_to
    is_nowhere = destination is None and settings.database_url is None
    if is_nowhere or is_sample:
        print(NO_SERVER if is_nowhere else NO_LOGS, file=sys.stderr)
        return 1
    if found := what_was_found(arguments):
        print(found, file=sys.stderr)
    console = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
    noted = 0
    if destination:
        report, words = _send_to_bucket(settings, absolute(destination), arguments.machine)
    else:
        report, noted = waiting_for_the_database(settings, console)(_send, settings, arguments.machine)
        words = f"{in_words(report)}\n{noted} decisions, records and words of feedback sent."
    print(json.dumps({**asdict(report), "journal_lines": noted}) if arguments.json else printable(words))
    for warning in [*report.warnings, *report.notes]:
        print(printable(warning), file=sys.stderr)
    return CANNOT_READ if report.warnings else 0


def _send(settings: Settings, machine: str) -> tuple[IngestReport, int]:
    """Send logs, and what was decided here: only with both can the server tell how a trial went."""
    with Warehouse.open(settings) as warehouse, progress_on(sys.stderr) as progress:
        report = ingest_sources(warehouse, settings.logs, progress, machine=machine)
        return report, load_journal(warehouse, machine).lines_loaded


def _send_to_bucket(settings: Settings, destination: Path, machine: str) -> tuple[IngestReport, str]:
    from pipelines.ingest.push import push_to

    with progress_on(sys.stderr) as progress:
        report = push_to(destination, settings, machine, progress)
    read = f"{report.files} logs found, {report.files_read} new or changed ({report.bytes_read / 1e6:.1f} MB)."
    return report, f"{read}\n{report.spawns_new} spawns sent to {address(destination)}."
