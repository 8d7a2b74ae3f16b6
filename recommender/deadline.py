"""Work that may hang, given up in time."""

import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

# Work that was given up still runs until its own time-out; past this many, more is not begun.
_slots = threading.BoundedSemaphore(32)


def within(seconds: float, work: Callable[[], T]) -> T:
    """Return what `work` returns, or raise what it raises; raise `TimeoutError` after `seconds`."""
    results: list[T] = []
    errors: list[Exception] = []
    done = threading.Event()

    def run() -> None:
        try:
            results.append(work())
        except Exception as error:
            errors.append(error)
        finally:
            _slots.release()
            done.set()

    if seconds <= 0 or not _slots.acquire(blocking=False):
        raise TimeoutError
    threading.Thread(target=run, daemon=True, name="spawnwise-work").start()
    if not done.wait(seconds):
        raise TimeoutError
    if errors:
        raise errors[0]
    return results[0]
