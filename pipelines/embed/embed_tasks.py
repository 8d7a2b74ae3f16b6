"""Give every task in the history its vector."""

from pipelines.embed.batches import EmbedReport, Statements, count_pending, embed_pending
from pipelines.embed.similar_tasks import drop_index_before, ensure_similarity_index
from pipelines.ingest.vectors import store_vectors
from pipelines.progress import Progress
from pipelines.warehouse import Warehouse, named_sql
from recommender.embedding.embedder import Embedder

TASKS = Statements(count="count_pending_texts", pending="pending_texts", store=store_vectors)


def embed_tasks(warehouse: Warehouse, embedder: Embedder, progress: Progress, *, batch_size: int = 256) -> EmbedReport:
    """Embed each distinct text once, and see to the index for the similarity query.

    A text keeps its vector of an earlier embedding model until its batch replaces it; nothing compares vectors across
    models. Raises `EmbeddingStoppedError` where the embedder fails; finished batches stay.
    """
    with warehouse.connect() as connection:
        connection.execute(named_sql(__file__, "forget_unused_vectors"))
        pending = count_pending(connection, TASKS, embedder.name)
        drop_index_before(connection, embedder.name, pending)
        connection.commit()
        embedded = embed_pending(connection, embedder, TASKS, batch_size, progress)
        ensure_similarity_index(connection, embedder.name)
    return EmbedReport(embedder.name, embedded)
