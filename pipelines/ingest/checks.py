"""What must hold after every ingest."""

import dagster as dg

from pipelines.ingest.health import Health, read_health
from pipelines.warehouse import Warehouse

TASK_HISTORY = dg.AssetKey(["learning", "task_history"])
MAX_QUARANTINED_SHARE = 0.01


def _result(passed: bool, severity: dg.AssetCheckSeverity, health: Health) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=passed, severity=severity, metadata=health.as_metadata())


@dg.asset_check(asset=TASK_HISTORY, blocking=True)
def every_line_is_accounted_for(warehouse: dg.ResourceParam[Warehouse]) -> dg.AssetCheckResult:
    """Lines read = loaded + skipped + quarantined, in every file."""
    health = read_health(warehouse)
    return _result(health.files_that_do_not_add_up == 0, dg.AssetCheckSeverity.ERROR, health)


@dg.asset_check(asset=TASK_HISTORY, blocking=True)
def every_spawn_has_one_row(warehouse: dg.ResourceParam[Warehouse]) -> dg.AssetCheckResult:
    """No key stands for two rows, and every spawn that the logs tell of has a row."""
    health = read_health(warehouse)
    is_complete = health.duplicate_keys == 0 and health.spawns_without_row == 0
    return _result(is_complete, dg.AssetCheckSeverity.ERROR, health)


@dg.asset_check(asset=TASK_HISTORY)
def few_lines_are_in_quarantine(warehouse: dg.ResourceParam[Warehouse]) -> dg.AssetCheckResult:
    """At most one line in a hundred could not be read; learning.ingest_quarantine says which and why."""
    health = read_health(warehouse)
    is_fine = health.lines_quarantined <= MAX_QUARANTINED_SHARE * max(health.lines_read, 1)
    return _result(is_fine, dg.AssetCheckSeverity.WARN, health)


@dg.asset_check(asset=TASK_HISTORY)
def every_time_is_possible(warehouse: dg.ResourceParam[Warehouse]) -> dg.AssetCheckResult:
    """No spawn is dated after its log was read, or before there were such logs; those that are weigh nothing."""
    health = read_health(warehouse)
    return _result(health.spawns_at_impossible_times == 0, dg.AssetCheckSeverity.WARN, health)


@dg.asset_check(asset=TASK_HISTORY)
def most_models_are_known(warehouse: dg.ResourceParam[Warehouse]) -> dg.AssetCheckResult:
    """The model that did the work is known for at least nine spawns in ten."""
    health = read_health(warehouse)
    is_fine = health.spawns_without_model <= 0.1 * max(health.spawns, 1)
    return _result(is_fine, dg.AssetCheckSeverity.WARN, health)
