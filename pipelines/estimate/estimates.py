"""From outcomes to estimates and decisions: the whole of the learning, without a database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipelines.estimate.costs import expected_costs, own_cost_sd
from pipelines.estimate.design import Design, main_directions
from pipelines.estimate.model import fit_success
from pipelines.estimate.outcomes import Floats, Ints, Outcomes, sum_cells
from pipelines.estimate.predict import predict_success, success_summary
from pipelines.estimate.priors import ModelPrior, model_prior
from pipelines.estimate.scopes import Scopes, scopes_of, sum_over_scopes
from pipelines.estimate.what_if import outcomes_to_choose
from pipelines.settings import Settings
from recommender.decision import Decisions, Evidence, decide, rule_of
from recommender.published_rows import Scope, is_narrower

# success_low holds with probability 0.995 for the true rate, which leaves room for the luck of the next tasks: the rate
# over a quarter as many new tasks stays above it in about nine cells of ten.
LOW_Z = 2.576


@dataclass(frozen=True)
class Estimates:
    """All scopes' estimates (scopes, models), and what was decided; `models` names the columns."""

    models: tuple[str, ...]
    scopes: Scopes
    evidence: Evidence
    success_rate: Floats
    success_sd: Floats
    success_low: Floats
    tasks: Floats
    self_reported: Floats
    effective_n: Floats
    decisions: Decisions
    outcomes_to_choose: Ints
    spreads: dict[str, float]


def estimate(
    outcomes: Outcomes,
    settings: Settings,
    baselines: Mapping[Scope, str],
    prices: Mapping[str, float | None],
    prior: ModelPrior | None = None,
    failed: Sequence[tuple[Scope, str]] = (),
    weights: Mapping[str, float] | None = None,
) -> Estimates:
    """Estimate every scope and choose a model for each.

    `baselines` names the usual baseline of each scope, all among `outcomes.models`; `prices` are list prices; `prior`
    replaces what is expected of the models; `weights` are those that the costs in `outcomes` bear. Where a trial has
    `failed`, its candidate counts as not tried.
    """
    cells = sum_cells(outcomes, propensity_limit=settings.propensity_limit)
    scopes = scopes_of(outcomes)
    design = Design(
        len(outcomes.agents),
        len(outcomes.work_types),
        len(outcomes.projects),
        outcomes.cluster_type,
        np.zeros((len(outcomes.clusters), 0)) if outcomes.centroids is None else main_directions(outcomes.centroids),
        prior or model_prior(outcomes.models),
    )
    known = cells.only(cells.weight > 0)
    effects = fit_success(design, design.rows(known.units, known.model), known)
    prediction = predict_success(design, effects, known, scopes)
    mean, deviation, low = success_summary(prediction, LOW_Z)
    cost = expected_costs(design, outcomes, cells, scopes, prices, weights or {})
    names = {name: index for index, name in enumerate(outcomes.models)}
    known_outcomes = sum_over_scopes(scopes, design.arms, cells, cells.counted)
    for scope, model in ((scope, model) for scope, model in failed if model in names):
        within = [row for row, key in enumerate(scopes.keys) if is_narrower(key, scope)]
        known_outcomes[within, names[model]] = 0
    evidence = Evidence(
        logit=prediction.mean,
        sd=prediction.sd,
        shared=prediction.shared,
        known=known_outcomes,
        log_cost=cost.mean,
        log_cost_sd=own_cost_sd(cost),
        baseline=np.array([names[baselines[key]] for key in scopes.keys], dtype=np.int64),
        kin=prediction.kin if design.prior.has_efforts else None,
        log_cost_kin=cost.kin if design.prior.has_efforts else None,
        model_of=tuple(design.prior.model.tolist()),
    )
    rule = rule_of(settings)
    decisions = decide(evidence, rule)
    return Estimates(
        models=outcomes.models,
        scopes=scopes,
        evidence=evidence,
        success_rate=mean,
        success_sd=deviation,
        success_low=low,
        tasks=sum_over_scopes(scopes, design.arms, cells, cells.tasks),
        self_reported=sum_over_scopes(scopes, design.arms, cells, cells.self_reported),
        effective_n=sum_over_scopes(scopes, design.arms, cells, cells.weight),
        decisions=decisions,
        outcomes_to_choose=outcomes_to_choose(evidence, decisions, rule),
        spreads=effects.spread_of_group,
    )
