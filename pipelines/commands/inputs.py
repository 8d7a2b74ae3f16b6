"""What a command reads: the same arguments, and the same choice where nothing is named, for all of them."""

import argparse
from pathlib import Path

from pipelines.ingest.inputs import choose_inputs, found_on_this_machine
from pipelines.object_store import absolute
from pipelines.settings import Settings

CANNOT_READ = 3  # the exit code where the rest is done, but something that was named could not be read


def add_logs_argument(parser: argparse.ArgumentParser) -> None:
    """Let a person name logs."""
    parser.add_argument(
        "--logs",
        action="append",
        type=_path,
        metavar="PATH",
        help="a Claude Code home, another folder, a file, a glob of logs or a Git repository with Entire's "
        "checkpoints, or a bucket's s3://, gs:// or az:// address; repeatable; without it, what orchestrators left on "
        "this machine",
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
    settings = Settings()
    named = {
        name: tuple(map(absolute, given)) for name in ("logs", "specs") if (given := getattr(arguments, name, None))
    }
    inputs = choose_inputs(settings.model_copy(update=named))
    return settings.model_copy(update={"logs": inputs.logs, "specs": inputs.specs}), inputs.is_sample


def what_was_found(arguments: argparse.Namespace) -> str:
    """Say which orchestrators' logs are on this machine; nothing where a person or a setting names others."""
    return "" if arguments.logs or Settings().logs else found_on_this_machine()
