"""The command line's parsers, made from the registry; a command's module is imported only where it is needed."""

import argparse
import difflib
import sys
from types import ModuleType
from typing import NoReturn

from recommender.commands.registry import COMMANDS, MissingExtraError, module_of

USAGE = "spawnwise COMMAND [--help] ..."


def overview() -> argparse.ArgumentParser:
    """Return the parser that knows every command by its name alone."""
    width = max(map(len, COMMANDS)) + 2
    listed = [f"  {name:<{width}}{command.summary}" for name, command in COMMANDS.items()]
    parser = argparse.ArgumentParser(
        prog="spawnwise",
        usage=USAGE,
        description="Which agent and which model should do this task?",
        epilog="\n".join(["commands:", *listed, "", "`spawnwise COMMAND --help` says more about each."]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="store_true", help="print the version")
    return parser


def refuse_unknown(name: str) -> NoReturn:
    """End with an error that names the command that was probably meant."""
    near = difflib.get_close_matches(name, COMMANDS, n=1)
    meant = f" Did you mean {near[0]}?" if near else ""
    overview().error(f"there is no command {name!r}.{meant} `spawnwise --help` lists them.")


def parser_of(name: str, module: ModuleType) -> argparse.ArgumentParser:
    """Return the parser of one command."""
    summary = COMMANDS[name].summary
    parser = argparse.ArgumentParser(prog=f"spawnwise {name}", description=f"{summary[0].upper()}{summary[1:]}.")
    module.add_arguments(parser)
    return parser


def whole_parser() -> argparse.ArgumentParser:
    """Return one parser of all commands, for completion; those whose libraries are missing have no arguments."""
    parser = argparse.ArgumentParser(prog="spawnwise")
    parser.add_argument("--version", action="store_true", help="print the version")
    commands = parser.add_subparsers(metavar="COMMAND")
    for name, command in COMMANDS.items():
        sub = commands.add_parser(name, help=command.summary)
        try:
            module_of(name).add_arguments(sub)
        except MissingExtraError as error:
            print(f"{error} Its arguments are not completed.", file=sys.stderr)
    return parser
