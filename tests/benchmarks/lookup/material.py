"""What the cases look up: prose as tasks, and a snapshot of 256 kinds."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pydoc_data.topics import topics  # English prose about programming that every Python has

from recommender.embedding.local import LocalEmbedder
from recommender.published_rows import ANY_AGENT, ANY_KIND, AgentSpec, BestModel, ModelEvidence, Scope, TaskKind
from recommender.snapshot import Snapshot
from recommender.work_types import work_type_of

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
    types = [work_type_of(text) for text in texts]
    scopes = _scopes(ANY_AGENT, list(enumerate(types)))
    for number, agent in enumerate(AGENTS):
        scopes += _scopes(agent, random.Random(number).sample(list(enumerate(types)), KINDS_OF_AN_AGENT))
    return Snapshot(
        embedding_model=embedder.name,
        created_at=datetime.now(UTC),
        clustering_version=1,
        kinds=tuple(
            TaskKind(i, text[:40], 0.5, 20, ("a", "b"), (text[:80],), types[i]) for i, text in enumerate(texts)
        ),
        centroids=embedder.embed(texts),
        best=tuple(_best(scope) for scope in scopes),
        evidence=tuple(_evidence(scope, *model) for scope in scopes for model in MODELS),
        agents=tuple(AgentSpec(agent, None, "") for agent in AGENTS),
        agent_vectors=embedder.embed(texts[: len(AGENTS)]),
    )


@cache
def _prose() -> str:
    return " ".join(" ".join(topics.values()).split())


def _scopes(agent: str, kinds: list[tuple[int, str]]) -> list[Scope]:
    """Return the scopes of an agent that has done these kinds of task."""
    types = sorted({work_type for _, work_type in kinds})
    narrow = [Scope(agent, work_type, kind) for kind, work_type in sorted(kinds)]
    return [Scope(agent), *(Scope(agent, work_type) for work_type in types), *narrow]


def _best(scope: Scope) -> BestModel:
    source = "agent" if scope.cluster_id == ANY_KIND else "cluster"
    return BestModel(*scope, "haiku", source, "haiku did 27 of 28 well", 0.86, 0.8, 0.03, 28, 25.0, 0.1, "opus", 0.5)


def disagreeing() -> Snapshot:
    """Return the same where every other kind's choice is another, so that each lookup has to weigh them."""
    chosen = [row._replace(is_chosen=row.model == MODELS[row.cluster_id % 2][0]) for row in snapshot().evidence]
    return replace(snapshot(), evidence=tuple(chosen))


def _evidence(scope: Scope, model: str, cost: float, logit: float) -> ModelEvidence:
    is_baseline = model == "opus"
    posterior = (logit + scope.cluster_id % 7 / 10, 0.3, 0.1)
    counts = (0.86, 0.8, 0.03, 28, 25.0, 25.0, cost, 0.1, 0.9, 0.4)
    return ModelEvidence(*scope, model, *counts, *posterior, None, is_baseline, model == "haiku", "")
