import hashlib
import uuid
from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from psycopg import sql

from pipelines.embed import similar_tasks as similar_tasks_module
from pipelines.embed.batches import EmbeddingStoppedError
from pipelines.embed.embed_specs import drop_other_spec_vectors, embed_specs
from pipelines.embed.embed_tasks import embed_tasks
from pipelines.embed.similar_tasks import ensure_similarity_index, index_name, similar_tasks, similarity_statement
from pipelines.ingest.vectors import TextVectors, store_vectors
from pipelines.progress import SilentProgress
from pipelines.warehouse import Warehouse
from recommender.embedding.embedder import EmbeddingError, Vectors
from recommender.embedding.local import LocalEmbedder
from recommender.embedding.openai_server import OpenAIEmbedder
from tests.support.embedding_server import EmbeddingServer, rows_for, running_embedding_server

TESTS, DEPLOY, REVIEW = "write unit tests for the kalman filter", "deploy to kubernetes", "review the migration"


class CountingEmbedder:
    """An embedder that remembers what it was asked, and fails after `limit` texts."""

    def __init__(self, name: str = "counting", dimension: int = 4, limit: int = 10**9) -> None:
        self.name, self.dimension, self.limit = name, dimension, limit
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str]) -> Vectors:
        if len(self.asked) + len(texts) > self.limit:
            raise EmbeddingError("The quota is used up.")
        self.asked += texts
        digests = [hashlib.sha256(text.encode()).digest()[: self.dimension] for text in texts]
        return np.array([list(digest) for digest in digests], dtype=np.float32) + 1


def add_tasks(warehouse: Warehouse, *texts: str, success: bool | None = True, model: str = "sonnet") -> None:
    with warehouse.connect() as connection, connection.cursor() as cursor:
        cursor.executemany(
            "insert into learning.task_history (id, source, source_key, created_at, task_description, task_hash,"
            " agent_used, model_used, success) values (%s, 'test', %s, now(), %s, %s, 'QA_TESTER', %s, %s)",
            [
                (key := uuid.uuid4(), str(key), text, hashlib.sha256(text.encode()).hexdigest(), model, success)
                for text in texts
            ],
        )


def add_spec(warehouse: Warehouse, name: str, text: str) -> None:
    with warehouse.connect() as connection:
        connection.execute(
            "insert into learning.agent_specs (agent_name, spec_path, spec_text, spec_hash) values (%s, '', %s, %s)"
            " on conflict (agent_name) do update set spec_text = excluded.spec_text, spec_hash = excluded.spec_hash",
            [name, text, hashlib.sha256(text.encode()).hexdigest()],
        )


def stored(warehouse: Warehouse) -> dict[str, str | None]:
    with warehouse.connect() as connection:
        return dict(
            connection.execute(
                "select task_description, embedding_model from learning.task_history_with_embeddings"
            ).fetchall()
        )


def test_each_distinct_text_is_embedded_once(warehouse: Warehouse) -> None:
    embedder = CountingEmbedder()
    add_tasks(warehouse, TESTS, TESTS, DEPLOY, TESTS)
    report = embed_tasks(warehouse, embedder, SilentProgress(), batch_size=2)
    assert report.embedded == 2
    add_tasks(warehouse, TESTS, REVIEW)
    report = embed_tasks(warehouse, embedder, SilentProgress())
    assert report.embedded == 1
    assert sorted(embedder.asked) == sorted([TESTS, DEPLOY, REVIEW])
    assert set(stored(warehouse).values()) == {"counting"}
    with warehouse.connect() as connection:
        distinct = connection.execute(
            "select count(*), count(distinct task_embedding) from learning.task_history_with_embeddings"
            " where task_description = %s",
            [TESTS],
        ).fetchone()
        vectors = connection.execute("select count(*) from learning.task_embeddings").fetchone()
    assert (distinct, vectors) == ((4, 1), (3,))


def test_nothing_new_asks_nothing_and_changes_nothing(warehouse: Warehouse) -> None:
    add_tasks(warehouse, TESTS, DEPLOY)
    embed_tasks(warehouse, CountingEmbedder(), SilentProgress())
    digest = "select array_agg(t::text || t.xmin::text order by task_hash) from learning.task_embeddings t"
    with warehouse.connect() as connection:
        before = connection.execute(digest).fetchone()
    again = CountingEmbedder()
    assert embed_tasks(warehouse, again, SilentProgress()).embedded == 0
    with warehouse.connect() as connection:
        assert connection.execute(digest).fetchone() == before
    assert again.asked == []


def test_finished_batches_stay_and_the_rest_waits(warehouse: Warehouse) -> None:
    texts = [f"task {number}" for number in range(10)]
    add_tasks(warehouse, *texts)
    failing = CountingEmbedder(limit=6)
    with pytest.raises(EmbeddingStoppedError, match="6 texts are embedded and kept, 4 wait") as caught:
        embed_tasks(warehouse, failing, SilentProgress(), batch_size=3)
    assert (caught.value.embedded, caught.value.pending) == (6, 4)
    assert sum(model is not None for model in stored(warehouse).values()) == 6
    resumed = CountingEmbedder()
    embed_tasks(warehouse, resumed, SilentProgress(), batch_size=3)
    assert sorted(failing.asked + resumed.asked) == texts


def test_a_task_without_text_has_no_vector(warehouse: Warehouse) -> None:
    add_tasks(warehouse, "", " \n", TESTS)
    assert embed_tasks(warehouse, LocalEmbedder(), SilentProgress()).embedded == 1
    assert stored(warehouse) == {"": None, " \n": None, TESTS: "wordllama-256"}


def test_vectors_of_two_models_never_meet(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(similar_tasks_module, "_INDEXED_FROM_BYTES", 1)
    add_tasks(warehouse, *(f"task {number}" for number in range(6)))
    embed_tasks(warehouse, CountingEmbedder("old", 4), SilentProgress())
    with pytest.raises(EmbeddingStoppedError):
        embed_tasks(warehouse, CountingEmbedder("new", 8, limit=4), SilentProgress(), batch_size=2)
    with warehouse.connect() as connection:
        for model, dimension, count in (("old", 4, 2), ("new", 8, 4)):
            found = similar_tasks(connection, np.ones(dimension, dtype=np.float32), model, limit=10)
            assert len(found) == count
    embed_tasks(warehouse, CountingEmbedder("new", 8), SilentProgress())
    with warehouse.connect() as connection:
        indexes = connection.execute(
            "select indexname from pg_indexes where indexname like 'task!_embedding!_%' escape '!'"
        )
        assert indexes.fetchall() == [(index_name("new"),)]


def test_an_index_is_made_again_where_its_lists_are_too_few_or_too_many(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(similar_tasks_module, "_INDEXED_FROM_BYTES", 16 * 2 * 4)
    add_tasks(warehouse, *(f"task {number}" for number in range(150)))
    hashes = [f"{number:032x}" for number in range(150)]
    with warehouse.connect() as connection:
        connection.execute(
            "update learning.task_history set task_hash = lpad(to_hex(place), 32, '0') from ("
            "select id as task, row_number() over (order by id) - 1 as place from learning.task_history) as numbered"
            " where id = task"
        )
        lists = []
        for count in (15, 16, 60, 150, 150):
            vectors = np.random.default_rng(0).normal(size=(count, 4))
            store_vectors(connection, TextVectors("m", hashes[:count], vectors))
            ensure_similarity_index(connection, "m")
            lists.append(
                connection.execute(
                    "select max(reloptions[1]) from pg_class where relname = %s", [index_name("m")]
                ).fetchone()[0]
            )
    assert lists == [None, "lists=4", "lists=4", "lists=12", "lists=12"]


def test_embedding_similarity_query(warehouse: Warehouse) -> None:
    add_tasks(warehouse, TESTS)
    add_tasks(warehouse, DEPLOY, success=False, model="haiku")
    add_tasks(warehouse, REVIEW, success=None)
    embedder = LocalEmbedder()
    embed_tasks(warehouse, embedder, SilentProgress())
    vector = embedder.embed([TESTS])[0]
    with warehouse.connect() as connection:
        results = similar_tasks(connection, vector, embedder.name, limit=1)
        everything = similar_tasks(connection, vector, embedder.name)
    assert len(results) == 1
    assert results[0].similarity > 0.99
    assert results[0].model_used == "sonnet"
    assert [task.success for task in everything if task.model_used == "haiku"] == [False]
    assert len(everything) == 3
    assert [task.similarity for task in everything] == sorted((t.similarity for t in everything), reverse=True)


@pytest.mark.parametrize("dimension", [4, 2_500])
def test_the_similarity_query_uses_the_index(
    warehouse: Warehouse, dimension: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(similar_tasks_module, "_INDEXED_FROM_BYTES", 1)
    add_tasks(warehouse, *(f"task {number}" for number in range(300)))
    vectors = np.random.default_rng(0).normal(size=(300, dimension))
    with warehouse.connect() as connection:
        hashes = [text_hash for (text_hash,) in connection.execute("select task_hash from learning.task_history")]
        store_vectors(connection, TextVectors("it's", hashes, vectors))
        ensure_similarity_index(connection, "it's")
        connection.execute("analyze learning.task_embeddings")
        parameters = {"vector": vectors[0], "limit": 5}
        connection.execute("set local enable_sort = off")  # 300 rows are sorted faster than any index is read
        plan = connection.execute(sql.SQL("explain ") + similarity_statement("it's", dimension), parameters).fetchall()
        nearest = similar_tasks(connection, vectors[0], "it's", limit=100)
    assert any("Index Scan using " + index_name("it's") in line for (line,) in plan)
    assert len(nearest) == 100
    assert nearest[0].similarity > 0.99


def test_a_spec_is_embedded_again_only_when_its_text_changes(warehouse: Warehouse) -> None:
    add_spec(warehouse, "QA_TESTER", "writes tests")
    add_spec(warehouse, "COPY_OF_QA", "writes tests")
    add_spec(warehouse, "DBA", "writes migrations")
    first, second, third = CountingEmbedder(), CountingEmbedder(), CountingEmbedder("other", 8)
    embed_specs(warehouse, first, SilentProgress())
    add_spec(warehouse, "DBA", "writes migrations and reviews them")
    embed_specs(warehouse, second, SilentProgress())
    embed_specs(warehouse, third, SilentProgress())
    drop_other_spec_vectors(warehouse, third.name)
    assert sorted(first.asked) == ["writes migrations", "writes tests"]
    assert second.asked == ["writes migrations and reviews them"]
    with warehouse.connect() as connection:
        rows = connection.execute(
            "select e.agent_name, e.embedding_model, e.spec_hash = s.spec_hash from learning.agent_embeddings e"
            " join learning.agent_specs s using (agent_name) order by 1"
        ).fetchall()
    assert rows == [("COPY_OF_QA", "other", True), ("DBA", "other", True), ("QA_TESTER", "other", True)]


def test_a_long_spec_counts_whole(warehouse: Warehouse) -> None:
    head = "You are a careful engineer. " * 300
    add_spec(warehouse, "LONG", head + "Deploy services to kubernetes clusters with helm. " * 300)
    add_spec(warehouse, "HEAD", head)
    embedder = LocalEmbedder()
    embed_specs(warehouse, embedder, SilentProgress())
    with warehouse.connect() as connection:
        vectors = dict(
            connection.execute("select agent_name, spec_embedding from learning.agent_embeddings").fetchall()
        )
    deploy = embedder.embed(["deploy to kubernetes"])[0]
    assert vectors["LONG"].to_numpy() @ deploy > vectors["HEAD"].to_numpy() @ deploy + 0.05


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[EmbeddingServer]:
    with running_embedding_server() as fake:
        monkeypatch.setenv("OPENAI_BASE_URL", fake.url)
        yield fake


def test_a_provider_that_fails_halfway_costs_nothing_twice(warehouse: Warehouse, server: EmbeddingServer) -> None:
    add_tasks(warehouse, *(f"task {number}" for number in range(6)))
    server.answers = [rows_for, rows_for, (403, {})]
    with pytest.raises(EmbeddingStoppedError, match="OPENAI_API_KEY"):
        embed_tasks(warehouse, OpenAIEmbedder(attempts=1), SilentProgress(), batch_size=2)
    embed_tasks(warehouse, OpenAIEmbedder(attempts=1), SilentProgress(), batch_size=2)
    asked = [text for request in server.requests for text in request]
    assert len(asked) == 8  # six, and the batch that was refused once
    assert set(stored(warehouse).values()) == {"text-embedding-3-small"}
