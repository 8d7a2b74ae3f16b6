"""Estimates as rows of `learning.model_estimates`."""

from dataclasses import astuple, dataclass, fields
from datetime import UTC, datetime

import numpy as np

from pipelines.estimate.estimates import Estimates, rule_of
from pipelines.settings import Settings
from recommender.decision import Rule
from recommender.reasons import reason_of


@dataclass(frozen=True)
class EstimateRow:
    """One row, its fields named and ordered as the columns that are written."""

    clustering_version: int
    agent_name: str
    cluster_id: int
    model: str
    success_rate: float
    success_low: float
    success_sd: float
    tasks_observed: int
    effective_n: float
    expected_cost_usd: float | None
    reliable_probability: float
    logit: float
    logit_sd: float
    logit_shared_sd: float
    outcomes_to_choose: int | None
    is_default: bool
    is_chosen: bool
    reason: str
    estimated_at: datetime

    def values(self) -> tuple[object, ...]:
        """Return the values in the order of `columns()`."""
        return astuple(self)

    @classmethod
    def columns(cls) -> list[str]:
        """Return the names of the columns."""
        return [field.name for field in fields(cls)]


def estimate_rows(estimates: Estimates, version: int, settings: Settings) -> list[EstimateRow]:
    """Return a row for each model that has enough record anywhere, or is the default or a candidate, in each scope."""
    rule, now = rule_of(settings), datetime.now(UTC)
    rows = []
    totals = estimates.evidence.effective_n.max(axis=0) >= rule.minimum_evidence
    for scope, (agent, cluster) in enumerate(
        zip(estimates.scopes.agent_names, estimates.scopes.cluster_ids, strict=True)
    ):
        chosen, default = int(estimates.decisions.chosen[scope]), int(estimates.evidence.default[scope])
        for model, name in enumerate(estimates.models):
            if not (totals[model] or model == default or estimates.tasks[scope, model]):
                continue
            cost, more = estimates.evidence.cost_usd[scope, model], estimates.outcomes_to_choose[scope, model]
            rows.append(
                EstimateRow(
                    clustering_version=version,
                    agent_name=agent,
                    cluster_id=cluster,
                    model=name,
                    success_rate=float(estimates.success_rate[scope, model]),
                    success_low=float(estimates.success_low[scope, model]),
                    success_sd=float(estimates.success_sd[scope, model]),
                    tasks_observed=int(estimates.tasks[scope, model]),
                    effective_n=float(estimates.evidence.effective_n[scope, model]),
                    expected_cost_usd=float(cost) if np.isfinite(cost) else None,
                    reliable_probability=float(estimates.decisions.reliable[scope, model]),
                    logit=float(estimates.evidence.logit[scope, model]),
                    logit_sd=float(estimates.evidence.sd[scope, model]),
                    logit_shared_sd=float(estimates.evidence.shared[scope]),
                    outcomes_to_choose=int(more) if more else None,
                    is_default=model == default,
                    is_chosen=model == chosen,
                    reason=reason_in(estimates, scope, rule) if model == chosen else "",
                    estimated_at=now,
                )
            )
    return rows


def reason_in(estimates: Estimates, scope: int, rule: Rule) -> str:
    """Return the sentence for the decision in a scope."""
    seen = {
        "success_rate": estimates.success_rate[scope],
        "success_low": estimates.success_low[scope],
        "tasks": estimates.tasks[scope],
        "effective_n": estimates.evidence.effective_n[scope],
        "cost_usd": estimates.evidence.cost_usd[scope],
        "reliable": estimates.decisions.reliable[scope],
    }
    decisions = estimates.decisions
    return reason_of(
        decisions.grounds[scope],
        estimates.models,
        seen,
        chosen=int(decisions.chosen[scope]),
        default=int(estimates.evidence.default[scope]),
        best=int(decisions.best[scope]),
        rule=rule,
    )
