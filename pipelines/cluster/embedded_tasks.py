"""The tasks that are clustered."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
import psycopg

from pipelines.cluster.count import KnownOutcomes
from pipelines.cluster.kmeans import Floats, unit_rows
from pipelines.warehouse import named_sql
from recommender.kinds import project_name
from recommender.work_types import work_type_of


@dataclass(frozen=True)
class EmbeddedTasks:
    """The tasks of one embedding model in a fixed order: unit vectors (n, d), texts, models' families, outcomes,
    types of work, projects.
    """

    ids: list[UUID]
    hashes: list[str]
    texts: list[str]
    vectors: Floats
    models: list[str | None]
    success: list[bool | None]
    types: list[str]
    projects: list[str]

    def fingerprint(self, embedding_model: str) -> str:
        """Return a hash of what clustering depends on; outcomes alone do not move clusters."""
        digest = hashlib.sha256(embedding_model.encode())
        for task_id, *words in zip(self.ids, self.hashes, self.types, self.projects, strict=True):
            digest.update(task_id.bytes + "\0".join(words).encode())
        return digest.hexdigest()

    def among(self, rows: Sequence[int]) -> "EmbeddedTasks":
        """Return some of the tasks."""
        return EmbeddedTasks(
            ids=[self.ids[row] for row in rows],
            hashes=[self.hashes[row] for row in rows],
            texts=[self.texts[row] for row in rows],
            vectors=self.vectors[rows],
            models=[self.models[row] for row in rows],
            success=[self.success[row] for row in rows],
            types=[self.types[row] for row in rows],
            projects=[self.projects[row] for row in rows],
        )

    def outcomes(self) -> KnownOutcomes:
        """Return the known outcomes by row."""
        known = [
            row
            for row, (model, good) in enumerate(zip(self.models, self.success, strict=True))
            if model is not None and good is not None
        ]
        names = {name: index for index, name in enumerate(sorted({str(self.models[row]) for row in known}))}
        return KnownOutcomes(
            row=np.array(known, dtype=np.int64),
            model=np.array([names[str(self.models[row])] for row in known], dtype=np.int64),
            success=np.array([float(bool(self.success[row])) for row in known]),
        )


def read_tasks(connection: psycopg.Connection[Any], embedding_model: str) -> EmbeddedTasks:
    """Read every task that has an embedding of this model, oldest first."""
    with connection.cursor(binary=True) as cursor:  # vectors in words would take most of the time
        rows = cursor.execute(named_sql(__file__, "select_embedded_tasks"), [embedding_model]).fetchall()
    columns: Sequence[list[Any]] = [[row[index] for row in rows] for index in range(8)]
    vectors = (
        unit_rows(np.array([vector.to_numpy() for vector in columns[3]], dtype=np.float32))
        if rows
        else np.zeros((0, 1))
    )
    types = [work_type_of(text, agent or "") for text, agent in zip(columns[2], columns[6], strict=True)]
    ids, hashes, texts, _, models, success, _, folders = columns
    return EmbeddedTasks(ids, hashes, texts, vectors, models, success, types, list(map(project_name, folders)))
