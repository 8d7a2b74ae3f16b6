"""Why this model? What the answer was taken from, and what would change it."""

from dataclasses import replace
from typing import Any

import numpy as np

from recommender.decision import claims_of
from recommender.efforts import arm_among, arm_name, words_of
from recommender.judgement import records_in
from recommender.kinds import Match, kind_of_task
from recommender.lookup import Recommender
from recommender.models import price_rank
from recommender.published_rows import ANY_AGENT, ANY_KIND, ModelEvidence, Scope, Trial
from recommender.reasons import dollars, percent
from recommender.recommendation import Recommendation
from recommender.snapshot import Snapshot
from recommender.trials import overlaps


def explain(
    task: str,
    agent: str | None = None,
    recommender: Recommender | None = None,
    *,
    project: str | None = None,
    parent_model: str | None = None,
) -> dict[str, Any]:
    """Return the recommendation, the kind of task it was taken for, each model's record, and what would change it.

    No trial draws: this is not a spawn.
    """
    recommender = recommender or Recommender()
    recommendation = recommender.recommend(task, agent, project=project, parent_model=parent_model)
    snapshot, vector = recommender.understand(task)
    work_type = recommendation.work_type
    match = kind_of_task(snapshot, vector, work_type, project) if snapshot and vector is not None else None
    scopes = _scopes(recommendation)
    records = (
        _records(snapshot, scopes, recommendation.baseline_model, recommendation.baseline_effort) if snapshot else []
    )
    trials = [trial for trial in snapshot.trials if overlaps(trial.scope, scopes[0])] if snapshot else []
    return {
        "recommendation": recommendation.as_dict(),
        "kind": _kind(match),
        "models": [record._asdict() for record in records],
        "trials": [trial._asdict() for trial in trials],
        "would_change": _would_change(recommendation, records, trials),
    }


def in_words(explanation: dict[str, Any]) -> str:
    """Return the explanation as a person reads it."""
    recommendation, kind = explanation["recommendation"], explanation["kind"]
    agent, baseline = recommendation["agent"], recommendation["baseline_model"]
    instead = f", where {baseline} would run" if baseline else ""
    lines = [f"{recommendation['model']}{f' for {agent}' if agent else ''}{instead}", recommendation["reason"], ""]
    if kind:
        nearness = "taken for" if kind["is_inside"] else "unlike every kind seen; the nearest is"
        lines.append(f"Kind of task: {nearness} {kind['label']!r} (similarity {kind['similarity']:.2f})")
        lines += [f"  past task: {title}" for title in kind["examples"]]
    if explanation["models"]:
        lines += ["", f"{'model':<14}{'runs':>6}{'success':>9}{'at least':>10}{'cost':>10}{'worth it':>10}"]
    for record in explanation["models"]:
        cost = "" if record["expected_cost_usd"] is None else dollars(record["expected_cost_usd"])
        worth = "baseline" if record["is_baseline"] else percent(record["worth_probability"])
        arm = arm_name(record["model"], record["effort"])
        lines.append(
            f"{arm:<14}{record['tasks_observed']:>6}{percent(record['success_rate']):>9}"
            f"{percent(record['success_low']):>10}{cost:>10}{worth:>10}"
        )
    return "\n".join([*lines, "", f"What would change it: {explanation['would_change']}"])


def _kind(match: Match | None) -> dict[str, Any] | None:
    if match is None:
        return None
    return match.kind._asdict() | {"similarity": round(match.similarity, 4), "is_inside": match.is_inside}


def _scopes(recommendation: Recommendation) -> list[Scope]:
    """Return the scopes that the answer may have come from, the narrowest first."""
    agent, work_type = recommendation.agent or ANY_AGENT, recommendation.work_type
    kind = ANY_KIND if recommendation.cluster_id is None else recommendation.cluster_id
    return [Scope(name, work_type, place) for name in (agent, ANY_AGENT) for place in (kind, ANY_KIND)] + [Scope(agent)]


def _records(snapshot: Snapshot, scopes: list[Scope], baseline: str | None, effort: str | None) -> list[ModelEvidence]:
    """Return each model's record in the narrowest scope that has any, against this baseline, the cheapest first."""
    known = next((scope for scope in scopes if scope in snapshot.best_of), None)
    rows = sorted(snapshot.evidence_of.get(known, ()), key=_cost) if known else []
    records = records_in(snapshot.evidence_of, [known] if known else [])
    usual = next((row.arm for row in rows if row.is_baseline), "")
    own = arm_among(records.models, baseline, effort or "", usual) if baseline else None
    if own is None:
        return rows
    against = replace(records.evidence, baseline=np.array([records.models.index(own)]))
    worth = dict(zip(records.models, claims_of(against, snapshot.rule).worth[0].tolist(), strict=True))
    return [row._replace(worth_probability=worth[row.arm], is_baseline=row.arm == own) for row in rows]


def _cost(record: ModelEvidence) -> tuple[float, int]:
    return (
        float("inf") if record.expected_cost_usd is None else record.expected_cost_usd,
        price_rank(record.model),
    )


def _would_change(recommendation: Recommendation, records: list[ModelEvidence], trials: list[Trial]) -> str:
    for trial in trials:
        if trial.state == "running":
            return f"The trial {trial.trial_id}, which is running: `spawnwise trial show {trial.trial_id}`."
    for trial in trials:
        if trial.state == "proposed" and trial.baseline_model == recommendation.baseline_model:
            return f"The trial {trial.trial_id}, which is proposed: `spawnwise trial show {trial.trial_id}`."
    if not records:
        return "Any outcome of such a task or of this agent, once the next nightly run has learned from it."
    chosen = next((record for record in records if record.model == recommendation.model), None)
    cheaper = [record for record in records if chosen and _cost(record) < _cost(chosen)]
    if not cheaper:
        return f"Failures of {recommendation.model}: no cheaper model of its vendor is known."
    nearest = max(cheaper, key=lambda record: record.worth_probability)
    if nearest.outcomes_to_choose:
        return (
            f"About {nearest.outcomes_to_choose} good outcomes of {words_of(nearest.arm)}. "
            "`spawnwise trial list` says whether a trial is worth it."
        )
    return f"Nothing soon: {words_of(nearest.arm)} would need more than 200 good outcomes."
