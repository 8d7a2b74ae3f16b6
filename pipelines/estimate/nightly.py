"""Tonight's estimates: read the outcomes, estimate, decide, replace the table."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np

from pipelines.estimate import store
from pipelines.estimate.arms import arms_in_question, with_arms
from pipelines.estimate.estimates import Estimates, estimate
from pipelines.estimate.history import History, newest_versions, outcomes_of, scope_baselines
from pipelines.estimate.list_prices import list_price_usd
from pipelines.estimate.read_history import read_history
from pipelines.estimate.rows import estimate_rows
from pipelines.one_thread import one_thread
from pipelines.progress import Progress
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from recommender.efforts import model_of
from recommender.published_rows import Scope


@dataclass(frozen=True)
class EstimateReport:
    """What the night learned: known outcomes, scopes decided, and in how many another model than usual is chosen."""

    tasks: int
    known_outcomes: int
    models: tuple[str, ...]
    scopes: int
    changes: int
    rows: int
    rows_changed: int
    spreads: dict[str, float]


def estimate_models(warehouse: Warehouse, settings: Settings, progress: Progress) -> EstimateReport:
    """Replace `learning.model_estimates` in one transaction; the same history again changes no row."""
    progress.stage("estimate")
    with warehouse.connect() as connection:
        version = store.newest_clustering(connection)
        history = read_history(connection, version)
        progress.update(0, len(history), "tasks")
        failed = store.read_failed_trials(connection)
        estimates = learn_from(history, store.read_work_types(connection, version), settings, failed=failed)
        rows = estimate_rows(estimates, version, settings) if estimates is not None and version is not None else []
        changed = store.replace_estimates(connection, rows)
        progress.update(len(history), len(history), "tasks")
    return EstimateReport(
        tasks=len(history),
        known_outcomes=int(np.isfinite(history.success).sum()),
        models=() if estimates is None else estimates.models,
        scopes=0 if estimates is None else len(estimates.scopes.keys),
        changes=0 if estimates is None else int((estimates.decisions.chosen != estimates.evidence.baseline).sum()),
        rows=len(rows),
        rows_changed=changed,
        spreads={} if estimates is None else estimates.spreads,
    )


def learn_from(
    history: History,
    work_types: dict[int, str],
    settings: Settings,
    *,
    now: datetime | None = None,
    failed: Sequence[tuple[Scope, str]] = (),
) -> Estimates | None:
    """Estimate and decide from a history; None where it is empty.

    Beside the models that were seen, the cheaper ones of their vendors are estimated, as a trial may try them. Where a
    trial has `failed`, its candidate is not chosen.
    """
    if not len(history):
        return None
    now = now or datetime.now(UTC)
    history = with_arms(history)
    weight = np.array([settings.model_weights.get(model_of(arm), 1.0) for arm in history.model.distinct])
    history = replace(history, cost_usd=history.cost_usd * weight[history.model.place])
    baselines = scope_baselines(history, work_types, now, settings)
    arms = arms_in_question(history.model.distinct, baselines.values(), settings.candidate_models)
    outcomes = outcomes_of(history, arms, work_types, now, settings)
    versions = newest_versions(history)
    prices = {arm: list_price_usd(model_of(arm), versions) for arm in arms}
    weights = {arm: settings.model_weights.get(model_of(arm), 1.0) for arm in arms}
    with one_thread():
        return estimate(outcomes, settings, baselines, prices, failed=failed, weights=weights)
