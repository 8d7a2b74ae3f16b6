"""What must hold after every ingest."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import dagster as dg

from pipelines.ingest.health import Health, read_health
from pipelines.warehouse import Warehouse

TASK_HISTORY = dg.AssetKey(["learning", "task_history"])
MAX_QUARANTINED_SHARE = 0.01
MAX_SHARE_WITHOUT_MODEL = 0.1


class _Check(NamedTuple):
    """What must hold, and whether anything may be built on a history in which it does not."""

    description: str
    holds: Callable[[Health], bool]
    is_blocking: bool = False


CHECKS = {
    "every_line_is_accounted_for": _Check(
        "Lines read = loaded + skipped + quarantined, in every file.",
        lambda health: health.files_that_do_not_add_up == 0,
        is_blocking=True,
    ),
    "every_spawn_has_one_row": _Check(
        "Every spawn that the logs tell of has a row; that no key stands for two, the table itself sees to.",
        lambda health: health.spawns_without_row == 0,
        is_blocking=True,
    ),
    "few_lines_are_in_quarantine": _Check(
        "At most one line in a hundred could not be read; learning.ingest_quarantine says which and why.",
        lambda health: health.lines_quarantined <= MAX_QUARANTINED_SHARE * max(health.lines_read, 1),
    ),
    "every_time_is_possible": _Check(
        "No spawn is dated after its log was read, or before there were such logs; those that are weigh nothing.",
        lambda health: health.spawns_at_impossible_times == 0,
    ),
    "most_models_are_known": _Check(
        "The model that did the work is known for at least nine spawns in ten.",
        lambda health: health.spawns_without_model <= MAX_SHARE_WITHOUT_MODEL * max(health.spawns, 1),
    ),
}


@dg.multi_asset_check(
    specs=[
        dg.AssetCheckSpec(name, asset=TASK_HISTORY, description=check.description, blocking=check.is_blocking)
        for name, check in CHECKS.items()
    ]
)
def history_is_sound(warehouse: dg.ResourceParam[Warehouse]) -> Iterator[dg.AssetCheckResult]:
    """Look once at all that was read: a million spawns take seconds to count."""
    health = read_health(warehouse)
    for name, check in CHECKS.items():
        yield dg.AssetCheckResult(
            check_name=name,
            asset_key=TASK_HISTORY,
            passed=check.holds(health),
            severity=dg.AssetCheckSeverity.ERROR if check.is_blocking else dg.AssetCheckSeverity.WARN,
            metadata=health.as_metadata(),
        )
