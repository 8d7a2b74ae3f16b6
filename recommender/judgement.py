"""The night's rule of decision, applied to one task: what is known of the kinds around it, weighed by nearness."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recommender.blend import blend, nearness
from recommender.decision import Decisions, Evidence, Floats, decide
from recommender.exploration import propensities, trial_shares
from recommender.kinds import Match
from recommender.reasons import reason_of
from recommender.snapshot import ANY_AGENT, ModelEvidence, Snapshot

Scope = tuple[str, int]
UNKNOWN_SD = 10.0  # of the logit of a model that has no row in a scope: nothing is known of it there


@dataclass(frozen=True)
class Judgement:
    """A model for one task: the record it rests on, the reason, and the probability of this answer."""

    model: str
    record: ModelEvidence | None
    reason: str
    propensity: float = 1.0


def scopes_around(snapshot: Snapshot, agent: str | None, match: Match) -> tuple[list[Scope], Floats]:
    """Return the scopes that speak for a task, the nearest kind's first, and their weights, which sum to one.

    A kind's scope is the agent's own where it has done such tasks, else that of any agent.
    """
    radii = snapshot.radii
    kinds, weights = nearness(match.distances[None, :], radii)
    scopes, kept = [], []
    for kind, weight in zip(kinds[0], weights[0], strict=True):
        scope = _scope_of(snapshot, agent, snapshot.kinds[kind].cluster_id)
        if weight > 0 and scope in snapshot.evidence_of:
            scopes.append(scope)
            kept.append(weight)
        elif not scopes:
            return [], np.zeros(0)  # nothing is known of the nearest kind itself
    return scopes, np.array(kept) / sum(kept)


def judge(snapshot: Snapshot, scopes: Sequence[Scope], weights: Floats, *, is_protected: bool) -> Judgement | None:
    """Decide on the weighed evidence of `scopes`; None where they have none."""
    records = [{row.model: row for row in snapshot.evidence_of.get(scope, ())} for scope in scopes]
    models = sorted({model for known in records for model in known})
    if not records or not any(row.is_default for row in records[0].values()):
        return None
    table = np.array([[_numbers(known.get(model)) for model in models] for known in records])
    default = [next((i for i, m in enumerate(models) if m in known and known[m].is_default), 0) for known in records]
    evidence = blend(
        Evidence(
            table[..., 0], table[..., 1], table[:, :, 2].max(axis=1), table[..., 3], table[..., 4], np.array(default)
        ),
        np.arange(len(scopes))[None, :],
        weights[None, :],
    )
    decisions = decide(evidence, snapshot.rule)
    chosen, propensity = _drawn(snapshot, evidence, decisions, 0.0 if is_protected else snapshot.exploration_share)
    usual = int(decisions.chosen[0])
    seen = {
        "success_rate": weights @ table[..., 5],
        "success_low": weights @ table[..., 6],
        "tasks": np.round(weights @ table[..., 7]),
        "effective_n": evidence.effective_n[0],
        "cost_usd": evidence.cost_usd[0],
        "reliable": decisions.reliable[0],
    }
    reason = reason_of(
        decisions.grounds[0],
        models,
        seen,
        chosen=usual,
        default=int(evidence.default[0]),
        best=int(decisions.best[0]),
        rule=snapshot.rule,
    )
    if chosen != usual:
        share = f"{propensity:.0%} of such spawns"
        reason = f"A trial of {models[chosen]}, as {share} are, in place of {models[usual]}. {reason}"
    return Judgement(models[chosen], records[0].get(models[chosen]), reason, propensity)


def _drawn(snapshot: Snapshot, evidence: Evidence, decisions: Decisions, share: float) -> tuple[int, float]:
    """Return the model to answer and its probability: the one decided on or, where a share is for trials, a draw."""
    if share <= 0:
        return int(decisions.chosen[0]), 1.0
    probability = propensities(trial_shares(evidence, snapshot.rule), decisions, np.array([share]))[0]
    drawn = random.choices(range(len(probability)), probability.tolist())[0]
    return drawn, float(probability[drawn])


def _numbers(row: ModelEvidence | None) -> tuple[float, ...]:
    if row is None:
        return (0.0, UNKNOWN_SD, 0.0, 0.0, np.nan, 0.5, 0.0, 0.0)
    cost = np.nan if row.expected_cost_usd is None else row.expected_cost_usd
    known = (row.logit, row.logit_sd, row.logit_shared_sd, row.effective_n, cost)
    return (*known, row.success_rate, row.success_low, row.tasks_observed)


def _scope_of(snapshot: Snapshot, agent: str | None, cluster_id: int) -> Scope:
    own = (agent or ANY_AGENT, cluster_id)
    return own if own in snapshot.evidence_of else (ANY_AGENT, cluster_id)
