"""From what is known to an answer: the narrowest scope that has evidence, then the tiers, then the default."""

import os
import random
from typing import Literal, NamedTuple

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
    best = snapshot.best_of
    is_known_kind = match is not None and match.is_inside
    if match and is_known_kind:
        cluster = match.kind.cluster_id
        row = (best.get((agent, cluster)) if agent else None) or best.get((ANY_AGENT, cluster))
        if row:
            return _explored(snapshot, agent, Answer(row.model, "cluster", row.reason, row))
    row = best.get((agent, ANY_KIND)) if agent else None
    if not row:
        return None
    why = (
        f"No evidence for this kind of task ({match.kind.label})" if match and is_known_kind else "Unlike any kind seen"
    )
    answer = Answer(row.model, "agent", f"{why}; for {agent} in general: {row.reason}", row)
    return _explored(snapshot, agent, answer)


def _explored(snapshot: Snapshot, agent: str | None, answer: Answer) -> Answer:
    """Draw the model where the nightly run left a share to trials; the answer tells with what probability."""
    assert answer.evidence is not None
    scope = answer.evidence.agent_name, answer.evidence.cluster_id
    rows = [row for row in snapshot.evidence_of.get(scope, ()) if row.answer_probability > 0]
    if len(rows) < 2 or (agent and is_listed(agent, "SPAWNWISE_PROTECTED_AGENTS")):
        return answer
    drawn = random.choices(rows, [row.answer_probability for row in rows])[0]
    if drawn.model == answer.model:
        return answer._replace(propensity=drawn.answer_probability)
    share = f"{drawn.answer_probability:.0%} of such spawns"
    reason = f"A trial of {drawn.model}, as {share} are, instead of {answer.model}: {answer.reason}"
    return Answer(drawn.model, answer.source, reason, drawn, drawn.answer_probability)
