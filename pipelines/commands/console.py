"""Whom a command tells its progress."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from pipelines.progress import SilentProgress

if TYPE_CHECKING:
    from rich.console import Console


def table_console() -> "Console":
    """Return a console on which a table is as wide as its rows: a terminal wraps, a column that is cut is lost."""
    from rich.console import Console

    return Console(highlight=False, width=100_000)


@contextmanager
def progress_on(stream: IO[str], *, is_quiet: bool = False) -> Iterator[SilentProgress]:
    """Yield what keeps the warnings, and shows a person at a terminal how far the work is."""
    if is_quiet or not stream.isatty():
        yield SilentProgress()
        return
    from rich.console import Console  # imported late: a run with nothing new is over sooner than this

    from pipelines.commands.progress_bars import TerminalProgress

    with TerminalProgress(Console(file=stream)) as progress:
        yield progress
