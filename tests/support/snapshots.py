"""Snapshots as the nightly run would publish them, made by hand."""

import math
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

from recommender.embedding.local import LocalEmbedder
from recommender.published_rows import (
    ANY_AGENT,
    ANY_KIND,
    ANY_TYPE,
    AgentSpec,
    BestModel,
    ModelEvidence,
    TaskKind,
    Tier,
    Trial,
)
from recommender.snapshot import Snapshot
from recommender.work_types import work_type_of

TESTING, DEPLOYING = "write unit tests for the kalman filter", "deploy the service to kubernetes with helm"
WORK_TYPES = {0: "test", 1: "operate"}


def best(
    agent: str, cluster_id: int, model: str, *, low: float = 0.8, baseline: str = "opus", work_type: str | None = None
) -> BestModel:
    """Return a row of the serving table."""
    source = "agent" if cluster_id == ANY_KIND else "cluster"
    place = work_type or WORK_TYPES.get(cluster_id, ANY_TYPE)
    reason = f"{model} did 27 of 28 well"
    return BestModel(agent, place, cluster_id, model, source, reason, 0.95, low, 0.03, 28, 25.5, 0.12, baseline, 0.4)


def evidence(
    agent: str,
    cluster_id: int,
    model: str,
    cost: float,
    *,
    logit: float = 2.7,
    known: float = 11.0,
    is_chosen: bool = False,
    work_type: str | None = None,
) -> ModelEvidence:
    """Return a model's record in one scope; the usual baseline is opus."""
    rate, is_baseline = 1 / (1 + math.exp(-logit)), model == "opus"
    return ModelEvidence(
        agent_name=agent,
        work_type=work_type or WORK_TYPES.get(cluster_id, ANY_TYPE),
        cluster_id=cluster_id,
        model=model,
        success_rate=rate,
        success_low=rate - 0.1,
        success_sd=0.05,
        tasks_observed=12,
        known_outcomes=known,
        effective_n=known,
        expected_cost_usd=cost,
        log_cost_sd=0.05,
        worth_probability=0.0 if is_baseline else 0.9,
        net_benefit=0.0 if is_baseline else 0.5,
        logit=logit,
        logit_sd=0.2,
        logit_shared_sd=0.1,
        outcomes_to_choose=None if is_baseline else 20,
        is_baseline=is_baseline,
        is_chosen=is_chosen,
        reason="",
    )


def trial(state: str = "running", *, agent: str = "QA_TESTER", work_type: str = "test", **fields: object) -> Trial:
    """Return a trial of haiku for opus."""
    share = {"running": 0.5, "adopted": 0.95}.get(state, 0.5)
    known = Trial("t", agent, work_type, ANY_KIND, None, "haiku", "opus", state, share, 10, "Because.")
    return known._replace(**fields)  # type: ignore[arg-type]


@cache
def learned_snapshot(kinds: tuple[str, ...] = (TESTING, DEPLOYING), radius: float = 0.5) -> Snapshot:
    """Return a snapshot whose kinds of task are near the given texts, with rows for each step of the back-off."""
    embedder = LocalEmbedder()
    return Snapshot(
        embedding_model=embedder.name,
        created_at=datetime.now(UTC),
        clustering_version=3,
        kinds=tuple(
            TaskKind(i, text.split()[-1], radius, 9, ("a", "b"), (f"example of {text}",), work_type_of(text))
            for i, text in enumerate(kinds)
        ),
        centroids=embedder.embed(kinds),
        best=(
            best("QA_TESTER", 0, "haiku"),
            best(ANY_AGENT, 0, "sonnet"),
            best("QA_TESTER", ANY_KIND, "opus"),
            best("DEPLOYER", 1, "haiku", low=0.6),
            best("RELEASER", 1, "sonnet", low=0.9),
            best("RELEASER", ANY_KIND, "haiku", work_type="operate"),
        ),
        evidence=(
            evidence("QA_TESTER", 0, "opus", 0.9),
            evidence("QA_TESTER", 0, "haiku", 0.1, is_chosen=True),
            evidence("QA_TESTER", ANY_KIND, "opus", 0.9, is_chosen=True),
            evidence("QA_TESTER", ANY_KIND, "haiku", 0.1, logit=0.0),
        ),
        tiers=(Tier("QA_TESTER", "sonnet"), Tier("COORD_*", "opus"), Tier("COORD_FAST", "haiku")),
        agents=(AgentSpec("QA_TESTER", None, "writes tests"), AgentSpec("WRITER", "claude-opus-4-6", "writes docs")),
        agent_vectors=embedder.embed(["writes tests", "writes documentation and tutorials"]),
    )


def made_at(snapshot: Snapshot, moment: datetime) -> Snapshot:
    """Return the same snapshot as made at another time."""
    return replace(snapshot, created_at=moment)
