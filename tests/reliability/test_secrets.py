"""A secret that stands in a log is in no table, file, log line or embedding request."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.embed.embed_specs import embed_specs
from pipelines.embed.embed_tasks import embed_tasks
from pipelines.ingest.agent_specs import ingest_specs
from pipelines.ingest.ingest import ingest_sources
from pipelines.progress import SilentProgress
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from recommender.embedding import embedder_from_environment
from recommender.task_text import task_text
from tests.embedding_server import running_embedding_server
from tests.reliability.canaries import CANARIES, leaked, write_canaries
from tests.reliability.conftest import Undisturbed
from tests.unit.recommender.test_redaction import filled

TABLES = "select schemaname, tablename from pg_tables where schemaname not in ('pg_catalog', 'information_schema')"


def test_every_canary_is_one() -> None:
    assert len(CANARIES) > 50
    assert leaked(" ".join(secret for _, secret in CANARIES)) == {secret for _, secret in CANARIES}


def test_no_secret_is_in_any_table(undisturbed: Undisturbed) -> None:
    found = {}
    with undisturbed.connect() as connection:
        spawns = connection.execute("select count(*) from learning.task_history where source_key ~ 'canary'").fetchone()
        assert spawns == (3 * len(CANARIES),)
        for schema, name in connection.execute(TABLES).fetchall():
            rows = connection.execute(f'select t::text from "{schema}"."{name}" as t'.encode())
            found[f"{schema}.{name}"] = {secret for (row,) in rows for secret in leaked(row)}
    assert {"learning.task_history", "dagster.event_logs", "serving.best_model_per_cluster"} < set(found)
    assert {place: secrets for place, secrets in found.items() if secrets} == {}


def test_no_secret_is_in_any_file_of_the_home(undisturbed: Undisturbed) -> None:
    words = [filled(around, secret) for around, secret in CANARIES]
    for arguments in (
        ["record", " ".join(words), "--agent", " ".join(words), "--model", words[0], "--error", " ".join(words)],
        ["feedback", "last", "bad", "--note", " ".join(words)],
        ["recommend", " ".join(words), "--agent", words[0]],
    ):
        run = undisturbed.run(*arguments)
        assert run.returncode == 0, run.stderr
    found = {}
    for path in undisturbed.home.rglob("*"):
        if path.is_file():
            found[str(path.relative_to(undisturbed.home))] = leaked(path.read_bytes().decode("utf-8", "replace"))
    assert {
        f"journal/{datetime.now(UTC):%Y-%m}.jsonl",
        "report.html",
        "snapshot.safetensors",
        "dbt/target/dbt.log",
        "postgres/log",
    } < set(found)
    assert any("compute_logs" in place for place in found)
    assert {place: secrets for place, secrets in found.items() if secrets} == {}


def test_no_secret_is_in_an_embedding_request(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "agents").mkdir()
    write_canaries(tmp_path)
    ingest_sources(warehouse, Settings(), [tmp_path], SilentProgress())
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
