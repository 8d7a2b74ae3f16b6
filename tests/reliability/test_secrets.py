"""A secret that stands in a log is in no table, file, log line or embedding request."""

import json
import textwrap
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pipelines.audit.audit_spawns import look_at
from pipelines.embed.embed_specs import embed_specs
from pipelines.embed.embed_tasks import embed_tasks
from pipelines.ingest.intake import ingest_sources
from pipelines.ingest.specs.agent_specs import ingest_specs
from pipelines.progress import SilentProgress
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from recommender.embedding.local import embedder_from_environment
from recommender.journal.notes import MAX_NAME
from recommender.text.task_text import task_text
from tests.reliability.canaries import CANARIES, canary_session, leaked, write_canaries, write_logs_of_others
from tests.reliability.conftest import Undisturbed
from tests.reliability.house import files_of
from tests.support.embedding_server import running_embedding_server
from tests.unit.recommender.test_redaction import filled

RECORDED = ["record", "Count the apples", "--agent", "counter", "--model", "haiku"]
TABLES = "select schemaname, tablename from pg_tables where schemaname not in ('pg_catalog', 'information_schema')"


def test_every_canary_is_one() -> None:
    assert len(CANARIES) > 50
    assert leaked(" ".join(secret for _, secret in CANARIES)) == {secret for _, secret in CANARIES}


def leaked_into_tables(connection: psycopg.Connection[Any]) -> dict[str, set[str]]:
    """Return the canaries in each table of the database."""
    found = {}
    for schema, name in connection.execute(TABLES).fetchall():
        rows = connection.execute(f'select t::text from "{schema}"."{name}" as t'.encode())
        found[f"{schema}.{name}"] = {secret for (row,) in rows for secret in leaked(row)}
    return found


def test_no_secret_is_in_any_table(undisturbed: Undisturbed) -> None:
    with undisturbed.connect() as connection:
        spawns = connection.execute("select count(*) from learning.task_history where source_key ~ 'canary'").fetchone()
        assert spawns == (3 * len(CANARIES),)
        found = leaked_into_tables(connection)
    assert {"learning.task_history", "dagster.event_logs", "serving.best_model_per_cluster"} < set(found)
    assert {place: secrets for place, secrets in found.items() if secrets} == {}


def test_no_secret_is_in_any_file_of_the_home(undisturbed: Undisturbed) -> None:
    words = [filled(around, secret) for around, secret in CANARIES]
    said = " ".join(words)
    names = textwrap.wrap(" ".join(word for word in words if len(word) < MAX_NAME), MAX_NAME, break_on_hyphens=False)
    for arguments in (
        *(["record", said, "--agent", name, "--model", words[0], "--new-model", "--error", said] for name in names),
        ["feedback", "last", "bad", "--note", " ".join(words)],
        ["recommend", " ".join(words), "--agent", words[0]],
    ):
        run = undisturbed.run(*arguments)
        assert run.returncode == 0, run.stderr
    found = {name: leaked(content.decode("utf-8", "replace")) for name, content in files_of(undisturbed.home)}
    assert any(place.startswith("journal/") for place in found)
    assert {
        "report.html",
        "snapshot.safetensors",
        "dbt/target/dbt.log",
        "postgres/log",
    } < set(found)
    assert any("compute_logs" in place for place in found)
    assert {place: secrets for place, secrets in found.items() if secrets} == {}


def test_no_secret_comes_in_with_the_logs_of_others(warehouse: Warehouse, tmp_path: Path) -> None:
    write_logs_of_others(tmp_path, (filled(around, secret) for around, secret in CANARIES))
    report = ingest_sources(warehouse, [tmp_path], SilentProgress())
    assert report.spawns_new == 3 * len(CANARIES)
    assert report.lines_quarantined >= 3 * len(CANARIES)
    with warehouse.connect() as connection:
        assert {place: secrets for place, secrets in leaked_into_tables(connection).items() if secrets} == {}


def test_no_secret_is_in_what_a_caller_gives_as_an_id(undisturbed: Undisturbed) -> None:
    secret = next(secret for _, secret in CANARIES if secret.startswith("gh"))
    spawn = {"tool_name": "Agent", "tool_use_id": secret, "session_id": secret, "tool_input": {"prompt": "x"}}
    spawn["tool_input"] |= {"model": secret, "subagent_type": secret}
    for arguments, code in (
        ([*RECORDED, "--id", secret, "--session", secret, "--parent", secret, "--now"], 0),
        (["feedback", secret, "bad", "--now"], 0),
        (["feedback", secret[:-1] + "0", "bad", "--now"], 1),
    ):
        run = undisturbed.run(*arguments)
        assert run.returncode == code, run.stderr
        assert leaked(run.stdout + run.stderr) == set()
    undisturbed.run("hook", "pre-spawn", "--mode", "audit", given=json.dumps(spawn))
    journal = "".join(month.read_text() for month in (undisturbed.home / "journal").iterdir())
    assert '"mode": "audit"' in journal
    assert leaked(journal) == set()
    with undisturbed.connect() as connection:
        assert {place: secrets for place, secrets in leaked_into_tables(connection).items() if secrets} == {}


def test_no_secret_is_in_a_request_to_embedder_or_judge(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "agents").mkdir()
    write_canaries(tmp_path)
    for number, (around, secret) in enumerate(CANARIES):  # in a path that is stored as it is, so that it is found again
        canary_session(number, filled(around, secret)).write(tmp_path)
    ingest_sources(warehouse, [tmp_path], SilentProgress())
    ingest_specs(warehouse, Settings(), [tmp_path / "agents"], SilentProgress())
    with running_embedding_server() as provider:
        monkeypatch.setenv("OPENAI_BASE_URL", provider.url)
        monkeypatch.setenv("OPENAI_API_KEY", "none")
        monkeypatch.setenv("SPAWNWISE_EMBEDDER", "openai")
        embedder = embedder_from_environment()
        embed_tasks(warehouse, embedder, SilentProgress())
        embed_specs(warehouse, embedder, SilentProgress())
        for around, secret in CANARIES:
            embedder.embed([task_text(filled(around, secret), f"Log in with {filled(around, secret)}")])
    sent = [text for texts in provider.requests for text in texts]
    assert len(sent) > 2 * len(CANARIES)
    assert leaked(" ".join(sent)) == set()
    with warehouse.connect() as connection:
        tasks = [row[0] for row in connection.execute("select id from learning.task_history")]
        shown = [bundle.text() for task in tasks if (bundle := look_at(connection, task))]
    assert len(shown) == 3 * len(CANARIES)
    assert leaked(" ".join(shown)) == set()
