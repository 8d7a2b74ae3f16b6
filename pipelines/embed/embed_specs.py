"""Give every agent spec its vector."""

from typing import Any

import psycopg

from pipelines.embed.batches import EmbedReport, Statements, embed_pending
from pipelines.ingest.vectors import TextVectors
from pipelines.progress import Progress
from pipelines.warehouse import Warehouse, named_sql
from recommender.embedding.embedder import Embedder


def _store(connection: psycopg.Connection[Any], vectors: TextVectors) -> None:
    connection.execute(
        named_sql(__file__, "store_spec_vectors"), vectors._asdict() | {"vectors": list(vectors.vectors)}
    )


SPECS = Statements(count="count_pending_specs", pending="pending_specs", store=_store)


def embed_specs(warehouse: Warehouse, embedder: Embedder, progress: Progress, *, batch_size: int = 32) -> EmbedReport:
    """Embed each spec whose text is new or has changed, whole however long it is.

    Vectors of an earlier embedding model stay: answers that were made with it are published until there are new ones.
    Raises `EmbeddingStoppedError`.
    """
    with warehouse.connect() as connection:
        embedded = embed_pending(connection, embedder, SPECS, batch_size, progress)
    return EmbedReport(embedder.name, embedded)


def drop_other_spec_vectors(warehouse: Warehouse, embedding_model: str) -> None:
    """Drop the vectors of every other embedding model, once answers of this one are published."""
    with warehouse.connect() as connection:
        connection.execute(named_sql(__file__, "drop_other_spec_vectors"), {"embedding_model": embedding_model})
