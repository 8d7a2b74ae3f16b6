"""The commands of `spawnwise` that need the pipeline: learn, ingest, report, doctor, sql, ui, ..."""

import argparse
import importlib
import signal
import sys
from collections.abc import Sequence

from pipelines.warehouse.faults import WarehouseError
from recommender.cli import printable
from recommender.home import unusable

COMMANDS = {
    "learn": "read new logs, learn, publish the answers",
    "ingest": "read new logs, and nothing more",
    "trial": "try a cheaper model on every second spawn of a kind of work: list, start, stop, show",
    "stats": "how often advice was followed, and how it went",
    "report": "write the nightly report anew, and open it",
    "docs": "open dbt's documentation of every table, with lineage",
    "sql": "query the warehouse",
    "schema": "print the JSON Schema of the record format",
    "purge": "remove a session, a project or everything, everywhere",
    "doctor": "check every piece and say what to do",
    "ui": "open Dagster's web page on the nightly run",
}


def main(argv: Sequence[str]) -> int:
    """Run one command; `argv` begins with its name. Return the exit code."""
    parser = build_parser(argv[0] if argv else None)
    arguments = parser.parse_args(argv)
    # Ends as an exception, so that leases are given back and nothing is left behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        return int(arguments.run(arguments))
    except BrokenPipeError:
        raise
    except (WarehouseError, OSError, ValueError) as error:
        words = _in_words(error)
        if words is None:
            raise
        print(printable(words), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted; finished work is kept, run again to go on.", file=sys.stderr)
        return 130


def _in_words(error: Exception) -> str | None:
    """Return what went wrong and what to do, None where it is our own fault."""
    if isinstance(error, WarehouseError):
        return str(error)
    if isinstance(error, OSError):
        return unusable(error) if error.filename else None
    from pipelines.settings import wrong_settings

    return wrong_settings(error)


def build_parser(command: str | None = None) -> argparse.ArgumentParser:
    """Return the parser; only the module of the named command is imported, as each brings heavy libraries."""
    parser = argparse.ArgumentParser(prog="spawnwise")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, summary in COMMANDS.items():
        sub = commands.add_parser(name, help=summary, description=summary[0].upper() + summary[1:] + ".")
        if command in (None, name):
            module = importlib.import_module(f"pipelines.commands.{name.replace('-', '_')}")
            module.add_arguments(sub)
            sub.set_defaults(run=module.run)
    return parser
