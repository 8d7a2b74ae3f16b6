"""`spawnwise ingest`: read what is new in the logs, and nothing more."""

import argparse
import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from pipelines.commands.console import progress_on
from pipelines.commands.input_arguments import CANNOT_READ, add_logs_argument, settings_from, what_was_found
from pipelines.publish.report.wording import counted
from pipelines.warehouse.embedded import started_meanwhile
from recommender.terminal import add_json_argument, printable

if TYPE_CHECKING:
    from pipelines.ingest.intake import IngestReport


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    add_logs_argument(parser)
    add_json_argument(parser, "print the report as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Ingest; return 0 when done, 2 when another run is in progress, 3 when a named source could not be read."""
    settings, _ = settings_from(arguments)
    is_new = settings.database_url is None and not settings.postgres_folder.exists()
    with started_meanwhile(settings):
        from pipelines.ingest.intake import begun, ingest

        with begun(settings.logs, settings.scheduler) as reading:
            if found := what_was_found(arguments, reading.found):
                print(found, file=sys.stderr)
            from pipelines.warehouse import Warehouse
            from pipelines.warehouse.run_lock import RunInProgressError, run_lock

            if is_new:
                reading.on_nothing_known()
            try:
                with Warehouse.open(settings) as warehouse, run_lock(warehouse), progress_on(sys.stderr) as progress:
                    report = ingest(warehouse, settings, progress, reading)
            except RunInProgressError as refusal:
                print(str(refusal), file=sys.stderr)
                return 2
    print(json.dumps(asdict(report)) if arguments.json else in_words(report))
    for warning in [*report.warnings, *report.notes]:
        print(printable(warning), file=sys.stderr)
    return CANNOT_READ if report.warnings else 0


def in_words(report: "IngestReport") -> str:
    """Return what was found, read and learned, a line each."""
    megabytes = report.bytes_read / 1e6
    read = f" ({megabytes:,.1f} MB, {megabytes / max(report.seconds, 1e-3):,.0f} MB/s)" if report.bytes_read else ""
    return (
        f"{counted(report.files, 'log')} found, {report.files_read:,} new or changed{read}.\n"
        f"{counted(report.lines_read, 'line')} read: {report.lines_loaded:,} about spawns, "
        f"{report.lines_skipped:,} about other things, {report.lines_quarantined:,} quarantined.\n"
        f"{counted(report.spawns_total, 'spawn')} known: {report.spawns_new:,} new, {report.spawns_updated:,} updated."
    )
