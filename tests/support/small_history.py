"""A history of a few dozen spawns, made by hand, for tests of what comes after ingest."""

import hashlib
import uuid
from datetime import UTC, datetime, timedelta

import numpy as np
from psycopg import Connection

from pipelines.ingest.vectors import TextVectors, store_vectors
from pipelines.warehouse import Warehouse
from recommender.published_rows import Scope

EMBEDDING_MODEL = "test-3"
NOW = datetime.now(UTC).replace(microsecond=0)


def insert_history(warehouse: Warehouse) -> None:
    """Write spawns of three agents in two kinds of task, with signals, specs, clusters and estimates."""
    with warehouse.connect() as connection:
        _insert_specs(connection)
        version = _insert_clusters(connection)
        for agent, cluster, model, signal, count in [
            ("tester", 0, "sonnet", "result_used", 40),
            ("tester", 0, "haiku", "result_used", 8),
            ("tester", 1, "haiku", "tool_error", 15),
            ("writer", 1, "sonnet", "result_used", 5),
            ("Explore", 1, "haiku", "api_error", 2),
            ("ad-hoc", 1, None, None, 3),
        ]:
            for number in range(count):
                task = insert_task(
                    connection, agent, model, number, [1, 0, 0] if cluster == 0 else [0, 1, 0.01 * number]
                )
                if signal:
                    insert_signal(connection, task, signal)
                connection.execute(
                    "insert into learning.cluster_assignments values (%s, %s, %s, 0.1)", [task, version, cluster]
                )
        for agent, work_type, cluster, model, is_baseline, is_chosen in [
            ("tester", "test", 0, "sonnet", True, False),
            ("tester", "test", 0, "haiku", False, True),
            ("tester", "*", -1, "sonnet", True, True),
            ("*", "docs", 1, "sonnet", True, True),
        ]:
            scope = Scope(agent, work_type, cluster)
            insert_estimate(connection, version, scope, model, is_baseline=is_baseline, is_chosen=is_chosen)


def insert_task(connection: Connection, agent: str, model: str | None, number: int, vector: list[float]) -> uuid.UUID:
    """Write one spawn and return its id."""
    task = uuid.uuid4()
    text = f"{agent} {vector}"
    text_hash = hashlib.md5(text.encode()).hexdigest()
    connection.execute(
        """insert into learning.task_history (
            id, source, source_key, created_at, task_description, task_hash,
            agent_used, model_used, model_source, duration_ms, cost_usd
        ) values (%s, 'test', %s, %s, %s, %s, %s, %s, 'observed', %s, 0.1)""",
        [
            *(task, str(task), NOW - timedelta(days=1), text, text_hash),
            *(agent, model, 1000 * number),
        ],
    )
    store_vectors(connection, TextVectors(EMBEDDING_MODEL, [text_hash], np.array([vector], np.float32)))
    return task


def insert_signal(connection: Connection, task: uuid.UUID, signal: str) -> None:
    """Write one fact about how a spawn went."""
    connection.execute("insert into learning.outcome_signals (task_id, signal) values (%s, %s)", [task, signal])


def insert_estimate(
    connection: Connection, version: int, scope: Scope, model: str, *, is_baseline: bool, is_chosen: bool
) -> None:
    """Write one estimate."""
    connection.execute(
        """insert into learning.model_estimates (
            clustering_version, agent_name, work_type, cluster_id, model, success_rate, success_low, success_sd,
            tasks_observed, known_outcomes, effective_n, expected_cost_usd, log_cost_sd, worth_probability, net_benefit,
            logit, logit_sd, logit_shared_sd, is_baseline, is_chosen, reason
        ) values (
            %s, %s, %s, %s, %s, 0.9, 0.8, 0.05, 40, 38, 38, 0.1, 0.2, 0.95, 0.5, 2.2, 0.5, 0.1, %s, %s, 'Seen often.'
        )""",
        [version, *scope, model, is_baseline, is_chosen],
    )


def _insert_specs(connection: Connection) -> None:
    for agent, vector in {"tester": [1, 0, 0], "writer": [0.9, 0.1, 0], "idle": [0.8, 0.2, 0]}.items():
        spec = f"---\nname: {agent}\nmodel: opus\n---\nDo it."
        connection.execute(
            """insert into learning.agent_specs (agent_name, spec_path, declared_model, spec_text, spec_hash)
            values (%s, %s, 'opus', %s, md5(%s))""",
            [agent, f"agents/{agent}.md", spec, spec],
        )
        connection.execute(
            "insert into learning.agent_embeddings values (%s, %s, md5(%s), %s)",
            [agent, EMBEDDING_MODEL, spec, np.array(vector, np.float32)],
        )


def _insert_clusters(connection: Connection) -> int:
    row = connection.execute(
        """insert into learning.clusterings (embedding_model, input_fingerprint, cluster_count, task_count, criterion)
        values (%s, 'f', 2, 73, 'by hand') returning clustering_version""",
        [EMBEDDING_MODEL],
    ).fetchone()
    assert row is not None
    for cluster, work_type, label, vector in [
        (0, "test", "unit tests", [1, 0, 0]),
        (1, "docs", "release notes", [0, 1, 0]),
    ]:
        connection.execute(
            """insert into learning.task_clusters
            (clustering_version, cluster_id, work_type, embedding_model, centroid, size, radius, label)
            values (%s, %s, %s, %s, %s, 1, 0.5, %s)""",
            [row[0], cluster, work_type, EMBEDDING_MODEL, np.array(vector, np.float32), label],
        )
    return int(row[0])
