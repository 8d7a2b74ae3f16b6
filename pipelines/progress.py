"""How a stage tells a person how far it is, and what it could not do."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

MOST_WARNINGS = 20  # that a person is shown of one run


def shortened(warnings: Sequence[str]) -> list[str]:
    """Return the first warnings, and how many more there are."""
    more = len(warnings) - MOST_WARNINGS
    return [*warnings[:MOST_WARNINGS], *([f"... and {more:,} more like these"] if more > 0 else [])]


class Progress(Protocol):
    """Receives the progress of long work; every method must be cheap enough to call per batch."""

    def stage(self, name: str) -> None:
        """Announce that a stage has begun."""
        ...

    def update(self, done: float, total: float | None, unit: str) -> None:
        """Tell that `done` of `total` units are finished; `total` is None where it is not known."""
        ...

    def warn(self, message: str, *, is_unread: bool = False) -> None:
        """Tell what a person should know; `is_unread` where something that was named could not be read."""
        ...


@dataclass
class SilentProgress:
    """Show nobody how far the work is; keep what it warns of."""

    warnings: list[str] = field(default_factory=list)
    count_unread: int = 0

    def stage(self, name: str) -> None:
        """Ignore the stage."""

    def update(self, done: float, total: float | None, unit: str) -> None:
        """Ignore the update."""

    def warn(self, message: str, *, is_unread: bool = False) -> None:
        """Keep the warning."""
        self.warnings.append(message)
        self.count_unread += is_unread
