"""The serving schema as a snapshot: what the nightly run publishes, and what a lookup with DATABASE_URL reads."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, LiteralString, NamedTuple, TypeVar

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg.conninfo import make_conninfo
from psycopg.rows import args_row

from recommender.decision import rule_of
from recommender.published_rows import AgentSpec, BestModel, ModelEvidence, TaskKind, Tier, Trial
from recommender.settings import LookupSettings
from recommender.snapshot import Snapshot

READ_LIMIT_S = 5.0

Row = TypeVar("Row", bound=NamedTuple)


def read_database(url: str) -> Snapshot:
    """Read what is published in a database as of one moment; the role needs no right but to select in `serving`.

    Raises `psycopg.Error`, at the latest after a few seconds.
    """
    limit_ms = int(READ_LIMIT_S * 1000)
    bounded = make_conninfo(
        url,
        application_name="spawnwise-lookup",
        connect_timeout=2,
        tcp_user_timeout=limit_ms,
        options=f"-c statement_timeout={limit_ms} -c timezone=UTC",
    )
    connection = psycopg.connect(bounded)
    with _given_up_after(READ_LIMIT_S, connection), connection:
        connection.read_only = True
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        return replace(read_tables(connection), **_settings())


@contextlib.contextmanager
def _given_up_after(seconds: float, connection: psycopg.Connection[Any]) -> Iterator[None]:
    """Hang up on a server that keeps no time limit of its own.

    Only the socket is shut down, through a descriptor of our own: libpq then finds the line dead. To close the
    connection from another thread would free it while libpq reads from it, and crash the process.
    """
    line = socket.fromfd(connection.fileno(), socket.AF_INET, socket.SOCK_STREAM)

    def hang_up() -> None:
        with contextlib.suppress(OSError):  # it is down already
            line.shutdown(socket.SHUT_RDWR)

    watchdog = threading.Timer(seconds, hang_up)
    watchdog.daemon = True
    watchdog.start()
    try:
        yield
    finally:
        watchdog.cancel()
        watchdog.join()
        line.close()


def read_tables(connection: psycopg.Connection[Any]) -> Snapshot:
    """Assemble a snapshot of the published answers; the caller sees to one transaction for all tables."""
    # The table is swapped at publication. Locked before the transaction sees anything, it is read whole; otherwise the
    # name may lead to a table whose rows are newer than the moment that is read, and so to none.
    connection.execute("lock table serving.best_model_per_cluster in access share mode")
    row = connection.execute(_statement("published_clustering")).fetchone()
    version, embedding_model, estimated_at = row or (0, "", datetime.now(UTC))
    return read_published(
        connection, version, embedding_model, estimated_at, _rows(connection, "best_models", BestModel)
    )


def read_published(
    connection: psycopg.Connection[Any],
    version: int,
    embedding_model: str,
    estimated_at: datetime,
    best: tuple[BestModel, ...],
) -> Snapshot:
    """Assemble a snapshot of a clustering with the answers given, as the nightly run has made them or will."""
    published = {"clustering_version": version, "embedding_model": embedding_model}
    agents = connection.execute(_statement("agents"), published).fetchall()
    return Snapshot(
        embedding_model=embedding_model,
        created_at=estimated_at,
        clustering_version=version,
        **read_kinds(connection, version),
        best=best,
        evidence=read_evidence(connection, version),
        trials=_rows(connection, "trials", Trial),
        tiers=_rows(connection, "tiers", Tier),
        agents=tuple(AgentSpec._make([*row[:4], None if row[4] is None else tuple(row[4])]) for row in agents),
        agent_vectors=_matrix([row[5] for row in agents]),
    )


def read_evidence(connection: psycopg.Connection[Any], clustering_version: int) -> tuple[ModelEvidence, ...]:
    """Read what each model can be trusted with in each scope of a clustering."""
    return _rows(connection, "model_evidence", ModelEvidence, {"clustering_version": clustering_version})


def read_kinds(connection: psycopg.Connection[Any], version: int) -> dict[str, Any]:
    """Return the fields of a snapshot that a clustering version gives: kinds, and what is taken out by project."""
    kinds = connection.execute(_statement("task_kinds"), {"clustering_version": version}).fetchall()
    directions = connection.execute(_statement("project_directions"), {"clustering_version": version}).fetchall()
    return {
        "kinds": tuple(TaskKind._make([*row[:4], tuple(row[4]), tuple(row[5]), row[6]]) for row in kinds),
        "centroids": _matrix([row[7] for row in kinds]),
        "projects": tuple(row[0] for row in directions[1:]),
        "project_directions": _matrix([row[1] for row in directions]),
    }


def _settings() -> dict[str, Any]:
    """Return how to decide: the settings of the nightly run, which stand in no table."""
    settings = LookupSettings.from_environment()
    return {
        "rule": rule_of(settings),
        "exploration_share": settings.exploration_share,
        "protected_agents": settings.protected_agents,
        "draws_trials": settings.trials != "off",
    }


def _rows(
    connection: psycopg.Connection[Any], name: str, kind: type[Row], parameters: dict[str, Any] | None = None
) -> tuple[Row, ...]:
    with connection.cursor(row_factory=args_row(kind)) as cursor:
        return tuple(cursor.execute(_statement(name), parameters).fetchall())


def _matrix(vectors: list[list[float] | None]) -> NDArray[np.float32]:
    """Stack vectors; an agent that has none yet is a row of zeros, which is similar to nothing."""
    dimension = max((len(vector) for vector in vectors if vector is not None), default=0)
    matrix = np.zeros((len(vectors) if dimension else 0, dimension), dtype=np.float32)
    for row, vector in enumerate(vectors):
        if vector is not None:
            matrix[row] = vector
    return matrix


@cache
def _statement(name: str) -> LiteralString:
    return (Path(__file__).parent / "sql" / f"{name}.sql").read_text(encoding="utf-8")
