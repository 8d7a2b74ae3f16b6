"""The tables of the serving schema, filled by hand from a snapshot."""

from pipelines.warehouse import Warehouse
from recommender.snapshot import Snapshot


def publish_tables(warehouse: Warehouse, snapshot: Snapshot) -> None:
    """Put into an empty warehouse what the nightly run would have published as `snapshot`."""
    with warehouse.connect() as connection, connection.cursor() as cursor:
        cursor.execute(
            "insert into learning.clusterings"
            " (embedding_model, input_fingerprint, cluster_count, task_count, criterion)"
            " values (%s, '', %s, 18, 'test') returning clustering_version",
            [snapshot.embedding_model, len(snapshot.kinds)],
        )
        (version,) = cursor.fetchone() or (0,)
        cursor.executemany(
            "insert into learning.task_clusters (clustering_version, cluster_id, embedding_model, centroid, size,"
            " radius, label, terms) values (%s, %s, %s, %s, %s, %s, %s, %s)",
            [
                (version, k.cluster_id, snapshot.embedding_model, vector, k.size, k.radius, k.label, list(k.terms))
                for k, vector in zip(snapshot.kinds, snapshot.centroids, strict=True)
            ],
        )
        cursor.execute(
            "create table serving.best_model_per_cluster (agent_name text, cluster_id int, model text,"
            " answer_source text, reason text, success_rate float8, success_low float8, success_sd float8,"
            " tasks_observed int, effective_n float8, expected_cost_usd float8, default_model text,"
            " default_expected_cost_usd float8, cluster_label text, clustering_version int, embedding_model text,"
            " estimated_at timestamptz default now())"
        )
        cursor.executemany(
            "insert into serving.best_model_per_cluster values"
            f" ({', '.join(['%s'] * 13)}, '', {int(version)}, '{snapshot.embedding_model}')",
            snapshot.best,
        )
        cursor.executemany(
            "insert into learning.model_estimates (clustering_version, agent_name, cluster_id, model, success_rate,"
            " success_low, success_sd, tasks_observed, effective_n, expected_cost_usd, reliable_probability,"
            " logit, logit_sd, logit_shared_sd, outcomes_to_choose, is_default, is_chosen, reason)"
            f" values ({int(version)}, {', '.join(['%s'] * 17)})",
            snapshot.evidence,
        )
        cursor.executemany(
            "insert into learning.agent_specs (agent_name, spec_path, spec_text, spec_hash, declared_model,"
            " description) values (%s, '', '', 'h', %s, %s)",
            snapshot.agents,
        )
        cursor.executemany(
            "insert into learning.agent_embeddings (agent_name, embedding_model, spec_hash, spec_embedding)"
            " values (%s, %s, 'h', %s)",
            [
                (agent.name, snapshot.embedding_model, vector)
                for agent, vector in zip(snapshot.agents, snapshot.agent_vectors, strict=True)
            ],
        )
