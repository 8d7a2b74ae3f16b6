import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import wordllama
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.embedding.embedder import EmbeddingError, unit_rows
from recommender.embedding.local import LocalEmbedder, embedder_from_environment, embedder_named

TEXTS = [
    "Write unit tests for the kalman filter",
    "x",
    "Ändere die Überschrift und prüfe die Größe 🙂 日本語のテスト",
    "Explore the repository.\n\n" + "Look at every module and report what it does. " * 200,
    "    indented\tcode();\x00 {nul}",
]


@pytest.fixture(scope="module")
def embedder() -> LocalEmbedder:
    return LocalEmbedder()


def test_equals_wordllama(embedder: LocalEmbedder) -> None:
    peer = wordllama.WordLlama.load(cache_dir=Path(wordllama.__file__).parent, disable_download=True)
    np.testing.assert_allclose(embedder.embed(TEXTS), peer.embed(TEXTS, norm=True), atol=1e-6)


@given(
    st.lists(
        st.sampled_from(["a", " ", "  ", "\u2581", "<s>", "</s>", "tests", "\n", "é", "🙂", "日"]) | st.text(),
        max_size=12,
    )
)
@settings(max_examples=500)
def test_tokens_are_those_of_the_whole_text(embedder: LocalEmbedder, pieces: list[str]) -> None:
    text = "".join(pieces)
    assert embedder._tokens(text) == embedder._tokenizer.encode(text, add_special_tokens=False).ids


VOCABULARY = st.deferred(lambda: st.sampled_from(sorted(LocalEmbedder()._tokenizer.get_vocab())))


@given(
    st.lists(
        st.sampled_from([*"\u2581aeint<0x\n", "=" * 90, "/src/lib_" * 12, "\u2581\u2581", "aa", "ing"])
        | VOCABULARY
        | st.text(),
        max_size=10,
    )
)
@settings(max_examples=300, deadline=None)
def test_words_are_cut_as_the_library_cuts_them(embedder: LocalEmbedder, pieces: list[str]) -> None:
    word = "".join(pieces)
    assert embedder._word_pieces.tokens(word) == [token.id for token in embedder._tokenizer.model.tokenize(word)]


def test_one_lookup_needs_no_library_to_cut_its_words() -> None:
    code = """
import sys
from recommender.embedding.local import LocalEmbedder
long = "/home/somebody/projects/filters/" + "estimation/" * 10 + "test_kalman.py " + "=" * 80
LocalEmbedder().embed(["Write unit tests for the kalman filter, and run them.\\n    indented(code) " + long])
assert "tokenizers" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[3])


def test_no_token_reaches_over_the_start_of_a_word(embedder: LocalEmbedder) -> None:
    assert not [token for token in embedder._tokenizer.get_vocab() if re.search("[^\u2581]\u2581", token)]


@given(st.lists(st.text(min_size=1, max_size=300).filter(str.strip), min_size=1, max_size=8))
@settings(max_examples=50, deadline=None)
def test_a_vector_does_not_depend_on_its_batch(texts: list[str]) -> None:
    embedder = embedder_named("wordllama-256")
    together = embedder.embed(texts)
    np.testing.assert_array_equal(together, np.concatenate([embedder.embed([text]) for text in texts]))
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-6)
    assert together.shape == (len(texts), 256)
    assert together.dtype == np.float32


def test_a_vector_is_the_same_however_many_went_before() -> None:
    embedder = LocalEmbedder()
    before = embedder.embed(TEXTS)
    embedder.embed(["x"] * 100)
    assert embedder._token_vectors.dtype == np.float32
    np.testing.assert_array_equal(embedder.embed(TEXTS), before)


def test_similar_tasks_are_nearer_than_different_ones(embedder: LocalEmbedder) -> None:
    tests, more_tests, deploy = embedder.embed(
        ["write unit tests for the parser", "add tests for the lexer", "deploy the service to kubernetes"]
    )
    assert tests @ more_tests > tests @ deploy


def test_no_text_is_no_row(embedder: LocalEmbedder) -> None:
    assert embedder.embed([]).shape == (0, 256)


@pytest.mark.parametrize("texts", [[""], ["a", ""]])
def test_an_empty_text_is_refused(embedder: LocalEmbedder, texts: list[str]) -> None:
    with pytest.raises(EmbeddingError, match=f"Text {len(texts)} of {len(texts)}"):
        embedder.embed(texts)


@pytest.mark.parametrize("texts", [["\ud800 secret"], ["a", "\ud800 secret"]])
def test_invalid_unicode_is_refused_without_quoting_it(embedder: LocalEmbedder, texts: list[str]) -> None:
    with pytest.raises(EmbeddingError, match="Unicode") as caught:
        embedder.embed(texts)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("vectors", "complaint"),
    [
        (np.ones((1, 3)), "1 vectors for 2 texts"),
        (np.ones((2, 4)), "4 dimensions instead of 3"),
        (np.array([[1, 1, 1], [0, 0, 0]]), "Text 2 of 2"),
        (np.array([[np.nan, 1, 1], [1, 1, 1]]), "Text 1 of 2"),
        (np.array([[1, 1, 1], [np.inf, 1, 1]]), "Text 2 of 2"),
    ],
)
def test_wrong_vectors_are_refused(vectors: np.ndarray, complaint: str) -> None:
    with pytest.raises(EmbeddingError, match=complaint):
        unit_rows(vectors.astype(np.float32), 2, 3)


def test_the_environment_chooses_the_embedder(monkeypatch: pytest.MonkeyPatch) -> None:
    assert embedder_from_environment().name == "wordllama-256"
    monkeypatch.setenv("SPAWNWISE_EMBEDDER", "openai")
    with pytest.raises(EmbeddingError, match="OPENAI_API_KEY"):
        embedder_from_environment()
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    assert embedder_from_environment().name == "text-embedding-3-small"
    monkeypatch.setenv("SPAWNWISE_EMBEDDING_MODEL", "text-embedding-ada-002")
    assert embedder_from_environment().name == "text-embedding-ada-002"
    monkeypatch.setenv("SPAWNWISE_EMBEDDER", "magic")
    with pytest.raises(EmbeddingError, match="'local' or 'openai'"):
        embedder_from_environment()
