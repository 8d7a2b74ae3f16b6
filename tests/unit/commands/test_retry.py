from collections.abc import Callable

import pytest
from rich.console import Console

from pipelines.commands.retry import waiting_for_the_database
from pipelines.settings import Settings
from pipelines.warehouse import DatabaseUnavailableError

ELSEWHERE = "postgresql://user@db.example/base"


def tries(settings: Settings, *outcomes: bool | None) -> int:
    """Count how often a run is begun whose first tries end with such faults, and whose last one succeeds."""
    left = list(outcomes)
    count = 0

    def learn() -> None:
        nonlocal count
        count += 1
        if left:
            raise DatabaseUnavailableError("gone.", passes=left.pop(0))

    again: Callable[..., None] = waiting_for_the_database(settings, Console(quiet=True)).copy(sleep=lambda _: None)
    try:
        again(learn)
    except DatabaseUnavailableError:
        return -count
    return count


@pytest.mark.parametrize(
    ("url", "faults", "count"),
    [
        (None, [None], 2),  # the embedded server was killed: it is started again
        (None, [None, None, False], 4),
        (None, [False], -1),  # it does not start at all
        (ELSEWHERE, [None], -1),  # a server that was never there
        (ELSEWHERE, [True], 2),
        (ELSEWHERE, [True, None], 3),
    ],
)
def test_what_is_worth_another_try(url: str | None, faults: list[bool | None], count: int) -> None:
    assert tries(Settings(DATABASE_URL=url), *faults) == count
