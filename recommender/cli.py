"""The command `spawnwise`."""

import atexit
import contextlib
import gc
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from recommender.garbage import collect_rarely

AT_SPAWN_TIME = ("hook", "recommend", "explain")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    collect_rarely()
    atexit.register(gc.freeze)  # what is left goes with the process, looked through or not
    os.umask(0o077)  # what is written from here on may hold words of tasks
    try:
        code = _run(list(sys.argv[1:] if argv is None else argv))
        _flush()
        return code
    except BrokenPipeError:  # the reader of the output has seen enough
        _give_up_output()
        return 0
    except OSError as error:
        if error.filename:
            raise
        _give_up_output()
        print(f"The output cannot be written ({error.strerror}).", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def entry() -> NoReturn:
    """Run the command of this process, and end it.

    What answers at spawn time ends at once: nothing is left to do, and the threads of native libraries may crash while
    an interpreter is taken down.
    """
    code = main()
    if sys.argv[1:2] and sys.argv[1] in AT_SPAWN_TIME:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, AttributeError):  # full, or closed by the program that started us
                stream.flush()
        os._exit(code)
    sys.exit(code)


def _flush() -> None:
    if sys.stdout is not None:  # else the program that started us has closed it
        sys.stdout.flush()


def _give_up_output() -> None:
    """Let what is still to be written go nowhere, so that the end of the process does not trip over it again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(arguments: list[str]) -> int:
    if arguments[:1] == ["hook"]:  # on the spawn path: nothing else is imported
        from recommender.hooks.hook import run

        return run(arguments[1:])
    from recommender.commands.run import run_command

    return run_command(arguments)


if __name__ == "__main__":
    entry()
