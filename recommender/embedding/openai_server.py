"""Vectors from OpenAI, or from any server that speaks its embeddings API."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from recommender.deadline import within
from recommender.embedding.embedder import EmbeddingError, Vectors, unit_rows
from recommender.settings import openai_key

if TYPE_CHECKING:
    from openai import OpenAI

INPUTS_PER_REQUEST = 2_048
# A byte-level tokenizer makes at most one token of a byte, so limits in bytes keep those in tokens for every script:
# 8,192 a text and 300,000 a request.
PART_BYTES = 8_000
REQUEST_BYTES = 300_000


class OpenAIEmbedder:
    """Embeds through `OPENAI_BASE_URL` (default: OpenAI) with `OPENAI_API_KEY`.

    Rate limits, server errors and broken connections are tried again, waiting as long as `Retry-After` says.
    A text longer than the model's limit is embedded by parts; its vector is the mean of theirs.
    """

    def __init__(self, name: str = "text-embedding-3-small", *, timeout_s: float = 60.0, attempts: int = 5) -> None:
        self.name = name
        self.dimension: int | None = None
        self._client = _client(timeout_s, attempts)
        # The client's time-out is for each read, and a server may send a byte at a time. Twice is for Retry-After.
        self._longest_s = 2 * timeout_s * attempts

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return one row of unit length per text; raise `EmbeddingError` where the answer is not complete and valid."""
        parts = [list(split_by_bytes(text)) for text in texts]
        flat = [part for of_text in parts for part in of_text]
        if not flat:
            return np.empty((0, self.dimension or 0), dtype=np.float32)
        vectors = np.concatenate([self._request(batch) for batch in _batches(flat)])
        starts = np.cumsum([0, *(len(of_text) for of_text in parts[:-1])])
        return unit_rows(np.add.reduceat(vectors, starts, axis=0), len(texts))

    def _request(self, batch: list[str]) -> Vectors:
        import openai

        try:
            answer = within(
                self._longest_s,
                lambda: self._client.embeddings.create(model=self.name, input=batch, encoding_format="float"),
            )
        except (
            openai.OpenAIError,
            TimeoutError,
            ValueError,
            OverflowError,
        ) as error:  # the last two: no JSON, a huge number
            raise EmbeddingError(_remedy(error, self.name)) from None  # the original may quote the text
        vectors = unit_rows(_in_order(answer.data, len(batch)), len(batch), self.dimension)
        self.dimension = vectors.shape[1]
        return vectors


def split_by_bytes(text: str, limit: int = PART_BYTES) -> Iterator[str]:
    """Yield the parts of a text, each at most `limit` UTF-8 bytes, broken after a line or a word where there is one."""
    rest = text.encode("utf-8", errors="replace")
    while len(rest) > limit:
        end = max(rest.rfind(b"\n", limit // 2, limit), rest.rfind(b" ", limit // 2, limit)) + 1 or limit
        while rest[end] & 0xC0 == 0x80:  # not inside a character
            end -= 1
        yield rest[:end].decode("utf-8")
        rest = rest[end:]
    yield rest.decode("utf-8")


def _batches(texts: Sequence[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for text in texts:
        length = len(text.encode())
        if batch and (len(batch) == INPUTS_PER_REQUEST or size + length > REQUEST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(text)
        size += length
    if batch:
        yield batch


def _in_order(data: Sequence[Any], count: int) -> Vectors:
    """Return the answer's rows in the order of the question; servers may reorder them."""
    try:
        ordered = sorted(data, key=lambda item: int(item.index))
        if [item.index for item in ordered] != list(range(count)):
            raise EmbeddingError(
                f"The embedding server answered {len(data)} vectors for {count} texts: try again later."
            )
        with np.errstate(over="ignore"):  # what is too large becomes infinite, and is refused as such
            return np.array([item.embedding for item in ordered], dtype=np.float32)
    except (TypeError, ValueError, AttributeError, OverflowError):
        message = "The embedding server's answer is not a list of vectors of one size: check OPENAI_BASE_URL."
        raise EmbeddingError(message) from None


def _client(timeout_s: float, attempts: int) -> "OpenAI":
    try:
        from openai import OpenAI
    except ImportError:
        raise EmbeddingError("This embedder needs the package openai: run `pip install 'spawnwise[openai]'`.") from None
    key = openai_key()
    if not key:
        raise EmbeddingError("OPENAI_API_KEY is not set: set it, or set SPAWNWISE_EMBEDDER=local to need none.")
    return OpenAI(api_key=key, timeout=timeout_s, max_retries=attempts - 1)


def _remedy(error: Exception, model: str) -> str:
    import openai

    status = getattr(error, "status_code", "")
    unknown = f"The embedding server does not know {model!r}: check SPAWNWISE_EMBEDDING_MODEL and OPENAI_BASE_URL."
    late = "The embedding server does not answer in time: try again later."
    remedies: dict[type[Exception], str] = {
        TimeoutError: late,
        openai.AuthenticationError: "The embedding server refuses the key: check OPENAI_API_KEY.",
        openai.PermissionDeniedError: "The embedding server refuses the key: check OPENAI_API_KEY.",
        openai.NotFoundError: unknown,
        openai.RateLimitError: "The embedding server's rate limit or quota is used up: try again later.",
        openai.APIStatusError: f"The embedding server answers HTTP {status}: try again later.",
        openai.APITimeoutError: late,
        openai.APIConnectionError: "The embedding server cannot be reached: check the network and OPENAI_BASE_URL.",
    }
    return next(
        (remedy for kind, remedy in remedies.items() if isinstance(error, kind)),
        f"The embedding request failed ({type(error).__name__}): check OPENAI_API_KEY and OPENAI_BASE_URL.",
    )
