"""Whom a command tells its progress."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from pipelines.progress import Progress, SilentProgress


@contextmanager
def progress_on(stream: IO[str], *, is_quiet: bool = False) -> Iterator[Progress]:
    """Yield something to tell the progress to: a person at a terminal sees it, a log file is spared."""
    if is_quiet or not stream.isatty():
        yield SilentProgress()
        return
    from rich.console import Console  # imported late: a run with nothing new is over sooner than this

    from pipelines.commands.progress_bars import TerminalProgress

    with TerminalProgress(Console(file=stream)) as progress:
        yield progress
