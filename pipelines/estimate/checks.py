"""What must hold after this stage."""

import dagster as dg

from pipelines.warehouse import Warehouse, named_sql

MODEL_ESTIMATES = dg.AssetKey(["learning", "model_estimates"])


def count_undecided(warehouse: Warehouse) -> tuple[int, int]:
    """Return how many scopes there are, and in how many not exactly one model is chosen for a stated reason."""
    with warehouse.connect() as connection:
        row = connection.execute(named_sql(__file__, "count_undecided")).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


def count_uncovered(warehouse: Warehouse) -> int:
    """Return how many (agent, kind of task) with a known model have no estimate."""
    with warehouse.connect() as connection:
        row = connection.execute(named_sql(__file__, "count_uncovered")).fetchone()
    assert row is not None
    return int(row[0])


@dg.asset_check(asset=MODEL_ESTIMATES, blocking=True)
def one_model_is_chosen_in_every_scope(warehouse: dg.ResourceParam[Warehouse]) -> dg.AssetCheckResult:
    """Each scope has exactly one chosen model, with a reason."""
    scopes, undecided = count_undecided(warehouse)
    return dg.AssetCheckResult(passed=undecided == 0, metadata={"scopes": scopes, "undecided": undecided})


@dg.asset_check(asset=MODEL_ESTIMATES, blocking=True)
def all_work_is_covered(warehouse: dg.ResourceParam[Warehouse]) -> dg.AssetCheckResult:
    """Every agent and kind of task that has spawns has estimates."""
    uncovered = count_uncovered(warehouse)
    return dg.AssetCheckResult(passed=uncovered == 0, metadata={"uncovered": uncovered})
