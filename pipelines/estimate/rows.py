"""Estimates as rows of `learning.model_estimates`."""

from dataclasses import astuple, dataclass, fields
from datetime import UTC, datetime

import numpy as np

from pipelines.estimate.estimates import Estimates
from pipelines.settings import Settings
from recommender.decision import Rule, rule_of
from recommender.efforts import split_arm, words_of
from recommender.reasons import Seen, reason_of


@dataclass(frozen=True)
class EstimateRow:
    """One row, its fields named and ordered as the columns that are written."""

    clustering_version: int
    agent_name: str
    work_type: str
    cluster_id: int
    model: str
    effort: str
    success_rate: float
    success_low: float
    success_sd: float
    tasks_observed: int
    tasks_self_reported: int
    known_outcomes: float
    effective_n: float
    expected_cost_usd: float | None
    log_cost_sd: float
    worth_probability: float
    net_benefit: float | None
    logit: float
    logit_sd: float
    logit_shared_sd: float
    logit_model_sd: float
    log_cost_model_sd: float
    outcomes_to_choose: int | None
    is_baseline: bool
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
    """Return a row for each scope and model in question."""
    rule, now = rule_of(settings), datetime.now(UTC)
    evidence, decisions, rows = estimates.evidence, estimates.decisions, []
    cost_usd = evidence.cost_usd
    for scope, key in enumerate(estimates.scopes.keys):
        chosen, baseline = int(decisions.chosen[scope]), int(evidence.baseline[scope])
        for model, name in enumerate(estimates.models):
            family, effort = split_arm(name)
            more = estimates.outcomes_to_choose[scope, model]
            rows.append(
                EstimateRow(
                    version,
                    *key,
                    model=family,
                    effort=effort,
                    success_rate=float(estimates.success_rate[scope, model]),
                    success_low=float(estimates.success_low[scope, model]),
                    success_sd=float(estimates.success_sd[scope, model]),
                    tasks_observed=int(estimates.tasks[scope, model]),
                    tasks_self_reported=int(estimates.self_reported[scope, model]),
                    known_outcomes=float(evidence.known[scope, model]),
                    effective_n=float(estimates.effective_n[scope, model]),
                    expected_cost_usd=_finite(cost_usd[scope, model]),
                    log_cost_sd=float(evidence.log_cost_sd[scope, model]),
                    worth_probability=float(decisions.worth[scope, model]),
                    net_benefit=_finite(decisions.net_benefit[scope, model]),
                    logit=float(evidence.logit[scope, model]),
                    logit_sd=float(evidence.sd[scope, model]),
                    logit_shared_sd=float(evidence.shared[scope]),
                    logit_model_sd=0.0 if evidence.kin is None else float(evidence.kin[scope, model]),
                    log_cost_model_sd=(
                        0.0 if evidence.log_cost_kin is None else float(evidence.log_cost_kin[scope, model])
                    ),
                    outcomes_to_choose=int(more) if more else None,
                    is_baseline=model == baseline,
                    is_chosen=model == chosen,
                    reason=reason_in(estimates, scope, rule) if model == chosen else "",
                    estimated_at=now,
                )
            )
    return rows


def reason_in(estimates: Estimates, scope: int, rule: Rule) -> str:
    """Return the sentence for the decision in a scope."""
    decisions, evidence = estimates.decisions, estimates.evidence
    seen = [
        Seen(
            words_of(name),
            float(estimates.success_rate[scope, model]),
            int(estimates.tasks[scope, model]),
            float(evidence.cost_usd[scope, model]),
            float(decisions.net_benefit[scope, model]),
            float(decisions.worth[scope, model]),
            int(estimates.self_reported[scope, model]),
        )
        for model, name in enumerate(estimates.models)
    ]
    baseline = int(evidence.baseline[scope])
    tried = [
        row
        for model, row in enumerate(seen)
        if model != baseline and evidence.known[scope, model] >= rule.minimum_evidence
    ]
    return reason_of(decisions.reasons[scope], seen[int(decisions.chosen[scope])], seen[baseline], tried, rule)


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
