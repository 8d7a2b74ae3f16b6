"""`spawnwise stats`: how often advice was followed and how it went, losses as well as savings."""

import argparse
import json
from collections import Counter
from dataclasses import asdict

from rich import box
from rich.table import Table
from rich.text import Text

from pipelines.commands.console import table_console
from pipelines.journal.advice import Advice, advice_now
from pipelines.publish.quota import quota_now
from pipelines.publish.report import wording
from recommender.terminal import add_json_argument, printable

MOST_DAYS = 36_500
COMPLIANCE = {
    "followed": "followed",
    "ignored": "ignored: another model ran although this one was advised",
    "replaced_by_hook": "replaced: another hook ended later and put its own call in place of ours",
    "not_available": "not available: the client took another model than the call named",
    "forced": "forced: CLAUDE_CODE_SUBAGENT_MODEL_FORCE decides over every call",
    "explicit_model": "left alone: the call named a model",
    "left_alone": "left alone: pinned, opted out, resumed, a fork, its own effort or model, or no name of a model",
    "refused": "refused: a rule or a person kept the spawn from starting",
    "no_change": "no change advised",
    "not_told": "not told: only noted, or nothing told what would run",
    "model_unknown": "unknown: no log shows which model ran",
    "not_seen": "not seen: no log of the spawn has been read yet",
}


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
        with wording.in_shares_of(quota_now()):
            _print_table(advice)
        _print_compliance(advice)
    return 0


def _print_compliance(advice: list[Advice]) -> None:
    """Print what became of the decisions, so that advice that could not be followed does not count as ignored."""
    counts = Counter[str]()
    for row in advice:
        counts.update(row.compliance)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("decisions", justify="right")
    table.add_column("what became of them")
    for compliance, words in COMPLIANCE.items():
        if counts[compliance]:
            table.add_row(str(counts[compliance]), words)
    table_console().print(table)


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
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of days from 1 to {MOST_DAYS:,}")
    return int(text)


def _money(usd: float | None) -> str:
    if usd is None or wording.is_quota():
        return "" if usd is None else wording.usd(usd)
    return f"{'-' if usd < 0 else ''}${abs(usd):.2f}"
