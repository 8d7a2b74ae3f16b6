"""From what is known to an answer: the narrowest scope that has evidence, then the tiers, then the default."""

import os
from typing import Literal, NamedTuple

from recommender.kinds import Match
from recommender.models import model_family
from recommender.snapshot import ANY_AGENT, ANY_KIND, BestModel, Snapshot
from recommender.tiers import declared_model, shipped_tiers, tier_of

Source = Literal["cluster", "agent", "tier", "default"]


class Answer(NamedTuple):
    """A model, where the answer came from, why, and the evidence row if there is one."""

    model: str
    source: Source
    reason: str
    evidence: BestModel | None = None


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
    if match and match.is_inside:
        cluster = match.kind.cluster_id
        row = (best.get((agent, cluster)) if agent else None) or best.get((ANY_AGENT, cluster))
        if row:
            return Answer(row.model, "cluster", row.reason, row)
    row = best.get((agent, ANY_KIND)) if agent else None
    if not row:
        return None
    why = (
        f"No evidence for this kind of task ({match.kind.label})"
        if match and match.is_inside
        else "Unlike any kind seen"
    )
    return Answer(row.model, "agent", f"{why}; for {agent} in general: {row.reason}", row)
