"""Running one command, and saying in words what went wrong."""

import signal
import sys
from collections.abc import Sequence

from recommender.commands.parsers import overview, parser_of, refuse_unknown
from recommender.commands.registry import COMMANDS, MissingExtraError, is_ours, module_of
from recommender.errors import SpawnwiseError
from recommender.home import unusable
from recommender.terminal import printable


def run_command(arguments: Sequence[str]) -> int:
    """Run the command that the arguments begin with and return its exit code."""
    if not arguments:
        overview().error("a command is missing; `spawnwise --help` lists them.")
    name, *rest = arguments
    if name.startswith("-"):
        return _answer(overview().parse_args(arguments).version)
    if name not in COMMANDS:
        refuse_unknown(name)
    try:
        return _run(name, rest)
    except BrokenPipeError:
        raise
    except SpawnwiseError as error:
        print(printable(str(error)), file=sys.stderr)
        return 2 if isinstance(error, MissingExtraError) else 1
    except OSError as error:
        if not error.filename:
            raise
        print(printable(unusable(error)), file=sys.stderr)
        return 1


def _run(name: str, rest: Sequence[str]) -> int:
    module = module_of(name)
    arguments = parser_of(name, module).parse_args(rest)
    # Ends as an exception, so that leases are given back and nothing is left behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        return int(module.run(arguments))
    except ModuleNotFoundError as error:
        if is_ours(error):
            raise
        raise MissingExtraError(name, COMMANDS[name].extra or "learn", error) from error
    except KeyboardInterrupt:
        print("Interrupted. Finished work is kept; run the command again to continue.", file=sys.stderr)
        return 130


def _answer(version: bool) -> int:
    if not version:
        overview().error("a command is missing; `spawnwise --help` lists them.")
    from importlib.metadata import version as installed

    print(f"spawnwise {installed('spawnwise')}")
    return 0
