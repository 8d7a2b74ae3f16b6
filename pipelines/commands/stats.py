"""`spawnwise stats`: how often advice was followed and how it went, losses as well as savings."""

import argparse
import json
from dataclasses import asdict

from rich import box
from rich.table import Table
from rich.text import Text

from pipelines.commands.terminal import table_console
from pipelines.journal.advice import Advice, advice_now
from recommender.terminal import add_json_argument, printable

MOST_DAYS = 36_500


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.add_argument("--days", type=_days, default=30, help="how far to look back (default: 30)")
    add_json_argument(parser, "print a JSON list of objects")


def run(arguments: argparse.Namespace) -> int:
    """Load what was noted since the nightly run, and print one line per mode and model."""
    advice = advice_now(arguments.days)
    if arguments.json:
        print(json.dumps([asdict(row) for row in advice]))
    elif not advice:
        print("No decision has been noted yet: `spawnwise install --mode audit` begins to.")
    else:
        _print_table(advice)
    return 0


def _print_table(advice: list[Advice]) -> None:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("mode", "model"):
        table.add_column(name)
    for name in ("decisions", "spawns known", "followed", "succeeded", "failed", "unknown", "saved", "lost"):
        table.add_column(name, justify="right")
    has_estimates = any(row.estimated_share for row in advice)
    if has_estimates:
        table.add_column("cost estimated", justify="right")
    for row in advice:
        counts = (row.decisions, row.spawns_known, row.followed, row.succeeded, row.failed, row.unknown)
        table.add_row(
            Text(printable(row.mode or "")),
            Text(printable(row.model)),
            *map(str, counts),
            _money(row.saved_usd),
            _money(row.lost_usd),
            *([f"{row.estimated_share or 0:.0%}"] if has_estimates else []),
        )
    table_console().print(table)


def _days(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= MOST_DAYS:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of days from 1 to {MOST_DAYS:,}")
    return int(text)


def _money(usd: float | None) -> str:
    return "" if usd is None else f"{'-' if usd < 0 else ''}${abs(usd):.2f}"
