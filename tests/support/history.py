"""A history in rows, which are easier to write down, as the columns that the estimates are made from."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np

from pipelines.estimate.history import History, Names, named


class TaskRow(NamedTuple):
    """One spawn; the fields are those of `History`, None where nobody tells."""

    agent: str
    cluster_id: int | None
    project: str | None
    session_id: str | None
    task_hash: str
    model: str
    version: str | None
    baseline: str | None
    is_model_observed: bool
    created_at: datetime
    success: bool | float | None
    confidence: float
    is_self_reported: bool
    propensity: float | None
    cost_usd: float | None
    calls: int | None
    effort: str | None = None
    is_effort_asked: bool = False
    baseline_effort: str | None = None
    is_corrected: bool = False
    pair_limit: float | None = None
    model_limit: float | None = None


def columns_of(rows: Sequence[TaskRow]) -> History:
    """Return the rows as columns."""

    def floats(field: str) -> Any:
        return np.array([np.nan if getattr(row, field) is None else float(getattr(row, field)) for row in rows])

    def truths(field: str) -> Any:
        return np.array([getattr(row, field) for row in rows], dtype=bool)

    return History(
        agent=_names(row.agent for row in rows),
        cluster=np.array([-1 if row.cluster_id is None else row.cluster_id for row in rows], dtype=np.int64),
        project=_names(row.project or "" for row in rows),
        session=_names(row.session_id or f"none {place}" for place, row in enumerate(rows)).place,
        text=_names(row.task_hash for row in rows).place,
        model=_names(row.model for row in rows),
        version=_names(row.version for row in rows),
        baseline=_names(row.baseline for row in rows),
        is_model_observed=truths("is_model_observed"),
        created_us=np.array(
            [(row.created_at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) for row in rows],
            dtype=np.int64,
        ),
        success=floats("success"),
        confidence=floats("confidence"),
        is_self_reported=truths("is_self_reported"),
        propensity=floats("propensity"),
        cost_usd=floats("cost_usd"),
        calls=floats("calls"),
        effort=_names(row.effort for row in rows),
        is_effort_asked=truths("is_effort_asked"),
        baseline_effort=_names(row.baseline_effort for row in rows),
        is_corrected=truths("is_corrected"),
        pair_limit=floats("pair_limit"),
        model_limit=floats("model_limit"),
    )


def names_of(column: Names) -> list[str | None]:
    """Return a column of names, row by row."""
    return [column.distinct[place] if place >= 0 else None for place in column.place.tolist()]


def _names(values: Iterable[str | None]) -> Names:
    told = list(values)
    distinct = sorted({value for value in told if value is not None})
    place_of = {name: index for index, name in enumerate(distinct)}
    return named(distinct, np.array([-1 if value is None else place_of[value] for value in told], dtype=np.int64))
