"""Vectors that were made where the logs were read, on their way into the warehouse."""

from typing import Any, NamedTuple

import numpy as np
import psycopg
from numpy.typing import NDArray

from pipelines.warehouse import named_sql

Connection = psycopg.Connection[Any]


class TextVectors(NamedTuple):
    """The vectors of texts, by the hashes under which rows hold the texts."""

    embedding_model: str
    hashes: list[str]
    vectors: NDArray[np.float32]


def store_vectors(connection: Connection, vectors: TextVectors) -> None:
    """Give the vectors to the rows whose texts they are of; the caller commits."""
    connection.execute(named_sql(__file__, "stage_vectors"))
    with (
        connection.cursor() as cursor,
        cursor.copy("copy staged_vectors (task_hash, vector) from stdin with (format binary)") as copy,
    ):
        copy.set_types(["text", "vector"])
        for task_hash, vector in zip(vectors.hashes, vectors.vectors, strict=True):
            copy.write_row((task_hash, vector))
    connection.execute(named_sql(__file__, "merge_vectors"), {"embedding_model": vectors.embedding_model})
    connection.execute("drop table staged_vectors")
