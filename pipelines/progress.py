"""How a stage tells a person how far it is."""

from typing import Protocol


class Progress(Protocol):
    """Receives the progress of long work; every method must be cheap enough to call per batch."""

    def stage(self, name: str) -> None:
        """Announce that a stage has begun."""
        ...

    def update(self, done: float, total: float | None, unit: str) -> None:
        """Tell that `done` of `total` units are finished; `total` is None where it is not known."""
        ...


class SilentProgress:
    """Tell nobody."""

    def stage(self, name: str) -> None:
        """Ignore the stage."""

    def update(self, done: float, total: float | None, unit: str) -> None:
        """Ignore the update."""
