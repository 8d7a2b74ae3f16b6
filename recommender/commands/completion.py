"""`spawnwise completion`: a script with which a shell completes commands and their options."""

import argparse

SHELLS = ("bash", "zsh", "fish")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.add_argument("shell", choices=SHELLS)
    parser.epilog = (
        "bash: spawnwise completion bash > ~/.local/share/bash-completion/completions/spawnwise; "
        "zsh: spawnwise completion zsh > a folder of $fpath/_spawnwise; "
        "fish: spawnwise completion fish > ~/.config/fish/completions/spawnwise.fish"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the script."""
    import shtab

    from recommender.commands.parsers import whole_parser

    print(shtab.complete(whole_parser(), shell=arguments.shell))
    return 0
