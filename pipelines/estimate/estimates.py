"""From outcomes to estimates and decisions: the whole of the learning, without a database."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pipelines.estimate.costs import expected_costs
from pipelines.estimate.design import Design, main_directions
from pipelines.estimate.model import fit_success
from pipelines.estimate.outcomes import Cells, Floats, Ints, Outcomes, sum_cells
from pipelines.estimate.predict import predict_success, success_summary
from pipelines.estimate.scopes import Scopes, scopes_of, sum_over_scopes
from pipelines.estimate.what_if import outcomes_to_choose
from pipelines.settings import Settings
from recommender.decision import Decisions, Evidence, Rule, decide

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
    decisions: Decisions
    outcomes_to_choose: Ints
    spreads: dict[str, float]


def estimate(
    outcomes: Outcomes,
    settings: Settings,
    defaults: Mapping[tuple[str, int], str],
    prices: Mapping[str, float | None],
) -> Estimates:
    """Estimate every scope and choose a model for each.

    `defaults` names the default of each scope (agent, cluster), all among `outcomes.models`; `prices` are list prices.
    """
    cells = sum_cells(outcomes, propensity_limit=settings.propensity_limit)
    scopes = scopes_of(outcomes)
    design = Design(len(outcomes.agents), len(outcomes.models), _directions(outcomes))
    known = _known(cells)
    rows = design.rows(known.agent, known.cluster, known.model)
    effects = fit_success(design, rows, known)
    prediction = predict_success(design, effects, known, scopes)
    mean, deviation, low = success_summary(prediction, LOW_Z)
    place = (cells.agent, cells.cluster, cells.model)
    names = {name: index for index, name in enumerate(outcomes.models)}
    keys = zip(scopes.agent_names, scopes.cluster_ids, strict=True)
    evidence = Evidence(
        logit=prediction.logit,
        sd=prediction.sd,
        shared=prediction.shared,
        effective_n=sum_over_scopes(scopes, design.models, place, cells.weight),
        cost_usd=expected_costs(design, cells, scopes, outcomes.models, prices),
        default=np.array([names[defaults[key]] for key in keys], dtype=np.int64),
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
        tasks=sum_over_scopes(scopes, design.models, place, cells.tasks),
        decisions=decisions,
        outcomes_to_choose=outcomes_to_choose(evidence, decisions, rule),
        spreads=effects.spread_of_group,
    )


def _directions(outcomes: Outcomes) -> Floats:
    if outcomes.centroids is None:
        return np.zeros((len(outcomes.clusters), 0))
    return main_directions(outcomes.centroids)


def _known(cells: Cells) -> Cells:
    """Return the cells that hold a known outcome."""
    kept = cells.weight > 0
    return Cells(**{name: getattr(cells, name)[kept] for name in Cells.__dataclass_fields__})


def rule_of(settings: Settings) -> Rule:
    """Take the rule of decision from the settings."""
    return Rule(
        settings.tolerated_gap,
        settings.success_floor,
        settings.required_probability,
        settings.minimum_evidence,
    )
