"""Snapshots as the nightly run would publish them, made by hand."""

import math
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

from recommender.embedding import LocalEmbedder
from recommender.snapshot import (
    ANY_AGENT,
    ANY_KIND,
    AgentSpec,
    BestModel,
    ModelEvidence,
    Snapshot,
    TaskKind,
    Tier,
)

TESTING, DEPLOYING = "write unit tests for the kalman filter", "deploy the service to kubernetes with helm"


def best(agent: str, cluster_id: int, model: str, *, low: float = 0.8) -> BestModel:
    """Return a row of the serving table."""
    source = "agent" if cluster_id == ANY_KIND else "cluster"
    reason = f"{model} did 27 of 28 well"
    return BestModel(agent, cluster_id, model, source, reason, 0.95, low, 0.03, 28, 25.5, 0.12, "sonnet", 0.4)


def evidence(
    agent: str,
    cluster_id: int,
    model: str,
    cost: float,
    reliable: float,
    *,
    logit: float = 2.0,
    n: float = 11.0,
    is_chosen: bool = False,
) -> ModelEvidence:
    """Return a model's record in one scope; the default is opus."""
    rate, is_default = 1 / (1 + math.exp(-logit)), model == "opus"
    posterior = (logit, 0.2, 0.1)
    return ModelEvidence(
        agent,
        cluster_id,
        model,
        rate,
        rate - 0.1,
        0.05,
        12,
        n,
        cost,
        reliable,
        *posterior,
        20,
        is_default,
        is_chosen,
        "",
    )


@cache
def learned_snapshot(kinds: tuple[str, ...] = (TESTING, DEPLOYING), radius: float = 0.5) -> Snapshot:
    """Return a snapshot whose kinds of task are near the given texts, with rows for each step of the back-off."""
    embedder = LocalEmbedder()
    return Snapshot(
        embedding_model=embedder.name,
        created_at=datetime.now(UTC),
        clustering_version=3,
        kinds=tuple(
            TaskKind(i, text.split()[-1], radius, 9, ("a", "b"), (f"example of {text}",))
            for i, text in enumerate(kinds)
        ),
        centroids=embedder.embed(kinds),
        best=(
            best("QA_TESTER", 0, "haiku"),
            best(ANY_AGENT, 0, "sonnet"),
            best("QA_TESTER", ANY_KIND, "opus"),
            best("DEPLOYER", 1, "haiku", low=0.6),
            best("RELEASER", 1, "sonnet", low=0.9),
        ),
        evidence=(
            evidence("QA_TESTER", 0, "opus", 0.9, 0.99),
            evidence("QA_TESTER", 0, "haiku", 0.1, 0.97),
            evidence("QA_TESTER", ANY_KIND, "opus", 0.9, 0.99),
            evidence("QA_TESTER", ANY_KIND, "haiku", 0.1, 0.42),
        ),
        tiers=(Tier("QA_TESTER", "sonnet"), Tier("COORD_*", "opus"), Tier("COORD_FAST", "haiku")),
        agents=(AgentSpec("QA_TESTER", None, "writes tests"), AgentSpec("WRITER", "claude-opus-4-6", "writes docs")),
        agent_vectors=embedder.embed(["writes tests", "writes documentation and tutorials"]),
    )


def made_at(snapshot: Snapshot, moment: datetime) -> Snapshot:
    """Return the same snapshot as made at another time."""
    return replace(snapshot, created_at=moment)
