"""What a command reads: the same arguments, and the same choice where nothing is named, for all of them."""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.object_store import absolute
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
        "checkpoints, or a bucket's s3://, gs:// or az:// address; repeatable; without it, what orchestrators left on "
        "this machine",
    )


def add_specs_argument(parser: argparse.ArgumentParser) -> None:
    """Let a person name agent specs."""
    parser.add_argument(
        "--specs", action="append", type=_path, metavar="FOLDER", help="a folder with agent specs; repeatable"
    )


def add_remember_argument(parser: argparse.ArgumentParser) -> None:
    """Let a person have what is named read by later runs too."""
    parser.add_argument(
        "--remember",
        action="store_true",
        help="read the logs and specs that are named in later runs too, also in scheduled ones; with none named, "
        "forget what was remembered",
    )


def _path(text: str) -> Path:
    if not text:
        raise argparse.ArgumentTypeError("an empty path: is a variable of the shell unset?")
    return Path(text)


def settings_from(arguments: argparse.Namespace) -> tuple[Settings, bool]:
    """Return the settings with what is to be read, and whether that is the bundled sample."""
    from pipelines.ingest.inputs import Inputs, choose_inputs, remember_inputs

    settings = Settings()
    named = {
        name: tuple(map(absolute, given)) for name in ("logs", "specs") if (given := getattr(arguments, name, None))
    }
    if getattr(arguments, "remember", False):
        remember_inputs(settings, Inputs(named.get("logs", ()), named.get("specs", ())))
    inputs = choose_inputs(settings.model_copy(update=named))
    return settings.model_copy(update={"logs": inputs.logs, "specs": inputs.specs}), inputs.is_sample


def what_was_found(arguments: argparse.Namespace, found: "Found | None" = None) -> str:
    """Say which orchestrators' logs are on this machine, or which logs are read as they were named once."""
    from pipelines.ingest.inputs import found_on_this_machine, remembered_inputs

    settings = Settings()
    named = [path for kind in ("logs", "specs") for path in getattr(arguments, kind, None) or ()]
    if getattr(arguments, "remember", False):
        if not named:
            return "Forgotten: later runs read what orchestrators left on this machine."
        listed = ", ".join(os.fsdecode(absolute(path)) for path in named)
        return (
            f"Remembered: later runs and the schedule read {listed} too. "
            "To forget: spawnwise learn --remember, without --logs."
        )
    if arguments.logs or settings.logs:
        return ""
    if kept := remembered_inputs(settings).logs:
        listed = ", ".join(map(os.fsdecode, kept))
        return f"Reading {listed}, as remembered. To forget: spawnwise learn --remember, without --logs."
    return found_on_this_machine(found)
