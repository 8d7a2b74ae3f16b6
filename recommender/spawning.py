"""Recommend, spawn and record in one call, whatever happens."""

import contextlib
import time
from collections.abc import Callable
from typing import TypeVar

from recommender.journal.notes import record
from recommender.lookup import recommend

Result = TypeVar("Result")


def spawn_with_learning(
    spawn: Callable[[str | None, str, str], Result],
    task: str,
    agent: str | None = None,
    *,
    is_success: Callable[[Result], bool | None] | None = None,
    session_id: str | None = None,
    parent_id: str | None = None,
    project: str | None = None,
    parent_model: str | None = None,
) -> Result:
    """Call `spawn(agent, task, model)` with what is recommended, record how it went, and return its result.

    Success is what `is_success` says of the result, else the result's own `success`, else unknown. An exception of
    `spawn` is recorded as a failure and raised again; trouble with recording never reaches the caller.
    """
    advice = recommend(task, agent, project=project, parent_model=parent_model, applies_effort=False)
    started = time.monotonic()
    success: bool | None = False
    error_message = None
    try:
        result = spawn(advice.agent, task, advice.model)
        success = _success(result, is_success)
        return result
    except BaseException as error:
        success, error_message = (False if isinstance(error, Exception) else None), type(error).__name__
        raise
    finally:
        with contextlib.suppress(Exception):
            record(
                task,
                advice.agent or "unnamed",
                advice.model,
                success=success,
                duration_ms=round((time.monotonic() - started) * 1000),
                error_message=error_message,
                session_id=session_id,
                parent_id=parent_id,
                decision_id=advice.decision_id,
            )


def _success(result: Result, is_success: Callable[[Result], bool | None] | None) -> bool | None:
    try:
        said = is_success(result) if is_success else getattr(result, "success", None)
    except Exception:
        return None
    return said if isinstance(said, bool) else None
