"""Progress over many machines, as Dagster shows it while the asset is being made."""

import dagster as dg

from pipelines.progress import Progress

STEP = 0.05  # of the whole, between two observations


class ObservedProgress:
    """Tells whom it is told to tell, and Dagster every twentieth of the way."""

    def __init__(self, context: dg.AssetExecutionContext, told: Progress) -> None:
        self._context = context
        self._told = told
        self._next = STEP

    def stage(self, name: str) -> None:
        """Pass the stage on."""
        self._told.stage(name)

    def update(self, done: float, total: float | None, unit: str) -> None:
        """Pass the update on, and leave an observation of the asset where enough was done since the last one."""
        self._told.update(done, total, unit)
        if total and done / total >= self._next:
            share = min(1.0, done / total)
            self._next = share + STEP
            metadata = {"share_done": round(share, 3), f"{unit}_done": int(done), f"{unit}_to_do": int(total - done)}
            self._context.log_event(dg.AssetObservation(self._context.asset_key, metadata=metadata))

    def warn(self, message: str, *, is_unread: bool = False) -> None:
        """Pass the warning on."""
        self._told.warn(message, is_unread=is_unread)
