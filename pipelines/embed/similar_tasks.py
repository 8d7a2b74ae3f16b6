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

# What pgvector can index: https://github.com/pgvector/pgvector#hnsw
_VECTOR_DIMENSIONS, _HALFVEC_DIMENSIONS = 2_000, 4_000
_EF_SEARCH_DEFAULT, _EF_SEARCH_MAX = 40, 1_000


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
    ef_search = str(min(max(limit, _EF_SEARCH_DEFAULT), _EF_SEARCH_MAX))
    connection.execute("select set_config('hnsw.ef_search', %s, true)", [ef_search])
    statement = similarity_statement(embedding_model, len(vector))
    with connection.cursor(row_factory=class_row(SimilarTask)) as cursor:
        return cursor.execute(statement, {"vector": vector, "limit": limit}).fetchall()


def similarity_statement(embedding_model: str, dimension: int) -> sql.Composed:
    """Return the query for one embedding model; its parameters are vector and limit."""
    return _composed("similar_tasks", embedding_model, dimension)


def ensure_similarity_index(connection: psycopg.Connection[Any], embedding_model: str) -> None:
    """Create the index for one embedding model where it has vectors, and drop those of other models."""
    row = connection.execute(
        "select vector_dims(task_embedding) from learning.task_history where embedding_model = %s limit 1",
        [embedding_model],
    ).fetchone()
    index = index_name(embedding_model)
    if row and row[0] <= _HALFVEC_DIMENSIONS:
        connection.execute(_composed("create_similarity_index", embedding_model, row[0]))
    for (unused,) in connection.execute(named_sql(__file__, "unused_similarity_indexes"), {"index": index}).fetchall():
        connection.execute(sql.SQL("drop index learning.{}").format(sql.Identifier(unused)))


def index_name(embedding_model: str) -> str:
    """Return the name of a model's index: readable, and distinct even for names that differ in signs only."""
    readable = re.sub(r"[^a-z0-9]+", "_", embedding_model.lower())[:30]
    return f"task_embedding_{readable}_{hashlib.sha256(embedding_model.encode()).hexdigest()[:8]}"


def _composed(name: str, embedding_model: str, dimension: int) -> sql.Composed:
    kind = "vector" if dimension <= _VECTOR_DIMENSIONS else "halfvec"
    return sql.SQL(named_sql(__file__, name)).format(
        index=sql.Identifier(index_name(embedding_model)),
        vector_type=sql.SQL(f"{kind}({int(dimension)})"),
        operators=sql.SQL(f"{kind}_cosine_ops"),
        embedding_model=sql.Literal(embedding_model),
    )
