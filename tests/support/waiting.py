"""Waiting for what another thread or process is about to do."""

import time
from collections.abc import Callable

LONGEST_WAIT_S = 60


def eventually(holds: Callable[[], bool]) -> bool:
    """Tell whether it comes to hold within a minute."""
    until = time.monotonic() + LONGEST_WAIT_S
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.01)
    return False
