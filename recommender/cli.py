"""The command `spawnwise`. What answers at spawn time is here; the pipeline's commands are loaded when asked for."""

import atexit
import gc
import os
import sys
from collections.abc import Sequence

OBJECTS_BETWEEN_LOOKS = 50_000  # for cycles: Python's own 700 have it look all through the imports, for nothing

LEARNING_COMMANDS = frozenset(
    {"learn", "ingest", "report", "sql", "doctor", "ui", "docs", "schema", "stats", "trial", "purge"}
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    gc.set_threshold(OBJECTS_BETWEEN_LOOKS)
    atexit.register(gc.freeze)  # what is left goes with the process, looked through or not
    os.umask(0o077)  # whatever is written from here on may hold words of tasks
    try:
        code = _run(list(sys.argv[1:] if argv is None else argv))
        sys.stdout.flush()
        return code
    except BrokenPipeError:  # whoever read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130


def _run(arguments: list[str]) -> int:
    if arguments[:1] == ["hook"]:  # on the spawn path: nothing else is imported
        from recommender.hook import run

        return run(arguments[1:])
    if arguments and arguments[0] in LEARNING_COMMANDS:
        return learning_command(arguments)
    from recommender.commands import run_command

    return run_command(arguments)


def learning_command(arguments: Sequence[str]) -> int:
    """Run a command of the pipeline, or say what to install."""
    try:
        from pipelines.cli import main as run
    except ImportError as error:
        missing = (error.name or "").partition(".")[0]
        print(f"{arguments[0]} needs {missing}: install Spawnwise with its extra [learn].", file=sys.stderr)
        return 2
    return int(run(list(arguments)) or 0)


def printable(text: str) -> str:
    """Return text without what a terminal would obey: labels and titles come from logs."""
    return "".join(character if character.isprintable() or character == "\n" else "\ufffd" for character in text)


if __name__ == "__main__":
    sys.exit(main())
