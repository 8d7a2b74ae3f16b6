"""Tonight's estimates: read the outcomes, estimate, decide, replace the table."""

from dataclasses import dataclass

import numpy as np

from pipelines.estimate import store
from pipelines.estimate.estimates import Estimates, estimate
from pipelines.estimate.history import newest_versions, outcomes_of, scope_defaults
from pipelines.estimate.list_prices import list_price_usd
from pipelines.estimate.rows import estimate_rows
from pipelines.progress import Progress
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from recommender.models import model_family


@dataclass(frozen=True)
class EstimateReport:
    """What the night learned: known outcomes and failures among them, scopes decided, and how often off the default."""

    tasks: int
    known_outcomes: int
    models: tuple[str, ...]
    scopes: int
    off_default: int
    rows: int
    rows_changed: int
    spreads: dict[str, float]


def estimate_models(warehouse: Warehouse, settings: Settings, progress: Progress) -> EstimateReport:
    """Replace `learning.model_estimates` in one transaction; the same history again changes no row."""
    progress.stage("estimate")
    with warehouse.connect() as connection:
        version = store.newest_clustering(connection)
        history = store.read_history(connection, version)
        progress.update(0, len(history), "tasks")
        defaults = scope_defaults(history, store.read_knowledge(connection), settings.default_model)
        models = sorted(
            {row.model for row in history} | set(defaults.values()) | set(map(model_family, settings.candidate_models))
        )
        outcomes = outcomes_of(history, models, settings)
        prices = {model: list_price_usd(model, newest_versions(history)) for model in models}
        estimates = estimate(outcomes, settings, defaults, prices) if history else None
        rows = estimate_rows(estimates, version, settings) if estimates is not None and version is not None else []
        changed = store.replace_estimates(connection, rows)
        progress.update(len(history), len(history), "tasks")
    return EstimateReport(
        tasks=len(history),
        known_outcomes=int(np.isfinite(outcomes.success).sum()),
        models=tuple(models),
        scopes=0 if estimates is None else len(estimates.scopes.agent_names),
        off_default=0 if estimates is None else _off_default(estimates),
        rows=len(rows),
        rows_changed=changed,
        spreads={} if estimates is None else estimates.spreads,
    )


def _off_default(estimates: Estimates) -> int:
    return int((estimates.decisions.chosen != estimates.evidence.default).sum())
