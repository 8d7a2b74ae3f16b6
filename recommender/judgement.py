"""The night's rule of decision, applied to one task: what is known of the kinds around it, weighed by nearness."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from recommender.blend import blend, nearness
from recommender.decision import Decisions, Evidence, Floats, Ints, decide
from recommender.efforts import model_of, words_of
from recommender.exploration import exploration_shares, propensities
from recommender.kinds import Match
from recommender.published_rows import ANY_AGENT, ModelEvidence, Scope
from recommender.reasons import Seen, reason_of
from recommender.snapshot import Snapshot

UNKNOWN_SD = 10.0  # of the logit of a model that has no row in a scope: nothing is known of it there
NOTHING_KNOWN = (0.0, UNKNOWN_SD, 0.0, 0.0, np.nan, 0.0, 0.5, 0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Judgement:
    """An arm for one task: the record it rests on, how to say why, and the probability of this answer."""

    arm: str
    record: ModelEvidence | None
    reason: Callable[[], str]
    propensity: float = 1.0


@dataclass(frozen=True)
class Records:
    """What is known in some scopes, as arrays; `is_known` tells which scopes have any record, and `chosen` is the index
    of the model that the night chose there for the usual baseline, -1 for none. `models` names the arms.
    """

    scopes: Sequence[Scope]
    models: Sequence[str]
    evidence: Evidence
    success_rate: Floats
    tasks: Floats
    self_reported: Floats
    is_known: Ints
    chosen: Ints

    def agree(self, rows: Ints, baseline: str) -> bool:
        """Tell whether the night chose one model in all of these rows, against this baseline.

        Then weighing them chooses it again: it did for every such task of 2,736 questions of MMLU.
        """
        usual = self.evidence.baseline[rows]
        is_usual = all(self.models[index] == baseline for index in set(usual.tolist()))
        return is_usual and bool((self.chosen[rows] == self.chosen[rows[0]]).all())


def records_in(evidence_of: Mapping[Scope, Sequence[ModelEvidence]], scopes: Sequence[Scope]) -> Records:
    """Gather the evidence of scopes, one row each."""
    rows = [{row.arm: row for row in evidence_of.get(scope, ())} for scope in scopes]
    models = sorted({arm for known in rows for arm in known})
    families = sorted({model_of(arm) for arm in models})
    table = np.array([[_numbers(known.get(model)) for model in models] for known in rows])
    table = table.reshape(len(rows), len(models), len(NOTHING_KNOWN))
    has_efforts = len(families) < len(models)
    evidence = Evidence(
        logit=table[..., 0],
        sd=table[..., 1],
        shared=table[:, :, 2].max(axis=1, initial=0),
        known=table[..., 3],
        log_cost=table[..., 4],
        log_cost_sd=table[..., 5],
        baseline=_marked(rows, models, "is_baseline", 0),
        kin=table[..., 8] if has_efforts else None,
        log_cost_kin=table[..., 9] if has_efforts else None,
        model_of=tuple(families.index(model_of(arm)) for arm in models),
    )
    is_known = np.array([bool(known) for known in rows])
    return Records(
        scopes,
        models,
        evidence,
        success_rate=table[..., 6],
        tasks=table[..., 7],
        self_reported=table[..., 10],
        is_known=is_known,
        chosen=_marked(rows, models, "is_chosen", -1),
    )


def records_by_kind(snapshot: Snapshot, agent: str | None) -> Records:
    """Gather the evidence of each kind: the agent's own where it has done such tasks, else that of any agent."""
    name = agent if agent in snapshot.agents_with_evidence else None
    if name not in snapshot.gathered:
        scopes = []
        for kind in snapshot.kinds:
            own = Scope(name or ANY_AGENT, kind.work_type, kind.cluster_id)
            scopes.append(own if own in snapshot.evidence_of else own._replace(agent_name=ANY_AGENT))
        snapshot.gathered[name] = records_in(snapshot.evidence_of, scopes)
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


def judge(
    snapshot: Snapshot,
    records: Records,
    rows: Ints,
    weights: Floats,
    baseline: str,
    share: float,
    is_allowed: Callable[[str], bool] | None = None,
) -> Judgement | None:
    """Decide on the weighed evidence of some rows of `records`; None where nothing is known of the baseline there.

    A `share` of the answers explore. An arm that is not allowed counts as not tried.
    """
    if baseline not in records.models:
        return None
    evidence = blend(records.evidence, rows[None, :], weights[None, :])
    evidence = replace(evidence, baseline=np.array([records.models.index(baseline)]))
    allowed = np.array([is_allowed is None or is_allowed(arm) or arm == baseline for arm in records.models])
    evidence = replace(evidence, known=np.where(allowed, evidence.known, 0))
    decisions = decide(evidence, snapshot.rule)
    chosen, propensity = int(decisions.chosen[0]), 1.0
    if share > 0:
        import random

        shares = exploration_shares(evidence, snapshot.rule)
        if not allowed.all():
            shares = shares * allowed
            shares[0, evidence.baseline[0]] += 1 - shares.sum()
        probability = propensities(shares, decisions, np.array([share]))[0]
        chosen = random.choices(range(len(probability)), probability.tolist())[0]
        propensity = float(probability[chosen])
    arm, nearest = records.models[chosen], records.scopes[rows[0]]
    record = next((row for row in snapshot.evidence_of[nearest] if row.arm == arm), None)

    def reason() -> str:
        why = _reason(snapshot, records, rows, weights, evidence, decisions)
        if chosen == decisions.chosen[0]:
            return why
        usual = records.models[int(decisions.chosen[0])]
        tried = f"Trying {words_of(arm)} in place of {words_of(usual)}"
        return f"{tried}, as {propensity:.0%} of such spawns do. {why}"

    return Judgement(arm, record, reason, propensity)


def _reason(
    snapshot: Snapshot, records: Records, rows: Ints, weights: Floats, evidence: Evidence, decisions: Decisions
) -> str:
    success, tasks = weights @ records.success_rate[rows], np.round(weights @ records.tasks[rows])
    self_reported = np.round(weights @ records.self_reported[rows])
    seen = [
        Seen(
            words_of(model),
            float(success[index]),
            int(tasks[index]),
            float(evidence.cost_usd[0, index]),
            float(decisions.net_benefit[0, index]),
            float(decisions.worth[0, index]),
            int(self_reported[index]),
        )
        for index, model in enumerate(records.models)
    ]
    baseline = int(evidence.baseline[0])
    tried = [
        row
        for index, row in enumerate(seen)
        if index != baseline and evidence.known[0, index] >= snapshot.rule.minimum_evidence
    ]
    return reason_of(decisions.reasons[0], seen[int(decisions.chosen[0])], seen[baseline], tried, snapshot.rule)


def _marked(rows: Sequence[dict[str, ModelEvidence]], models: Sequence[str], flag: str, otherwise: int) -> Ints:
    """Return for each scope the index of the model whose row has the flag."""
    marked = ([i for i, model in enumerate(models) if model in known and getattr(known[model], flag)] for known in rows)
    return np.array([found[0] if found else otherwise for found in marked], dtype=np.int64)


def _numbers(row: ModelEvidence | None) -> tuple[float, ...]:
    if row is None:
        return NOTHING_KNOWN
    log_cost = np.log(row.expected_cost_usd) if row.expected_cost_usd else np.nan
    known = (row.logit, row.logit_sd, row.logit_shared_sd, row.known_outcomes, log_cost, row.log_cost_sd)
    shared = (row.logit_model_sd, row.log_cost_model_sd)
    return (*known, row.success_rate, row.tasks_observed, *shared, row.tasks_self_reported)
