"""The one way a text becomes a vector, at spawn time and at night alike."""

import importlib.util
import re
from collections.abc import Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from recommender.embedding.embedder import Embedder, EmbeddingError, Vectors, unit_rows
from recommender.embedding.word_pieces import SPACE, WordPieces
from recommender.settings import LookupSettings

if TYPE_CHECKING:
    from tokenizers import Tokenizer

LOCAL_MODEL = "wordllama-256"
_WORDS_KEPT, _WORD_KEPT = 20_000, 40  # words and the characters of one: a few MB at most
# Of a word that is cut here, as paths and addresses are; a task full of such words takes less than the library's load.
_WORD_CUT = 200
# A process that embeds many texts keeps the 32 MB that adding single precision takes, and the library's tokenizer.
_MANY_TEXTS = 64
_DAMAGED = "The local embedder's files are damaged: run `pip install --force-reinstall wordllama`."
_WORDS = re.compile("\u2581*[^\u2581]+|\u2581+")  # the tokenizer's mark for a space begins a word


class LocalEmbedder:
    """The default: the token vectors that the package wordllama ships, averaged. No key, no network.

    Equal to `WordLlama.load().embed(norm=True)`, without its second of imports; the weights are mapped, and words are
    cut by `WordPieces`, so that a process which embeds one text reads only what that takes.
    """

    name = LOCAL_MODEL
    dimension = 256

    def __init__(self) -> None:
        folder = _wordllama_folder()
        self._file = folder / "tokenizers" / "l2_supercat_tokenizer_config.json"
        try:
            self._word_pieces = WordPieces(self._file)
            self._tokens_of_known_word = lru_cache(_WORDS_KEPT)(self._tokens_of_word)
            self._texts_embedded = 0
            self._token_vectors: NDArray[np.floating] = _map_token_vectors(
                folder / "weights" / "l2_supercat_256.safetensors"
            )
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise EmbeddingError(_DAMAGED) from error

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return one row of unit length per text; a row does not depend on the others in the batch."""
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            vectors[row] = self._token_vectors[self._tokens(text)].sum(axis=0, dtype=np.float32)
        self._texts_embedded += len(texts)
        if self._texts_embedded >= _MANY_TEXTS and self._token_vectors.dtype == np.float16:
            self._token_vectors = self._token_vectors.astype(np.float32)
        return unit_rows(vectors, len(texts))

    def _tokens(self, text: str) -> list[int]:
        """Tokenize word by word, each word once: no token of this model reaches over the start of a word."""
        try:
            if any(special in text for special in self._word_pieces.special):
                return self._tokenizer.encode(text, add_special_tokens=False).ids
            marked = SPACE + text.replace(" ", SPACE) if text else ""
            known, new = self._tokens_of_known_word, self._tokens_of_word
            words = _WORDS.findall(marked)
            return [token for word in words for token in (known if len(word) <= _WORD_KEPT else new)(word)]
        except (TypeError, UnicodeError) as error:
            message = "A text is not valid Unicode: pass it through recommender.text.task_text first."
            raise EmbeddingError(message) from error

    def _tokens_of_word(self, word: str) -> list[int]:
        if self._texts_embedded < _MANY_TEXTS and len(word) <= _WORD_CUT:
            return self._word_pieces.tokens(word)
        return [token.id for token in self._tokenizer.model.tokenize(word)]

    @cached_property
    def _tokenizer(self) -> "Tokenizer":
        """The library's, for many words, long ones and special tokens: it takes a tenth of a second to load."""
        from tokenizers import Tokenizer

        try:
            return Tokenizer.from_file(str(self._file))
        except Exception as error:  # it raises a bare Exception
            raise EmbeddingError(_DAMAGED) from error


def embedder_from_environment() -> Embedder:
    """Return the embedder that `SPAWNWISE_EMBEDDER` (local, openai) and `SPAWNWISE_EMBEDDING_MODEL` choose."""
    settings = LookupSettings.from_environment()
    if settings.embedder == "local":
        return LocalEmbedder()
    if settings.embedder == "openai":
        return embedder_named(settings.embedding_model)
    raise EmbeddingError(f"SPAWNWISE_EMBEDDER is {settings.embedder!r}: set it to 'local' or 'openai'.")


def embedder_named(name: str, *, timeout_s: float = 60.0, attempts: int = 5) -> Embedder:
    """Return the embedder whose vectors are stored under this name."""
    if name == LOCAL_MODEL:
        return LocalEmbedder()
    from recommender.embedding.openai_server import OpenAIEmbedder

    return OpenAIEmbedder(name, timeout_s=timeout_s, attempts=attempts)


def _wordllama_folder() -> Path:
    found = importlib.util.find_spec("wordllama")  # finds it without the cost of importing it
    if found is None or not found.submodule_search_locations:
        raise EmbeddingError("The local embedder needs the package wordllama: run `pip install wordllama`.")
    return Path(found.submodule_search_locations[0])


def _map_token_vectors(file: Path) -> NDArray[np.float16]:
    """Map the only tensor of a safetensors file: 8 bytes of header length, the header, then the values."""
    with file.open("rb") as opened:
        header_bytes = int.from_bytes(opened.read(8), "little")
    count = (file.stat().st_size - 8 - header_bytes) // (2 * LocalEmbedder.dimension)
    return np.memmap(file, dtype="<f2", mode="r", offset=8 + header_bytes, shape=(count, LocalEmbedder.dimension))
