"""The night's rule of decision, applied to one task: what is known of the kinds around it, weighed by nearness."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from recommender.blend import blend, nearness
from recommender.decision import Decisions, Evidence, Floats, Ints, decide
from recommender.exploration import propensities, trial_shares
from recommender.kinds import Match
from recommender.reasons import reason_of
from recommender.snapshot import ANY_AGENT, ModelEvidence, Snapshot

Scope = tuple[str, int]
UNKNOWN_SD = 10.0  # of the logit of a model that has no row in a scope: nothing is known of it there


@dataclass(frozen=True)
class Judgement:
    """A model for one task: the record it rests on, how to say why, and the probability of this answer."""

    model: str
    record: ModelEvidence | None
    reason: Callable[[], str]
    propensity: float = 1.0


@dataclass(frozen=True)
class Records:
    """What is known in some scopes, as arrays; `is_known` tells which scopes have a default to decide against, and
    `chosen` is the index of the model that the night chose there, -1 for none.
    """

    scopes: Sequence[Scope]
    models: Sequence[str]
    evidence: Evidence
    success_rate: Floats
    success_low: Floats
    tasks: Floats
    is_known: Ints
    chosen: Ints

    def agree(self, rows: Ints) -> bool:
        """Tell whether the night chose one model in all of these rows.

        Then weighing them chooses it again: it did for every such task of 2,736 questions of MMLU, at four gaps.
        """
        return bool((self.chosen[rows] == self.chosen[rows[0]]).all())


def records_in(snapshot: Snapshot, scopes: Sequence[Scope]) -> Records:
    """Gather the evidence of scopes, one row each."""
    rows = [{row.model: row for row in snapshot.evidence_of.get(scope, ())} for scope in scopes]
    models = sorted({model for known in rows for model in known})
    table = np.array([[_numbers(known.get(model)) for model in models] for known in rows])
    table = table.reshape(len(rows), len(models), 8)
    defaults = [[i for i, model in enumerate(models) if model in known and known[model].is_default] for known in rows]
    default = np.array([found[0] if found else 0 for found in defaults], dtype=np.int64)
    shared = table[:, :, 2].max(axis=1, initial=0)
    evidence = Evidence(table[..., 0], table[..., 1], shared, table[..., 3], table[..., 4], default)
    is_known = np.array([bool(found) for found in defaults])
    picked = [[i for i, model in enumerate(models) if model in known and known[model].is_chosen] for known in rows]
    chosen = np.array([found[0] if found else -1 for found in picked], dtype=np.int64)
    return Records(scopes, models, evidence, table[..., 5], table[..., 6], table[..., 7], is_known, chosen)


def records_by_kind(snapshot: Snapshot, agent: str | None) -> Records:
    """Gather the evidence of each kind: the agent's own where it has done such tasks, else that of any agent."""
    name = agent if agent in snapshot.agents_with_evidence else None
    if name not in snapshot.gathered:
        own = [((name or ANY_AGENT, kind.cluster_id), (ANY_AGENT, kind.cluster_id)) for kind in snapshot.kinds]
        scopes = [ours if ours in snapshot.evidence_of else anyones for ours, anyones in own]
        snapshot.gathered[name] = records_in(snapshot, scopes)
    known: Records = snapshot.gathered[name]
    return known


def around(snapshot: Snapshot, records: Records, match: Match) -> tuple[Ints, Floats]:
    """Return the kinds that speak for a task, the nearest first, and their weights; none where that one is unknown."""
    kinds, weights = (values[0] for values in nearness(match.distances[None, :], snapshot.radii))
    speaking = (weights > 0) & records.is_known[kinds]
    if not speaking[0]:
        return np.zeros(0, dtype=np.int64), np.zeros(0)
    kept: Floats = weights[speaking]
    return kinds[speaking], kept / kept.sum()


def judge(snapshot: Snapshot, records: Records, rows: Ints, weights: Floats, share: float) -> Judgement:
    """Decide on the weighed evidence of some rows of `records`; a `share` of the answers are trials."""
    evidence = blend(records.evidence, rows[None, :], weights[None, :])
    decisions = decide(evidence, snapshot.rule)
    chosen, propensity = int(decisions.chosen[0]), 1.0
    if share > 0:
        import random

        probability = propensities(trial_shares(evidence, snapshot.rule), decisions, np.array([share]))[0]
        chosen = random.choices(range(len(probability)), probability.tolist())[0]
        propensity = float(probability[chosen])
    model, nearest = records.models[chosen], records.scopes[rows[0]]
    record = next((row for row in snapshot.evidence_of[nearest] if row.model == model), None)

    def reason() -> str:
        why = _reason(snapshot, records, rows, weights, evidence, decisions)
        if chosen == decisions.chosen[0]:
            return why
        usual = records.models[int(decisions.chosen[0])]
        return f"A trial of {model}, as {propensity:.0%} of such spawns are, in place of {usual}. {why}"

    return Judgement(model, record, reason, propensity)


def _reason(
    snapshot: Snapshot, records: Records, rows: Ints, weights: Floats, evidence: Evidence, decisions: Decisions
) -> str:
    seen = {
        "success_rate": weights @ records.success_rate[rows],
        "success_low": weights @ records.success_low[rows],
        "tasks": np.round(weights @ records.tasks[rows]),
        "effective_n": evidence.effective_n[0],
        "cost_usd": evidence.cost_usd[0],
        "reliable": decisions.reliable[0],
    }
    return reason_of(
        decisions.grounds[0],
        records.models,
        seen,
        chosen=int(decisions.chosen[0]),
        default=int(evidence.default[0]),
        best=int(decisions.best[0]),
        rule=snapshot.rule,
    )


def _numbers(row: ModelEvidence | None) -> tuple[float, ...]:
    if row is None:
        return (0.0, UNKNOWN_SD, 0.0, 0.0, np.nan, 0.5, 0.0, 0.0)
    cost = np.nan if row.expected_cost_usd is None else row.expected_cost_usd
    known = (row.logit, row.logit_sd, row.logit_shared_sd, row.effective_n, cost)
    return (*known, row.success_rate, row.success_low, row.tasks_observed)
