"""From outcomes to the answer at spawn time, through Postgres, dbt, the snapshot and `recommend()`."""

import hashlib
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from pipelines.cluster import cluster_tasks
from pipelines.estimate import estimate_models, write_labels
from pipelines.ingest.vectors import TextVectors, store_vectors
from pipelines.marts.run_dbt import run_dbt
from pipelines.progress import SilentProgress
from pipelines.publish.snapshot import publish_snapshot
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from recommender.decision import rule_of
from recommender.embedding.local import LocalEmbedder
from recommender.lookup import Recommender
from recommender.published import Published, SnapshotFile
from recommender.text.task_text import task_text
from tests.benchmarks.routing.data import Outcomes
from tests.benchmarks.routing.product import Revealed, learn

MODELS = ("tiny-model", "vast-model")
COST = {"tiny-model": 0.01, "vast-model": 0.1}
KINDS = (
    ("write unit tests for the", ("parser", "lexer", "tokenizer", "grammar", "compiler", "scanner")),
    ("deploy the docker container of the", ("web server", "database", "queue", "proxy", "cache", "gateway")),
    ("summarise the quarterly report on", ("sales", "revenue", "profits", "markets", "customers", "budgets")),
)
# How often each model succeeds at each kind.
RATES = ((1.0, 0.9), (0.2, 0.95), (0.96, 0.92))


def text_of(kind: int, number: int) -> str:
    opening, things = KINDS[kind]
    words = ["module", "service", "branch", "release", "version", "team"]
    return task_text(f"{opening} {things[number % 6]} {words[number % 5]} number {number}")


def spawns(count: int, kind: int, model: int, start: int, rate: float) -> list[tuple[str, str, bool]]:
    return [
        (text_of(kind, start + number), MODELS[model], (number * 7) % count < rate * count) for number in range(count)
    ]


def insert(warehouse: Warehouse, tasks: Sequence[tuple[str, str, bool]], *, first: int = 0) -> None:
    """Write spawns of one agent as ingest and embed would, each with an outcome that was observed."""
    embedder = LocalEmbedder()
    texts = [text for text, _, _ in tasks]
    with warehouse.connect() as connection, connection.cursor() as cursor:
        for number, (text, model, success) in enumerate(tasks, first):
            task = uuid.uuid5(uuid.NAMESPACE_OID, str(number))
            created = datetime.now(UTC) - timedelta(days=20) + timedelta(seconds=number)
            cursor.execute(
                "insert into learning.task_history (id, source, source_key, created_at, task_description, task_hash,"
                " agent_used, model_used, model_source, success, cost_usd, is_cost_complete)"
                " values (%s, 'test', %s, %s, %s, md5(%s), 'worker', %s, 'observed', %s, %s, true)",
                [task, str(number), created, text, text, model, success, COST[model]],
            )
            signal = "result_used" if success else "tool_error"
            cursor.execute("insert into learning.outcome_signals (task_id, signal) values (%s, %s)", [task, signal])
        hashes = [hashlib.md5(text.encode()).hexdigest() for text in texts]
        store_vectors(connection, TextVectors(embedder.name, hashes, embedder.embed(texts)))


def night(warehouse: Warehouse, settings: Settings) -> Recommender:
    """Run every stage after ingest and embed, and open what it published."""
    cluster_tasks(warehouse, settings, LocalEmbedder().name, SilentProgress())
    for selector in ("before_estimates", "after_estimates"):
        run = run_dbt(
            warehouse, settings, ["build", "--selector", selector, "--exclude-resource-type", "test unit_test"]
        )
        assert run.failures == []
        if selector == "before_estimates":
            write_labels(warehouse)
            estimate_models(warehouse, settings, SilentProgress())
    publish_snapshot(warehouse, settings)
    return Recommender(Published(SnapshotFile(settings.snapshot_file)), deadline_ms=5_000)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


def test_a_lookup_decides_as_the_replay_does_in_process(warehouse: Warehouse, settings: Settings) -> None:
    tasks = [
        spawn
        for kind, rates in enumerate(RATES)
        for model, rate in enumerate(rates)
        for spawn in spawns(60 + 20 * model, kind, model, 200 * model, rate)
    ]
    insert(warehouse, tasks)
    recommender = night(warehouse, settings)
    probes = [text_of(kind, 1000 + number) for kind in range(3) for number in range(30)]
    vectors = np.asarray(LocalEmbedder().embed([text for text, _, _ in tasks] + probes), dtype=np.float64)
    model = np.array([MODELS.index(name) for _, name, _ in tasks])
    success = np.zeros((len(vectors), 2))
    success[np.arange(len(tasks)), model] = [good for _, _, good in tasks]
    cost = np.tile([COST[name] for name in MODELS], (len(vectors), 1))
    category = np.zeros(len(vectors), dtype=np.int64)
    data = Outcomes("planted", [], ("any",), category, vectors, MODELS, success, cost)
    product = learn(data, Revealed(np.arange(len(tasks)), model), settings, default=1)
    replayed = product.choose(np.arange(len(tasks), len(vectors)), rule_of(settings))
    answers = [recommender.recommend(probe, "worker") for probe in probes]
    assert [answer.model for answer in answers] == [MODELS[choice] for choice in replayed]
    assert [answer.source for answer in answers].count("cluster") > 70
    assert set(replayed) == {0, 1}


def test_thirty_outcomes_of_one_kind_change_that_kind_and_no_far_one(warehouse: Warehouse, settings: Settings) -> None:
    tasks = [spawn for kind in range(3) for spawn in spawns(60, kind, 1, 0, 0.92)]
    insert(warehouse, tasks)
    probes = [[text_of(kind, 1000 + number) for number in range(10)] for kind in range(3)]
    before = night(warehouse, settings)
    assert {before.recommend(text, "worker").model for texts in probes for text in texts} == {"vast-model"}
    insert(warehouse, spawns(30, 0, 0, 300, 1.0), first=len(tasks))
    after = night(warehouse, settings)
    answers = [{after.recommend(text, "worker").model for text in texts} for texts in probes]
    assert answers == [{"tiny-model"}, {"vast-model"}, {"vast-model"}]
