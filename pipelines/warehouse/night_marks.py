"""What a learning run was made from and what it left, so that the next one can tell whether there is anything to do."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from pipelines.settings import Settings
from pipelines.warehouse.connection import Warehouse
from pipelines.warehouse.statements import named_sql

Connection = psycopg.Connection[Any]
Marks = dict[str, list[int]]

CODE = Path(__file__).parents[2]
CODE_FOLDERS = ("pipelines", "recommender", "dbt_project")
CODE_SUFFIXES = {".py", ".sql", ".yml", ".csv", ".toml", ".j2", ".js", ".css", ".json"}
# Where things lie and when they run changes no answer; secrets are in no digest.
NOT_OF_THE_ANSWERS = {
    "home", "database_url", "database_patience_s", "judge_api_key", "schedule", "schedule_enabled", "fresh_hours",
}  # fmt: skip
# Made by the night itself, after it has noted what it is made from.
RESULTS = (
    "task_clusters", "clusterings", "cluster_assignments", "project_directions", "model_estimates", "outcome_rates",
    "audit_rates", "task_embeddings",
    "agent_embeddings", "trials", "lookup_answers",
)  # fmt: skip
# Read by ingest alone, which keeps books of its own; told by another table's change; or of the runs themselves.
LEFT_OUT = ("fact_builds", "spawn_facts", "main_messages", "learning_runs", "night_marks", "alembic_version")


def note_inputs(warehouse: Warehouse, settings: Settings, run_id: str) -> None:
    """Note what a run is made from; call it when everything is read, and before anything is learned from it."""
    with warehouse.connect() as connection:
        fields = {
            "run_id": run_id,
            "situation": _situation(settings),
            "inputs": Jsonb(_marks(connection, "input_tables")),
        }
        connection.execute(named_sql(__file__, "forget_marks"))
        connection.execute(named_sql(__file__, "note_inputs"), fields)


def note_results(warehouse: Warehouse, run_id: str) -> None:
    """Note that the run with these inputs has published.

    Not where another run has noted its own since, nor where a vector or a kind is still missing.
    """
    with warehouse.connect() as connection:
        if any(connection.execute(named_sql(__file__, "unfinished")).fetchone() or ()):
            return
        fields = {"run_id": run_id, "results": Jsonb(_results(connection))}
        connection.execute(named_sql(__file__, "note_results"), fields)


def unchanged_since(warehouse: Warehouse, settings: Settings) -> datetime | None:
    """Return when the answers were made that another run would make again; None where it would make others.

    Looks at the warehouse, the settings, the code and the time, not at the logs that are still to be read.
    """
    with warehouse.connect() as connection:
        row = connection.execute(named_sql(__file__, "newest_marks")).fetchone()
        if row is None:
            return None
        situation, inputs, results, published_at = row
        is_same = (
            situation == _situation(settings)
            and inputs == _marks(connection, "input_tables")
            and results == _results(connection)
        )
    return published_at if is_same else None


def _results(connection: Connection) -> Marks:
    left = connection.execute(named_sql(__file__, "left_by_time_and_dbt")).fetchone() or ()
    return _marks(connection, "result_tables") | {"by time and dbt": list(left)}


def _marks(connection: Connection, which: str) -> Marks:
    """Return of each table its rows, and a sum over the transactions that wrote them: each change of a row moves it."""
    names = {"results": list(RESULTS), "left_out": list(LEFT_OUT)}
    tables = [name for (name,) in connection.execute(named_sql(__file__, which), names)]
    one = sql.SQL(named_sql(__file__, "mark_of_a_table"))
    union = sql.SQL(" union all ").join(
        one.format(name=sql.Literal(name), table=sql.Identifier("learning", name)) for name in tables
    )
    return {name: [count, written] for name, count, written in connection.execute(union)} if tables else {}


def _situation(settings: Settings) -> str:
    """Return a digest of what the answers depend on beside the warehouse; ages are counted from the week."""
    today = datetime.now(UTC).date()
    chosen = settings.model_dump(mode="json", exclude=NOT_OF_THE_ANSWERS)
    week = today - timedelta(days=today.weekday())
    by_day = today if settings.trials == "auto" or settings.judge_model else None  # they have a budget to spend
    facts = [chosen, week.isoformat(), str(by_day), _code_digest()]
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


@cache
def _code_digest() -> str:
    digest = hashlib.blake2b()
    for folder in CODE_FOLDERS:
        for path in sorted((CODE / folder).rglob("*")):
            if path.suffix in CODE_SUFFIXES:
                digest.update(path.relative_to(CODE).as_posix().encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()
