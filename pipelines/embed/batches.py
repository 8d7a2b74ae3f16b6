"""Pending texts, embedded batch by batch; each finished batch is kept."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg

from pipelines.ingest.vectors import TextVectors
from pipelines.progress import Progress
from pipelines.warehouse import named_sql
from recommender.embedding.embedder import Embedder, EmbeddingError, unit_rows


@dataclass(frozen=True)
class EmbedReport:
    """What an embedding stage did: how many distinct texts it embedded."""

    embedding_model: str
    embedded: int


class EmbeddingStoppedError(EmbeddingError):
    """The embedder failed after `embedded` texts, which are kept; `pending` wait for the next run."""

    def __init__(self, reason: str, embedded: int, pending: int) -> None:
        super().__init__(f"{reason} {embedded} texts are embedded and kept, {pending} wait for the next run.")
        self.embedded = embedded
        self.pending = pending


@dataclass(frozen=True)
class Statements:
    """How the texts of one table are counted and read, by the names of the statements, and how vectors are stored."""

    count: str
    pending: str
    store: Callable[[psycopg.Connection[Any], TextVectors], None]


def embed_pending(
    connection: psycopg.Connection[Any],
    embedder: Embedder,
    statements: Statements,
    batch_size: int,
    progress: Progress,
) -> int:
    """Embed what has no vector of this embedder yet; return how many texts that was. Raise `EmbeddingStoppedError`."""
    model = {"embedding_model": embedder.name}
    total, done = count_pending(connection, statements, embedder.name), 0
    known = connection.execute(named_sql(__file__, "known_size"), model).fetchone()
    size = known[0] if known else embedder.dimension
    for hashes, texts in _batches(connection, statements.pending, model | {"batch_size": batch_size}):
        try:
            vectors = unit_rows(embedder.embed(texts), len(texts), size)
        except EmbeddingError as error:
            raise EmbeddingStoppedError(str(error), done, total - done) from error
        statements.store(connection, TextVectors(embedder.name, hashes, vectors))
        connection.commit()
        done, size = done + len(texts), vectors.shape[1]
        progress.update(done, total, "texts")
    return done


def count_pending(connection: psycopg.Connection[Any], statements: Statements, embedding_model: str) -> int:
    """Return how many texts have no vector of this embedding model."""
    row = connection.execute(named_sql(__file__, statements.count), {"embedding_model": embedding_model}).fetchone()
    return row[0] if row else 0


def _batches(
    connection: psycopg.Connection[Any], statement: str, parameters: dict[str, Any]
) -> Iterator[tuple[list[str], list[str]]]:
    after = ""
    while True:
        rows = connection.execute(named_sql(__file__, statement), parameters | {"after": after}).fetchall()
        connection.commit()  # no transaction stays open while a provider takes its time
        if not rows:
            return
        hashes, texts = ([row[column] for row in rows] for column in (0, 1))
        yield hashes, texts
        after = hashes[-1]
