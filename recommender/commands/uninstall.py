"""`spawnwise uninstall`: the hook out of Claude Code, Codex or opencode."""

import argparse

from recommender.commands.install import add_place_arguments, client_folder, tell


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    add_place_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Uninstall, and say what was done."""
    from recommender.hooks.installer import uninstall

    tell(arguments, uninstall(client_folder(arguments), client=arguments.client, dry_run=arguments.dry_run))
    return 0
