"""`spawnwise purge`: take a person's data out again, everywhere, and show that it is gone."""

import argparse
import json
import sys
from collections import Counter
from datetime import UTC, datetime

import psycopg
from rich.console import Console

from pipelines.commands.job import explain_failure, run_job
from pipelines.purge.names import AmbiguousProjectError, people_named, projects_named
from pipelines.purge.run_purge import PurgeReport, count_purge, prove, purge
from pipelines.purge.scope import Scope
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from pipelines.warehouse.run_lock import RunInProgressError, run_lock
from recommender.terminal import add_json_argument

NOTHING_COVERED = 3
EXIT_CODES = (
    "Session logs themselves are yours and stay; what was purged of them is not read again. Specs of agents stay "
    "without --all. Exit codes: 0 all gone; 1 failed, or a trace is left; 2 a learning run is in progress; "
    "3 nothing is covered by what you named."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    whose = parser.add_mutually_exclusive_group()
    whose.add_argument("--session", metavar="ID", help="the spawns of this session")
    whose.add_argument(
        "--project",
        metavar="NAME",
        help="the spawns of this project: its path or repository, or the end of one that no other has",
    )
    whose.add_argument("--all", action="store_true", help="everything that was ever read or learned")
    parser.add_argument("--user", metavar="NAME", help="only the spawns of this person; a pseudonym will do")
    parser.add_argument("--host", metavar="NAME", help="only the spawns on this machine")
    parser.add_argument("--before", type=_moment, metavar="DATE", help="only what is older (ISO date or time, UTC)")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    add_json_argument(parser, "print the report as JSON; needs --yes")
    parser.epilog = EXIT_CODES


def run(arguments: argparse.Namespace) -> int:
    """Purge what was named; return an exit code as in `EXIT_CODES`."""
    console = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
    narrows = (arguments.session, arguments.project, arguments.user, arguments.host, arguments.before)
    if arguments.all == any(narrows):
        console.print("Name --session, --project, --user, --host or --before, or several of them; or --all alone.")
        return 1
    if not arguments.yes and (arguments.json or not sys.stdin.isatty()):
        console.print("Nothing was removed: add --yes, as nobody can be asked here.")
        return 1
    now = datetime.now(UTC)
    before = min(arguments.before or now, now)
    settings = Settings()
    try:
        with Warehouse.open(settings) as warehouse, run_lock(warehouse):
            return _purge(settings, warehouse, _scope(warehouse, arguments, before), arguments, console)
    except AmbiguousProjectError as error:
        console.print(str(error))
        return 1
    except RunInProgressError:
        console.print("A learning run is in progress: purge when it is done.")
        return 2
    except (psycopg.Error, OSError) as error:
        reason = error.strerror if isinstance(error, OSError) else type(error).__name__
        console.print(f"The purge stopped ({reason}). Fix the cause and run it again; it goes on where it stopped.")
        return 1


def _scope(warehouse: Warehouse, arguments: argparse.Namespace, before: datetime) -> Scope:
    with warehouse.connect() as connection:
        projects = projects_named(connection, arguments.project) if arguments.project else ()
        people = people_named(connection, arguments.user, arguments.host)
    return Scope(before, arguments.session, projects, arguments.all, *people)


def _purge(
    settings: Settings, warehouse: Warehouse, scope: Scope, arguments: argparse.Namespace, console: Console
) -> int:
    if not arguments.yes and not _is_confirmed(count_purge(warehouse, scope), console):
        return 1
    report, removal = purge(settings, warehouse, scope)
    if report.is_empty and not scope.is_all:
        _print(report, console, as_json=arguments.json)
        return NOTHING_COVERED
    is_published = scope.is_all or _publish_the_rest(settings, warehouse, console)
    prove(settings, warehouse, report, removal)
    _print(report, console, as_json=arguments.json)
    if report.left or not is_published:
        return 1
    return NOTHING_COVERED if report.is_empty else 0


def _is_confirmed(rows: Counter[str], console: Console) -> bool:
    for what, count in (+rows).items():
        console.print(f"{count:>8,}  {what}")
    console.print("Remove this, and what was learned from it, for good? [y/N] ", end="")
    return input().strip().lower() in {"y", "yes"}


def _publish_the_rest(settings: Settings, warehouse: Warehouse, console: Console) -> bool:
    """Learn again from what is left, without reading any log."""
    result = run_job(settings, warehouse, console, "relearn").result
    if not result.success:
        explain_failure(result, console)
        console.print("The data was removed, but nothing was published. Fix the cause and run `spawnwise learn`.")
    return bool(result.success)


def _print(report: PurgeReport, console: Console, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(vars(report)))
        return
    for what, count in (+report.removed).items():
        print(f"{count:>8,}  {what} removed")
    if report.is_empty:
        console.print("Nothing matches what you named; nothing was removed.")
        return
    if report.left:
        for place, count in report.left.items():
            console.print(f"A trace is left in {place}: {count:,}")
        console.print("Close whatever reads these, then purge again.")
    else:
        print(f"Nothing of it is left: {report.ids_looked_for:,} ids were looked for in every table and file.")


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no ISO date, such as 2026-01-31") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
