"""What the cases look up: prose as tasks, and a snapshot of 256 kinds."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pydoc_data.topics import topics  # English prose about programming that every Python has

from recommender.embedding import LocalEmbedder
from recommender.snapshot import ANY_AGENT, ANY_KIND, AgentSpec, BestModel, ModelEvidence, Snapshot, TaskKind

KINDS, KINDS_OF_AN_AGENT, TASK_CHARACTERS = 256, 40, 1_000
AGENTS = tuple(f"AGENT_{number}" for number in range(20))
MODELS = (("haiku", 0.1, 1.8), ("sonnet", 0.3, 2.0), ("opus", 0.5, 2.2))


def tasks(seed: int) -> Iterator[str]:
    """Yield texts of 1,000 characters without end."""
    prose, source = _prose(), random.Random(seed)
    while True:
        start = source.randrange(len(prose) - TASK_CHARACTERS)
        yield prose[start : start + TASK_CHARACTERS]


@cache
def snapshot() -> Snapshot:
    """Return a snapshot of 256 kinds, 20 agents that each do 40 of them, and 3 models with a record in each."""
    source, embedder = tasks(0), LocalEmbedder()
    texts = [next(source) for _ in range(KINDS)]
    scopes = [(ANY_AGENT, kind) for kind in range(ANY_KIND, KINDS)]
    for number, agent in enumerate(AGENTS):
        done = random.Random(number).sample(range(KINDS), KINDS_OF_AN_AGENT)
        scopes += [(agent, kind) for kind in (ANY_KIND, *sorted(done))]
    return Snapshot(
        embedding_model=embedder.name,
        created_at=datetime.now(UTC),
        clustering_version=1,
        kinds=tuple(TaskKind(i, text[:40], 0.5, 20, ("a", "b"), (text[:80],)) for i, text in enumerate(texts)),
        centroids=embedder.embed(texts),
        best=tuple(_best(agent, kind) for agent, kind in scopes),
        evidence=tuple(_evidence(agent, kind, *model) for agent, kind in scopes for model in MODELS),
        agents=tuple(AgentSpec(agent, None, "") for agent in AGENTS),
        agent_vectors=embedder.embed(texts[: len(AGENTS)]),
    )


@cache
def _prose() -> str:
    return " ".join(" ".join(topics.values()).split())


def _best(agent: str, kind: int) -> BestModel:
    source = "agent" if kind == ANY_KIND else "cluster"
    return BestModel(
        agent, kind, "haiku", source, "haiku did 27 of 28 well", 0.86, 0.8, 0.03, 28, 25.0, 0.1, "opus", 0.5
    )


def disagreeing() -> Snapshot:
    """Return the same where every other kind's choice is another, so that each lookup has to weigh them."""
    chosen = [row._replace(is_chosen=row.model == MODELS[row.cluster_id % 2][0]) for row in snapshot().evidence]
    return replace(snapshot(), evidence=tuple(chosen))


def _evidence(agent: str, kind: int, model: str, cost: float, logit: float) -> ModelEvidence:
    is_default = model == "opus"
    posterior = (logit + kind % 7 / 10, 0.3, 0.1)
    return ModelEvidence(
        agent, kind, model, 0.86, 0.8, 0.03, 28, 25.0, cost, 0.9, *posterior, None, is_default, model == "haiku", ""
    )
