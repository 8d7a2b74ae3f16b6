"""From what is known to an answer: the narrowest scope that has evidence, then the tiers, then the default."""

import os
from typing import Literal, NamedTuple

import numpy as np

from recommender.decision import Floats, Ints
from recommender.judgement import Records, around, judge, records_by_kind, records_in
from recommender.kinds import Match
from recommender.models import model_family
from recommender.snapshot import ANY_AGENT, ANY_KIND, BestModel, ModelEvidence, Snapshot
from recommender.tiers import declared_model, is_listed, shipped_tiers, tier_of

Source = Literal["cluster", "agent", "tier", "default"]


class Answer(NamedTuple):
    """A model, where the answer came from, why, the evidence if there is any, and the probability of this answer."""

    model: str
    source: Source
    reason: str
    evidence: BestModel | ModelEvidence | None = None
    propensity: float = 1.0


def answer_for(snapshot: Snapshot | None, agent: str | None, match: Match | None) -> Answer:
    """Back off from agent and kind to kind, agent, tier and default."""
    return (snapshot and _learned(snapshot, agent, match)) or cold_answer(snapshot, agent)


def cold_answer(snapshot: Snapshot | None, agent: str | None) -> Answer:
    """Answer without evidence: the model that the agent's spec names, its tier's, or the default."""
    default = model_family(os.environ.get("SPAWNWISE_DEFAULT_MODEL", "")) or "sonnet"
    if not agent:
        return Answer(default, "default", f"Nothing is known about such a task: {default} is the default.")
    declared = declared_model(agent, snapshot.agents if snapshot else ())
    if declared:
        return Answer(declared, "tier", f"No evidence yet for {agent}: its spec asks for {declared}.")
    tier = tier_of(agent, snapshot.tiers if snapshot and snapshot.tiers else shipped_tiers())
    if tier:
        model = model_family(tier.model)
        return Answer(model, "tier", f"No evidence yet for {agent}: the tier of {tier.agent_pattern} is {model}.")
    return Answer(default, "default", f"Nothing is known about {agent} or such a task: {default} is the default.")


def _learned(snapshot: Snapshot, agent: str | None, match: Match | None) -> Answer | None:
    """Answer with the published row; where the kinds around disagree, or trials are on, judge on all of them."""
    best = snapshot.best_of
    is_protected = agent is not None and is_listed(agent, snapshot.protected_agents)
    share = 0.0 if is_protected else snapshot.exploration_share
    is_known_kind = match is not None and match.is_inside
    if match and is_known_kind:
        cluster = match.kind.cluster_id
        row = (best.get((agent, cluster)) if agent else None) or best.get((ANY_AGENT, cluster))
        if row:
            records = records_by_kind(snapshot, agent)
            rows, weights = around(snapshot, records, match)
            answer = Answer(row.model, "cluster", row.reason, row)
            if len(rows) and (share or not records.agree(rows)):
                return _judged(snapshot, records, rows, weights, share, answer)
            return answer
    row = best.get((agent, ANY_KIND)) if agent else None
    if not row:
        return None
    why = (
        f"No evidence for this kind of task ({match.kind.label})" if match and is_known_kind else "Unlike any kind seen"
    )
    answer = Answer(row.model, "agent", f"{why}; for {agent} in general: {row.reason}", row)
    if not share:
        return answer
    records = records_in(snapshot, [(row.agent_name, ANY_KIND)])
    only = np.flatnonzero(records.is_known)
    return _judged(snapshot, records, only, np.ones(1), share, answer) if len(only) else answer


def _judged(
    snapshot: Snapshot, records: Records, rows: Ints, weights: Floats, share: float, published: Answer
) -> Answer:
    judgement = judge(snapshot, records, rows, weights, share)
    if judgement.model == published.model:
        return published._replace(propensity=judgement.propensity)
    reason = judgement.reason()
    return Answer(judgement.model, published.source, reason, judgement.record, judgement.propensity)
