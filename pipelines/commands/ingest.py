"""`spawnwise ingest`: read what is new in the logs, and nothing more."""

import argparse
import json
import sys
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from pathlib import Path

from pipelines.ingest.ingest import IngestReport, ingest_sources
from pipelines.ingest.inputs import choose_inputs
from pipelines.progress import Progress, SilentProgress
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from pipelines.warehouse.run_lock import RunInProgressError, run_lock


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.add_argument(
        "--logs",
        action="append",
        type=Path,
        metavar="PATH",
        help="a Claude Code home, another folder, a file or a glob of logs; repeatable",
    )
    parser.add_argument("--json", action="store_true", help="print the report as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Ingest; return 0 when done, 1 when nothing could be read, 2 when another run is in progress."""
    settings = Settings()
    settings = settings.model_copy(update={"logs": tuple(arguments.logs or settings.logs)})
    inputs = choose_inputs(settings)
    with Warehouse.open(settings) as warehouse:
        try:
            with run_lock(warehouse), _progress() as progress:
                report = ingest_sources(warehouse, settings, inputs.logs, progress)
        except RunInProgressError as refusal:
            print(str(refusal), file=sys.stderr)
            return 2
    print(json.dumps(asdict(report)) if arguments.json else _in_words(report))
    for warning in report.warnings:
        print(warning, file=sys.stderr)
    return 1 if report.warnings and not report.files else 0


def _progress() -> AbstractContextManager[Progress]:
    if not sys.stderr.isatty():
        return nullcontext(SilentProgress())
    from rich.console import Console

    from pipelines.commands.terminal import TerminalProgress

    return TerminalProgress(Console(stderr=True))


def _in_words(report: IngestReport) -> str:
    speed = report.bytes_read / 1e6 / max(report.seconds, 1e-3)
    return (
        f"{report.files} logs, {report.files_read} with news ({report.bytes_read / 1e6:,.1f} MB, {speed:,.0f} MB/s).\n"
        f"{report.lines_read:,} lines: {report.lines_loaded:,} about spawns, {report.lines_skipped:,} not, "
        f"{report.lines_quarantined:,} in quarantine.\n"
        f"{report.spawns_total:,} spawns: {report.spawns_new:,} new, {report.spawns_updated:,} with news."
    )
