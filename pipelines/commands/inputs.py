"""What a command reads: the same arguments, and the same choice where nothing is named, for all of them."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.ingest.files.find import Found

CANNOT_READ = 3  # the exit code where the rest is done, but something that was named could not be read


def add_logs_argument(parser: argparse.ArgumentParser) -> None:
    """Let a person name logs."""
    parser.add_argument(
        "--logs",
        action="append",
        type=_path,
        metavar="PATH",
        help="a Claude Code home, another folder, a file, a glob of logs or a Git repository with Entire's "
        "checkpoints; repeatable; without it, what orchestrators left on this machine",
    )


def add_specs_argument(parser: argparse.ArgumentParser) -> None:
    """Let a person name agent specs."""
    parser.add_argument(
        "--specs", action="append", type=_path, metavar="FOLDER", help="a folder with agent specs; repeatable"
    )


def _path(text: str) -> Path:
    if not text:
        raise argparse.ArgumentTypeError("an empty path: is a variable of the shell unset?")
    return Path(text)


def settings_from(arguments: argparse.Namespace) -> tuple[Settings, bool]:
    """Return the settings with what is to be read, and whether that is the bundled sample."""
    from pipelines.ingest.inputs import choose_inputs

    settings = Settings()
    named = {
        name: tuple(path.expanduser().absolute() for path in given)
        for name in ("logs", "specs")
        if (given := getattr(arguments, name, None))
    }
    inputs = choose_inputs(settings.model_copy(update=named))
    return settings.model_copy(update={"logs": inputs.logs, "specs": inputs.specs}), inputs.is_sample


def what_was_found(arguments: argparse.Namespace, found: "Found | None" = None) -> str:
    """Say which orchestrators' logs are on this machine; nothing where a person or a setting names others."""
    if arguments.logs or Settings().logs:
        return ""
    from pipelines.ingest.inputs import found_on_this_machine

    return found_on_this_machine(found)
