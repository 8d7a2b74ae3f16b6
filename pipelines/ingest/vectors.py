"""Vectors of texts on their way into the warehouse: made by a stage, or where the logs were read."""

from typing import Any, NamedTuple

import numpy as np
import psycopg
from numpy.typing import NDArray
from pgvector import HalfVector

from pipelines.warehouse import named_sql

Connection = psycopg.Connection[Any]


class TextVectors(NamedTuple):
    """The vectors of texts, by the hashes under which rows hold the texts."""

    embedding_model: str
    hashes: list[str]
    vectors: NDArray[np.float32]


def store_vectors(connection: Connection, vectors: TextVectors) -> None:
    """Store the vectors of texts that the history holds, in place of those of another model; the caller commits."""
    connection.execute(named_sql(__file__, "stage_vectors"))
    with (
        connection.cursor() as cursor,
        cursor.copy("copy staged_vectors (task_hash, vector) from stdin with (format binary)") as copy,
    ):
        copy.set_types(["text", "halfvec"])
        for task_hash, vector in zip(vectors.hashes, vectors.vectors, strict=True):
            copy.write_row((task_hash, HalfVector(vector)))
    connection.execute(named_sql(__file__, "merge_vectors"), {"embedding_model": vectors.embedding_model})
    connection.execute("truncate staged_vectors")  # a transaction may bring more of them
