import time
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.embedding.embedder import EmbeddingError
from recommender.embedding.openai_server import OpenAIEmbedder, split_by_bytes
from tests.support.embedding_server import EmbeddingServer, rows_for, running_embedding_server

SECRET_TEXT = "the task text that no message may quote"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[EmbeddingServer]:
    with running_embedding_server() as fake:
        monkeypatch.setenv("OPENAI_BASE_URL", fake.url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-loopback")
        yield fake


def test_each_text_gets_its_own_vector_whatever_the_order_of_the_answer(server: EmbeddingServer) -> None:
    server.answers = [lambda texts: rows_for(texts)[::-1]]
    embedder = OpenAIEmbedder()
    texts = [f"task {number}" for number in range(10)]
    vectors = embedder.embed(texts)
    expected = np.array([row["embedding"] for row in rows_for(texts)])
    np.testing.assert_allclose(vectors, expected / np.linalg.norm(expected, axis=1, keepdims=True), atol=1e-6)
    assert embedder.dimension == 8


def test_requests_stay_within_the_limits(server: EmbeddingServer) -> None:
    embedder = OpenAIEmbedder()
    assert embedder.embed(["t"] * 5_000).shape == (5_000, 8)
    assert [len(request) for request in server.requests] == [2_048, 2_048, 904]
    server.requests.clear()
    assert embedder.embed(["é" * 4_000] * 100).shape == (100, 8)
    assert all(sum(len(text.encode()) for text in request) <= 300_000 for request in server.requests)


def test_a_long_text_counts_whole(server: EmbeddingServer) -> None:
    long = "first half " * 700 + "other half " * 700
    whole, start = OpenAIEmbedder().embed([long, long[:7_000]])
    parts = list(split_by_bytes(long))
    assert "".join(parts) == long
    expected = sum(np.array(row["embedding"]) / np.linalg.norm(row["embedding"]) for row in rows_for(parts))
    np.testing.assert_allclose(whole, expected / np.linalg.norm(expected), atol=1e-6)
    assert not np.allclose(whole, start)


@given(st.text(max_size=400), st.integers(min_value=8, max_value=60))
def test_parts_join_to_the_text_and_keep_the_limit(text: str, limit: int) -> None:
    parts = list(split_by_bytes(text, limit))
    assert "".join(parts) == text.encode(errors="replace").decode()
    assert all(len(part.encode()) <= limit for part in parts)


@pytest.mark.parametrize("fault", [(500, {}), (429, {"Retry-After": "1"}), "cut", (408, {})])
def test_a_passing_fault_is_tried_again(server: EmbeddingServer, fault: object) -> None:
    server.answers = [fault]  # type: ignore[list-item]
    started = time.monotonic()
    assert OpenAIEmbedder().embed([SECRET_TEXT]).shape == (1, 8)
    assert len(server.requests) == 2
    if isinstance(fault, tuple) and "Retry-After" in fault[1]:
        assert time.monotonic() - started >= 1


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        ((401, {}), "OPENAI_API_KEY"),
        ((404, {}), "SPAWNWISE_EMBEDDING_MODEL"),
        ((429, {}), "rate limit or quota"),
        ((503, {}), "HTTP 503"),
        ("stall", "in time"),
        ("cut", "cannot be reached"),
        ("garbage", "check"),
        (lambda texts: rows_for(texts)[:-1], "1 vectors for 2 texts"),
        (lambda texts: rows_for([*texts, "more"]), "3 vectors for 2 texts"),
        (lambda texts: [{**row, "index": 0} for row in rows_for(texts)], "2 vectors for 2 texts"),
        (lambda texts: [{**row, "embedding": [float("nan")] * 8} for row in rows_for(texts)], "no usable vector"),
        (lambda texts: [{**row, "embedding": [0.0] * 8} for row in rows_for(texts)], "no usable vector"),
        (lambda texts: [*rows_for(texts[:1], 4), rows_for(texts)[1]], "one size"),
        (lambda texts: [{**row, "embedding": "text"} for row in rows_for(texts)], "check OPENAI_BASE_URL"),
        (lambda texts: [None, None], "check OPENAI_BASE_URL"),
    ],
)
def test_a_lasting_fault_is_a_clear_error_without_the_text(
    server: EmbeddingServer, answer: object, complaint: str
) -> None:
    server.answers = [answer]  # type: ignore[list-item]
    with pytest.raises(EmbeddingError, match=complaint) as caught:
        OpenAIEmbedder(timeout_s=0.5 if answer == "stall" else 60, attempts=1).embed([SECRET_TEXT, "another"])
    assert SECRET_TEXT[:20] not in repr(caught.value)
    assert caught.value.__cause__ is None


def test_another_size_than_before_is_refused(server: EmbeddingServer) -> None:
    embedder = OpenAIEmbedder()
    embedder.embed(["a"])
    server.answers = [lambda texts: rows_for(texts, 4)]
    with pytest.raises(EmbeddingError, match="4 dimensions instead of 8"):
        embedder.embed(["a"])


def test_a_server_of_ones_own_needs_no_key(server: EmbeddingServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    assert OpenAIEmbedder("nomic-embed-text").embed(["a"]).shape == (1, 8)
