"""`spawnwise ingest`: read what is new in the logs, and nothing more."""

import argparse
import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from pipelines.commands.inputs import CANNOT_READ, add_logs_argument, settings_from, what_was_found
from pipelines.commands.terminal import progress_on
from pipelines.warehouse.embedded import started_meanwhile
from recommender.terminal import add_json_argument, printable

if TYPE_CHECKING:
    from pipelines.ingest.ingest import IngestReport


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    add_logs_argument(parser)
    add_json_argument(parser, "print the report as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Ingest; return 0 when done, 2 when another run is in progress, 3 when a named source could not be read."""
    settings, _ = settings_from(arguments)
    if found := what_was_found(arguments):
        print(found, file=sys.stderr)
    is_new = settings.database_url is None and not settings.postgres_folder.exists()
    with started_meanwhile(settings):
        from pipelines.ingest.ingest import begun, ingest

        with begun(settings.logs) as reading:
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
    print(json.dumps(asdict(report)) if arguments.json else _in_words(report))
    for warning in [*report.warnings, *report.notes]:
        print(printable(warning), file=sys.stderr)
    return CANNOT_READ if report.warnings else 0


def _in_words(report: "IngestReport") -> str:
    speed = report.bytes_read / 1e6 / max(report.seconds, 1e-3)
    return (
        f"{report.files} logs, {report.files_read} with news ({report.bytes_read / 1e6:,.1f} MB, {speed:,.0f} MB/s).\n"
        f"{report.lines_read:,} lines: {report.lines_loaded:,} about spawns, {report.lines_skipped:,} not, "
        f"{report.lines_quarantined:,} in quarantine.\n"
        f"{report.spawns_total:,} spawns: {report.spawns_new:,} new, {report.spawns_updated:,} with news."
    )
