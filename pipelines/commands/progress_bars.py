"""Progress of long work, drawn on a terminal."""

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from pipelines.progress import SilentProgress


class TerminalProgress(SilentProgress):
    """One line a stage, with rate and time left where the total is known; use as a context manager."""

    def __init__(self, console: Console) -> None:
        super().__init__()
        self._bars = Progress(
            SpinnerColumn(finished_text="[green]✓[/]"),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[detail]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(elapsed_when_finished=False),
            console=console,
        )
        self._task: TaskID | None = None

    def __enter__(self) -> "TerminalProgress":
        """Begin to draw."""
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Finish the last stage and stop drawing."""
        self._finish()
        self._bars.stop()

    def stage(self, name: str) -> None:
        """Finish the stage before and begin one."""
        self._finish()
        self._task = self._bars.add_task(name, total=None, detail="")

    def update(self, done: float, total: float | None, unit: str) -> None:
        """Show how far the stage is."""
        if self._task is not None:
            amount = f"{done:,.0f}/{total:,.0f} {unit}" if total else f"{done:,.0f} {unit}"
            self._bars.update(self._task, completed=done, total=total, detail=amount)

    def _finish(self) -> None:
        if self._task is not None:
            task = self._bars.tasks[self._bars.task_ids.index(self._task)]
            total = task.total or task.completed or 1
            self._bars.update(self._task, total=total, completed=total)
            self._task = None
