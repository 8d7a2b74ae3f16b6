"""`spawnwise uninstall`: the hooks and the skill out of Claude Code's settings."""

import argparse

from recommender.commands.install import add_place_arguments, claude_folder, tell


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    add_place_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Uninstall, and say what was done."""
    from recommender.hooks.install import uninstall

    tell(arguments, uninstall(claude_folder(arguments), dry_run=arguments.dry_run))
    return 0
