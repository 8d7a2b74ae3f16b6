"""The serving tables as the one file that lookups read."""

from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeVar

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg.rows import args_row

from pipelines.settings import Settings
from pipelines.warehouse import Warehouse, named_sql
from recommender.snapshot import (
    AgentSpec,
    BestModel,
    ModelEvidence,
    Snapshot,
    SnapshotError,
    TaskKind,
    Tier,
    read_snapshot,
    write_snapshot,
)

Row = TypeVar("Row", bound=NamedTuple)


def publish_snapshot(warehouse: Warehouse, settings: Settings) -> Snapshot:
    """Write the snapshot from what dbt has tested, and return it; raise `SnapshotError` where it cannot be written.

    One repeatable-read transaction sees all tables as of one moment. Equal content is published again all the same:
    its age tells the reader that last night's run was well.
    """
    with warehouse.connect() as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        snapshot = _assemble(connection)
    write_snapshot(settings.snapshot_file, snapshot)
    if read_snapshot(settings.snapshot_file).version != snapshot.version:
        message = f"The snapshot {settings.snapshot_file} does not read back as it was written: check the disk."
        raise SnapshotError(message)
    return snapshot


def _assemble(connection: psycopg.Connection[Any]) -> Snapshot:
    clustering = connection.execute(named_sql(__file__, "published_clustering")).fetchone()
    version, embedding_model = clustering or (0, "")
    parameters = {"clustering_version": version, "embedding_model": embedding_model}
    kinds = connection.execute(named_sql(__file__, "task_kinds"), parameters).fetchall()
    agents = connection.execute(named_sql(__file__, "agents"), parameters).fetchall()
    return Snapshot(
        embedding_model=embedding_model,
        created_at=datetime.now(UTC),
        clustering_version=version,
        kinds=tuple(TaskKind(*row[:4], tuple(row[4]), tuple(row[5])) for row in kinds),
        centroids=_matrix([row[6] for row in kinds]),
        best=_rows(connection, "best_models", BestModel),
        evidence=_rows(connection, "model_evidence", ModelEvidence),
        tiers=_rows(connection, "tiers", Tier),
        agents=tuple(AgentSpec(*row[:3]) for row in agents),
        agent_vectors=_matrix([row[3] for row in agents]),
    )


def _rows(connection: psycopg.Connection[Any], statement: str, kind: type[Row]) -> tuple[Row, ...]:
    with connection.cursor(row_factory=args_row(kind)) as cursor:
        return tuple(cursor.execute(named_sql(__file__, statement)).fetchall())


def _matrix(vectors: list[Any]) -> NDArray[np.float32]:
    """Stack vectors; an agent that has none yet is a row of zeros, which is similar to nothing."""
    dimension = max((vector.dimensions() for vector in vectors if vector is not None), default=0)
    matrix = np.zeros((len(vectors) if dimension else 0, dimension), dtype=np.float32)
    for row, vector in enumerate(vectors):
        if vector is not None:
            matrix[row] = vector.to_numpy()
    return matrix
