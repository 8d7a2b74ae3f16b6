"""What every embedder has in common: its contract, its error, and rows of unit length."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from recommender.errors import SpawnwiseError

Vectors = NDArray[np.float32]


class EmbeddingError(SpawnwiseError):
    """A text cannot be embedded; the message says why and what to do, and never holds the text."""


class Embedder(Protocol):
    """Turns texts into vectors. Vectors of embedders with different names are never compared."""

    @property
    def name(self) -> str:
        """What is stored as `embedding_model`."""
        ...

    @property
    def dimension(self) -> int | None:
        """Length of the vectors; None until the first answer where only the provider knows it."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return one row of unit length per text, float32, shape (n, dimension); a long text counts whole.

        Raises `EmbeddingError`.
        """
        ...


def unit_rows(vectors: Vectors, count: int, dimension: int | None = None) -> Vectors:
    """Scale each row to unit length; raise `EmbeddingError` where the count, the size or a value is wrong."""
    if vectors.ndim != 2 or len(vectors) != count:
        raise EmbeddingError(f"The embedder answered {len(vectors)} vectors for {count} texts: try again.")
    if dimension is not None and vectors.shape[1] != dimension:
        message = (
            f"The embedder's vectors have {vectors.shape[1]} dimensions instead of {dimension}: is it the same model?"
        )
        raise EmbeddingError(message)
    with np.errstate(over="ignore"):  # a length that is too large becomes infinite, and is refused
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    wrong = np.flatnonzero(~np.isfinite(lengths[:, 0]) | (lengths[:, 0] == 0))
    if wrong.size:
        raise EmbeddingError(
            f"Text {wrong[0] + 1} of {count} has no usable vector: it is empty, or the embedder failed."
        )
    return np.asarray(vectors / lengths, dtype=np.float32)
