"""The command `spawnwise`. What answers at spawn time is here; the pipeline's commands are loaded when asked for."""

import os
import sys
from collections.abc import Sequence

LEARNING_COMMANDS = frozenset({"learn", "ingest", "report", "sql", "doctor", "ui", "docs", "schema", "stats", "purge"})


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    os.umask(0o077)  # whatever is written from here on may hold words of tasks
    if arguments[:1] == ["hook"]:  # on the spawn path: nothing else is imported
        from recommender.hook import run

        return run(arguments[1:])
    if arguments and arguments[0] in LEARNING_COMMANDS:
        return learning_command(arguments)
    from recommender.commands import run_command

    try:
        return run_command(arguments)
    except BrokenPipeError:
        return 0
    except KeyboardInterrupt:
        return 130


def learning_command(arguments: Sequence[str]) -> int:
    """Run a command of the pipeline, or say what to install."""
    try:
        from pipelines.cli import main as run
    except ImportError as error:
        missing = (error.name or "").partition(".")[0]
        print(f"{arguments[0]} needs {missing}: run `pip install 'spawnwise[learn]'`.", file=sys.stderr)
        return 2
    return int(run(list(arguments)) or 0)


def printable(text: str) -> str:
    """Return text without what a terminal would obey: labels and titles come from logs."""
    return "".join(character if character.isprintable() or character == "\n" else "\ufffd" for character in text)


if __name__ == "__main__":
    sys.exit(main())
