"""Whatever an embedding provider does in mid-night: finished work stays, the rest waits, nothing is mis-assigned."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipelines.embed.batches import EmbeddingStoppedError
from pipelines.embed.embed_specs import embed_specs
from pipelines.embed.embed_tasks import embed_tasks
from pipelines.progress import SilentProgress
from pipelines.warehouse import Warehouse
from recommender.openai_embedding import OpenAIEmbedder
from tests.embedding_server import EmbeddingServer, Rows, rows_for, running_embedding_server
from tests.integration.embed.test_embed_tasks import add_spec, add_tasks
from tests.reliability.house import IS_LONG, House, chance, opened

TEXTS = [f"task number {number} of this night" for number in range(9)]
BATCH = 2
NAN, ZERO = float("nan"), 0.0


def _shifted(texts: list[str]) -> Rows:
    """Return each vector under the number of another text's, one number beyond the last."""
    return [{**row, "index": row["index"] + 1} for row in rows_for(texts)]


def _with(value: float) -> Callable[[list[str]], Rows]:
    return lambda texts: [{**row, "embedding": [value] * 8} for row in rows_for(texts)]


# name: (answer, what the person is told)
LASTING: dict[str, tuple[Any, str]] = {
    "quota used up": ((429, {"Retry-After": "0"}), "rate limit or quota"),
    "server error": ((500, {}), "HTTP 500"),
    "no answer in time": ("stall", "in time"),
    "cut within the body": ("cut", "cannot be reached"),
    "no JSON": ("garbage", "check"),
    "too few vectors": (lambda texts: rows_for(texts)[:-1], "1 vectors for 2 texts"),
    "too many vectors": (lambda texts: rows_for([*texts, "more"]), "3 vectors for 2 texts"),
    "no vectors": (lambda texts: [], "0 vectors for 2 texts"),
    "another size than before": (lambda texts: rows_for(texts, 4), "4 dimensions instead of 8"),
    "two sizes": (lambda texts: [*rows_for(texts[:1], 4), rows_for(texts)[1]], "one size"),
    "not a number": (_with(NAN), "no usable vector"),
    "beyond any number": (_with(1e39), "no usable vector"),
    "zero": (_with(ZERO), "no usable vector"),
    "numbers twice": (lambda texts: [{**row, "index": 0} for row in rows_for(texts)], "vectors for 2 texts"),
    "numbers shifted": (_shifted, "vectors for 2 texts"),
    "key refused": ((401, {}), "OPENAI_API_KEY"),
    "model unknown": ((404, {}), "SPAWNWISE_EMBEDDING_MODEL"),
}
PASSING: dict[str, Any] = {
    "429 with Retry-After": (429, {"Retry-After": "1"}),
    "500": (500, {}),
    "503": (503, {}),
    "cut within the body": "cut",
    "reordered": lambda texts: rows_for(texts)[::-1],
}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[EmbeddingServer]:
    with running_embedding_server() as fake:
        monkeypatch.setenv("OPENAI_BASE_URL", fake.url)
        yield fake


def expected(text: str) -> np.ndarray[Any, Any]:
    """Return the vector that belongs to a text."""
    vector = np.array(rows_for([text])[0]["embedding"])
    return np.asarray(vector / np.linalg.norm(vector))


def assert_each_vector_is_its_texts_own(warehouse: Warehouse, number: int) -> None:
    with warehouse.connect() as connection:
        rows = connection.execute(
            "select task_description, task_embedding from learning.task_history where task_embedding is not null"
        ).fetchall()
    assert len(rows) == number
    for text, vector in rows:
        np.testing.assert_allclose(vector.to_numpy(), expected(text), atol=1e-6)


@pytest.mark.parametrize("fault", LASTING)
@pytest.mark.parametrize("good_batches", range(4) if IS_LONG else [2])
def test_a_lasting_fault_keeps_what_is_finished(
    fault: str, good_batches: int, warehouse: Warehouse, server: EmbeddingServer
) -> None:
    answer, reason = LASTING[fault]
    add_tasks(warehouse, *TEXTS)
    embedder = OpenAIEmbedder(timeout_s=0.5, attempts=1)
    embedder.embed(["asked before, so that the size is known"])
    server.answers = [rows_for] * good_batches + [answer]
    with pytest.raises(EmbeddingStoppedError, match=reason) as stopped:
        embed_tasks(warehouse, embedder, SilentProgress(), batch_size=BATCH)
    done = BATCH * good_batches
    assert (stopped.value.embedded, stopped.value.pending) == (done, len(TEXTS) - done)
    assert not any(text in str(stopped.value) for text in TEXTS)
    assert_each_vector_is_its_texts_own(warehouse, done)
    server.requests.clear()
    embed_tasks(warehouse, embedder, SilentProgress(), batch_size=BATCH)
    assert_each_vector_is_its_texts_own(warehouse, len(TEXTS))
    assert sum(map(len, server.requests)) == len(TEXTS) - done, "what was finished was not asked again"


def test_passing_faults_at_random_moments_are_outlived(warehouse: Warehouse, server: EmbeddingServer) -> None:
    random = chance("passing faults")
    add_tasks(warehouse, *TEXTS)
    faults = [random.choice(list(PASSING)) for _ in range(30 if IS_LONG else 3)]
    print(faults)
    server.answers = [answer for fault in faults for answer in (PASSING[fault], rows_for)]
    embed_tasks(warehouse, OpenAIEmbedder(), SilentProgress(), batch_size=BATCH)
    assert_each_vector_is_its_texts_own(warehouse, len(TEXTS))


@pytest.mark.parametrize("fault", LASTING)
def test_a_spec_keeps_its_vector_while_its_new_text_cannot_be_embedded(
    fault: str, warehouse: Warehouse, server: EmbeddingServer
) -> None:
    add_spec(warehouse, "QA", "writes tests")
    add_spec(warehouse, "DBA", "writes migrations")
    embedder = OpenAIEmbedder(timeout_s=0.5, attempts=1)
    embed_specs(warehouse, embedder, SilentProgress())
    add_spec(warehouse, "QA", "writes better tests")
    add_spec(warehouse, "DBA", "writes better migrations")
    server.answers = [LASTING[fault][0]]
    with pytest.raises(EmbeddingStoppedError, match=LASTING[fault][1]):
        embed_specs(warehouse, embedder, SilentProgress())
    assert _specs(warehouse) == {"QA": "writes tests", "DBA": "writes migrations"}
    embed_specs(warehouse, embedder, SilentProgress())
    assert _specs(warehouse) == {"QA": "writes better tests", "DBA": "writes better migrations"}


def _specs(warehouse: Warehouse) -> dict[str, str]:
    """Return which text each agent's vector is of."""
    texts = [f"writes {kind}" for kind in ("tests", "migrations", "better tests", "better migrations")]
    with warehouse.connect() as connection:
        rows = connection.execute("select agent_name, spec_embedding from learning.agent_embeddings").fetchall()
    vectors = {text: expected(text) for text in texts}
    return {
        name: next(text for text, known in vectors.items() if np.allclose(vector.to_numpy(), known, atol=1e-6))
        for name, vector in rows
    }


@pytest.mark.skipif(not IS_LONG, reason="a night waits before it tries again")
def test_a_night_whose_quota_ends_halfway_says_so_and_the_next_one_goes_on(
    logs: Path, folder: Path, server: EmbeddingServer
) -> None:
    house = House(folder / "quota", logs, SPAWNWISE_EMBEDDER="openai", SPAWNWISE_EMBEDDING_BATCH_SIZE="20")
    house.home.mkdir(mode=0o711)
    server.answers = [rows_for] * 2 + [(429, {"Retry-After": "0"})] * 100
    with opened(house):
        stopped = house.run("learn")
        assert stopped.returncode != 0
        assert "rate limit or quota is used up" in stopped.stderr + stopped.stdout
        assert not (house.home / "snapshot.safetensors").exists()
        server.answers = []
        assert house.run("learn", "--quiet").returncode == 0
        query = "select task_description, task_embedding::real[] from learning.task_history"
        with house.connect() as connection:
            rows = connection.execute(query).fetchall()
    assert len(rows) > 40
    for text, vector in rows:
        np.testing.assert_allclose(vector, expected(text), atol=1e-6)
