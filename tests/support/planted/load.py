"""Write the planted history into a warehouse, as ingest and embed would have.

Its spawns are those of 40 people on as many machines, in 12 repositories, in turn.
"""

import hashlib
import uuid
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from pipelines.ingest.vectors import TextVectors, store_vectors
from pipelines.warehouse import Warehouse
from recommender.embedding.local import LocalEmbedder
from tests.support.planted.history import Spawn, planted_history
from tests.support.planted.topics import LONG_AGO, NEVER_SPAWNED, TOO_MUCH, WORK, Topic

SIGNALS = {True: "result_used", False: "tool_error", None: "no_result"}


def load_planted_history(warehouse: Warehouse, now: datetime, count: int = 10_000, seed: int = 1) -> str:
    """Write spawns with their signals and vectors, and the specs with theirs; return the embedding model's name."""
    embedder = LocalEmbedder()
    _load_specs(warehouse, embedder)
    _load_spawns(warehouse, embedder, list(planted_history(now, count, seed)))
    return embedder.name


def spec_text(agent: str, topics: Sequence[Topic]) -> str:
    """Return a spec that speaks of the agent's work in the words of its tasks."""
    work = " ".join(
        f"{verb.capitalize()} {thing}."
        for topic in topics
        for verb in topic.phrases()[0]
        for thing in topic.phrases()[1]
    )
    return f"---\nname: {agent}\nmodel: sonnet\n---\n{work}"


def _load_specs(warehouse: Warehouse, embedder: LocalEmbedder) -> None:
    topics = sorted([*WORK, *TOO_MUCH, *NEVER_SPAWNED, *LONG_AGO], key=lambda topic: topic.agent)
    specs = {agent: spec_text(agent, list(own)) for agent, own in groupby(topics, key=lambda topic: topic.agent)}
    vectors = embedder.embed([text.split("---\n")[-1] for text in specs.values()])
    with warehouse.connect() as connection, connection.cursor() as cursor:
        cursor.executemany(
            """insert into learning.agent_specs (agent_name, spec_path, declared_model, spec_text, spec_hash)
            values (%s, %s, 'sonnet', %s, md5(%s))""",
            [(agent, f"agents/{agent}.md", text, text) for agent, text in specs.items()],
        )
        cursor.executemany(
            "insert into learning.agent_embeddings values (%s, %s, md5(%s), %s)",
            [
                (agent, embedder.name, text, vector)
                for (agent, text), vector in zip(specs.items(), vectors, strict=True)
            ],
        )


def _load_spawns(warehouse: Warehouse, embedder: LocalEmbedder, spawns: list[Spawn]) -> None:
    vectors = embedder.embed([spawn.text for spawn in spawns])
    hashes = [hashlib.sha256(spawn.text.encode()).hexdigest() for spawn in spawns]
    ids = [uuid.uuid5(uuid.NAMESPACE_OID, str(number)) for number in range(len(spawns))]
    with warehouse.connect() as connection, connection.cursor() as cursor:
        cursor.executemany(
            """insert into learning.task_history (
                id, source, source_key, created_at, finished_at, task_title, task_description, task_hash,
                agent_used, model_used, model_source, duration_ms, cost_usd,
                repository, user_name, host
            ) values (%s, 'planted', %s, %s, %s, %s, %s, %s, %s, %s, 'observed', %s, %s, %s, %s, %s)""",
            [
                (
                    *(task, str(task), spawn.spawned_at, spawn.spawned_at, spawn.text.splitlines()[0], spawn.text),
                    *(text_hash, spawn.agent, spawn.model, spawn.duration_ms, spawn.cost_usd),
                    *(f"github.com/acme/service-{number % 12}", f"person{number % 40}", f"laptop{number % 40}"),
                )
                for number, (task, spawn, text_hash) in enumerate(zip(ids, spawns, hashes, strict=True))
            ],
        )
        store_vectors(connection, TextVectors(embedder.name, hashes, vectors))
        cursor.executemany(
            "insert into learning.outcome_signals (task_id, signal) values (%s, %s)",
            [(task, SIGNALS[spawn.succeeded]) for task, spawn in zip(ids, spawns, strict=True)],
        )
