"""`spawnwise install`: the hooks and the skill into Claude Code's settings."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from recommender.settings import claude_home
from recommender.terminal import add_json_argument, say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    add_place_arguments(parser)
    parser.add_argument("--mode", choices=["off", "audit", "advise", "enforce"], default="advise")
    by = "how to enforce: change the call, or refuse it and name the model (for versions that ignore changes)"
    parser.add_argument("--by", choices=["update", "deny"], default="update", help=by)


def run(arguments: argparse.Namespace) -> int:
    """Install, and say what was done."""
    from recommender.hooks.install import install

    tell(arguments, install(claude_folder(arguments), arguments.mode, arguments.by, dry_run=arguments.dry_run))
    return 0


def add_place_arguments(parser: argparse.ArgumentParser) -> None:
    """Let a person choose whose settings are meant."""
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--project", action="store_true", help="in the current project's .claude (the default)")
    where.add_argument("--user", action="store_true", help="in your own Claude Code home, for all projects")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
    add_json_argument(parser)


def claude_folder(arguments: argparse.Namespace) -> Path:
    """Return the folder of the settings that are meant."""
    return claude_home() if arguments.user else Path(".claude")


def tell(arguments: argparse.Namespace, done: Sequence[str]) -> None:
    """Print what was done, or would be."""
    lines = [f"would {line}" if arguments.dry_run else line for line in done] or ["nothing to do"]
    say(arguments, "\n".join(lines), done=list(done), is_dry_run=arguments.dry_run)
