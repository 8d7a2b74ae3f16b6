"""The nearest past tasks, through the index of their embedding model."""

import hashlib
import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg import sql
from psycopg.rows import class_row

from pipelines.warehouse import named_sql

# Vectors in lists around centroids (IVFFlat): 100,000 take 3 s of CPU, where a graph of neighbors (HNSW) takes 33 s and
# finds no more. What pgvector can index so: https://github.com/pgvector/pgvector#ivfflat
_INDEXED_DIMENSIONS = 4_000
_INDEXED_FROM_BYTES = 10 << 20  # fewer vectors are compared one by one in some milliseconds, and none is missed
_MOST_LISTS = 2_000  # for more, finding the centroids would take a gigabyte
_PROBES = 20  # lists that are looked into: of a million vectors 20,000, in 10 ms
_OTHER_SIZE = 2.0  # times the lists that there should be, up or down, before they are made again
# An index that grows by more than this is faster made again, once all is there.
_MADE_AGAIN_FROM, _MADE_AGAIN_SHARE = 5_000, 0.2
# What finding the centroids takes: so many vectors for each, and a bound for each pair of these.
_SAMPLES, _LEAST_SAMPLES, _BOUND_BYTES, _LEAST_KB = 50, 10_000, 4, 64 * 1024


@dataclass(frozen=True)
class SimilarTask:
    """A past task, whatever came of it, and its cosine similarity."""

    task_id: UUID
    task_title: str
    agent_used: str
    model_used: str | None
    success: bool | None
    duration_ms: int | None
    similarity: float


def similar_tasks(
    connection: psycopg.Connection[Any], vector: NDArray[np.float32], embedding_model: str, limit: int = 5
) -> list[SimilarTask]:
    """Return the `limit` nearest past tasks, nearest first, among those embedded with the same model."""
    connection.execute("select set_config('ivfflat.probes', %s, true)", [str(_PROBES)])
    statement = similarity_statement(embedding_model, len(vector))
    with connection.cursor(row_factory=class_row(SimilarTask)) as cursor:
        return cursor.execute(statement, {"vector": vector, "limit": limit}).fetchall()


def similarity_statement(embedding_model: str, dimension: int) -> sql.Composed:
    """Return the query for one embedding model; its parameters are vector and limit."""
    return _composed("similar_tasks", embedding_model, dimension)


def ensure_similarity_index(connection: psycopg.Connection[Any], embedding_model: str) -> None:
    """Create the index for one embedding model where it has many vectors, and drop those of other models."""
    count, dimension = _counted(connection, embedding_model)
    lists = min(round(count**0.5), _MOST_LISTS)
    name, there = index_name(embedding_model), _indexes(connection)
    is_wanted = 2 * dimension * count >= _INDEXED_FROM_BYTES and dimension <= _INDEXED_DIMENSIONS
    is_fit = is_wanted and 1 / _OTHER_SIZE <= there.get(name, 0) / lists <= _OTHER_SIZE
    for other in there.keys() - ({name} if is_fit else set()):
        _drop(connection, other)
    if is_wanted and not is_fit:
        samples = max(_SAMPLES * lists, _LEAST_SAMPLES)
        kilobytes = samples * (2 * dimension + lists * _BOUND_BYTES) * 5 // 4 // 1024
        connection.execute(named_sql(__file__, "memory_for_the_index"), {"kilobytes": str(max(kilobytes, _LEAST_KB))})
        connection.execute(_composed("create_similarity_index", embedding_model, dimension, lists))


def drop_index_before(connection: psycopg.Connection[Any], embedding_model: str, new: int) -> None:
    """Drop the index of one embedding model where so many new vectors come that it is faster made again."""
    if new < _MADE_AGAIN_FROM or index_name(embedding_model) not in _indexes(connection):
        return
    count, _ = _counted(connection, embedding_model)
    if new > _MADE_AGAIN_SHARE * count:
        _drop(connection, index_name(embedding_model))


def _counted(connection: psycopg.Connection[Any], embedding_model: str) -> tuple[int, int]:
    """Return how many vectors of the model there are, and their size."""
    parameters = {"embedding_model": embedding_model}
    count, dimension = connection.execute(named_sql(__file__, "count_vectors"), parameters).fetchone() or (0, None)
    return count, dimension or 0


def _indexes(connection: psycopg.Connection[Any]) -> dict[str, int]:
    """Return the names of the indexes there are, and into how many lists each is parted."""
    return dict(connection.execute(named_sql(__file__, "similarity_indexes")).fetchall())


def _drop(connection: psycopg.Connection[Any], index: str) -> None:
    connection.execute(sql.SQL("drop index learning.{}").format(sql.Identifier(index)))


def index_name(embedding_model: str) -> str:
    """Return the name of a model's index: readable, and distinct even for names that differ in signs only."""
    readable = re.sub(r"[^a-z0-9]+", "_", embedding_model.lower())[:30]
    return f"task_embedding_{readable}_{hashlib.sha256(embedding_model.encode()).hexdigest()[:8]}"


def _composed(name: str, embedding_model: str, dimension: int, lists: int = 0) -> sql.Composed:
    return sql.SQL(named_sql(__file__, name)).format(
        index=sql.Identifier(index_name(embedding_model)),
        vector_type=sql.SQL(f"halfvec({int(dimension)})"),
        embedding_model=sql.Literal(embedding_model),
        lists=sql.Literal(lists),
    )
