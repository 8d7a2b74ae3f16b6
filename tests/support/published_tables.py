"""The tables of the serving schema, filled by hand from a snapshot."""

from collections.abc import Sequence
from typing import Any, LiteralString

from psycopg import Connection, sql

from pipelines.warehouse import Warehouse
from recommender.published_rows import BestModel, ModelEvidence, TaskKind
from recommender.snapshot import Snapshot

# As dbt makes it: what a lookup reads, and what people read beside it.
CREATE_BEST_MODELS: LiteralString = """
create table serving.best_model_per_cluster (
    agent_name text,
    work_type text,
    cluster_id integer,
    model text,
    answer_source text,
    reason text,
    success_rate double precision,
    success_low double precision,
    success_sd double precision,
    tasks_observed integer,
    effective_n double precision,
    expected_cost_usd double precision,
    baseline_model text,
    baseline_expected_cost_usd double precision,
    effort text,
    baseline_effort text,
    cluster_label text,
    clustering_version integer,
    embedding_model text,
    estimated_at timestamp with time zone default now()
)
"""


def publish_tables(warehouse: Warehouse, snapshot: Snapshot) -> None:
    """Put into an empty warehouse what the nightly run would have published as `snapshot`."""
    with warehouse.connect() as connection:
        row = connection.execute(
            "insert into learning.clusterings"
            " (embedding_model, input_fingerprint, cluster_count, task_count, criterion)"
            " values (%s, '', %s, 18, 'test') returning clustering_version",
            [snapshot.embedding_model, len(snapshot.kinds)],
        ).fetchone()
        assert row is not None
        version = {"clustering_version": row[0]}
        model = {"embedding_model": snapshot.embedding_model}
        connection.execute(CREATE_BEST_MODELS)
        _insert(
            connection,
            ("learning", "task_clusters"),
            [
                version | model | {"centroid": vector} | _fields(kind, leaving=("examples",)) | {"terms": [*kind.terms]}
                for kind, vector in zip(snapshot.kinds, snapshot.centroids, strict=True)
            ],
        )
        _insert(
            connection,
            ("serving", "best_model_per_cluster"),
            [version | model | _fields(best) for best in snapshot.best],
        )
        _insert(
            connection, ("learning", "model_estimates"), [version | _fields(evidence) for evidence in snapshot.evidence]
        )
        _insert_agents(connection, snapshot)


def _insert_agents(connection: Connection[Any], snapshot: Snapshot) -> None:
    specs = [
        {"agent_name": agent.name, "spec_path": "", "spec_text": "", "spec_hash": "h"}
        | {"declared_model": agent.declared_model, "description": agent.description, "project": agent.project}
        for agent in snapshot.agents
    ]
    vectors = [
        {"agent_name": agent.name, "embedding_model": snapshot.embedding_model, "spec_hash": "h"}
        | {"spec_embedding": vector}
        for agent, vector in zip(snapshot.agents, snapshot.agent_vectors, strict=True)
    ]
    _insert(connection, ("learning", "agent_specs"), specs)
    _insert(connection, ("learning", "agent_embeddings"), vectors)


def _fields(row: BestModel | ModelEvidence | TaskKind, leaving: tuple[str, ...] = ()) -> dict[str, Any]:
    return {name: value for name, value in row._asdict().items() if name not in leaving}


def _insert(connection: Connection[Any], table: tuple[str, str], rows: Sequence[dict[str, Any]]) -> None:
    for row in rows:
        statement = sql.SQL("insert into {} ({}) values ({})").format(
            sql.Identifier(*table),
            sql.SQL(", ").join(map(sql.Identifier, row)),
            sql.SQL(", ").join(sql.Placeholder() * len(row)),
        )
        connection.execute(statement, list(row.values()))
