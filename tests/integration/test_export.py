"""Marts and serving tables as Parquet: typed, whole files only, in a folder or a bucket."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import duckdb
import psycopg
import pytest

from pipelines.progress import SilentProgress
from pipelines.publish import export
from pipelines.publish.export_assets import parquet_tables
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from recommender.cli import main
from tests.support.bucket_server import bucket_server, new_bucket

TABLES = """
drop schema marts cascade;
drop schema serving cascade;
create schema marts;
create schema serving;
create table marts.odd as
select number as "a ""b""; ", number / 4.0::double precision as share, (number / 4.0)::numeric(20, 2) as money,
    'Häuser ' || number as words, null::text as nothing, number > 1 as is_many, date '2026-03-01' as day,
    timestamptz '2026-03-01 10:00+02' as seen_at, array['x', null] as terms,
    '00000000-0000-0000-0000-000000000001'::uuid as id, '{"a": [1]}'::jsonb as facts, '[1,2,3]'::vector as centroid,
    9007199254740993 as large
from generate_series(1, 3) as number;
create table marts.odd__dbt_tmp as select 1 as x;
create view serving.best as select 1 as x where false;
create table intermediate.inner_thing as select 1 as x;
"""
TYPES = {
    'a "b"; ': "INTEGER",
    "share": "DOUBLE",
    "money": "DOUBLE",
    "words": "VARCHAR",
    "nothing": "VARCHAR",
    "is_many": "BOOLEAN",
    "day": "DATE",
    "seen_at": "TIMESTAMP WITH TIME ZONE",
    "terms": "VARCHAR[]",
    "id": "VARCHAR",
    "facts": "VARCHAR",
    "centroid": "FLOAT[]",
    "large": "BIGINT",
}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with bucket_server() as url:
        yield url


@pytest.fixture
def published(warehouse: Warehouse) -> Warehouse:
    with psycopg.connect(warehouse.dsn) as connection:
        for statement in TABLES.split(";\n"):
            connection.execute(statement.encode())
    return warehouse


def test_duckdb_reads_every_table_with_its_types(
    published: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", published.dsn)
    assert main(["export", str(tmp_path / "out"), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert [(table["name"], table["rows"]) for table in report["tables"]] == [("marts/odd", 3), ("serving/best", 0)]
    written = sorted(path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*"))
    assert written == ["marts", "marts/odd.parquet", "serving", "serving/best.parquet"]
    file = str(tmp_path / "out" / "marts" / "odd.parquet")
    columns = duckdb.sql(f"describe select * from '{file}'").fetchall()
    assert {name: kind for name, kind, *_ in columns} == TYPES
    row = duckdb.sql(f"select * replace (epoch_ms(seen_at) as seen_at) from '{file}' order by 1 limit 1").fetchall()[0]
    seen_ms = int(datetime(2026, 3, 1, 8, tzinfo=UTC).timestamp() * 1000)
    assert row[1:6] == (0.25, 0.25, "Häuser 1", None, False)
    assert row[7:] == (
        seen_ms,
        ["x", None],
        "00000000-0000-0000-0000-000000000001",
        '{"a": [1]}',
        [1.0, 2.0, 3.0],
        9007199254740993,
    )


def test_a_failed_export_leaves_the_files_as_they_were(
    published: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "exported"
    export.export_tables(published, folder)
    before = {path: path.read_bytes() for path in folder.rglob("*.parquet")}
    with psycopg.connect(published.dsn) as connection:
        connection.execute("insert into marts.odd select * from marts.odd")
        connection.execute("create view serving.worst as select 1 / (select 0 where current_date > '2000-01-01') as x")
    with pytest.raises(export.ExportError, match="cannot be read from Postgres"):
        export.export_tables(published, folder)
    assert {path: path.read_bytes() for path in folder.rglob("*.parquet")} == before
    assert sorted(path.name for path in folder.iterdir()) == ["marts", "serving"]


def test_the_same_files_go_to_a_bucket(
    published: Warehouse, tmp_path: Path, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket = new_bucket(server, monkeypatch)
    tables = export.export_tables(published, Path(f"{bucket.address}/warehouse"))
    for table in tables:
        content = bucket.client.get_object(Bucket=bucket.name, Key=f"warehouse/{table.name}.parquet")["Body"].read()
        (tmp_path / "copy.parquet").write_bytes(content)
        assert duckdb.sql(f"select count(*) from '{tmp_path}/copy.parquet'").fetchall() == [(table.rows,)]
    with pytest.raises(export.ExportError, match=r"s3://nobody/x cannot be written: there is no bucket nobody"):
        export.export_tables(published, Path("s3://nobody/x"))


def test_where_nothing_is_learned_nothing_is_exported(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", warehouse.dsn)
    assert main(["export", str(tmp_path)]) == 1
    assert capsys.readouterr().err.startswith("There are no tables to export yet.")
    (tmp_path / "file").touch()
    assert main(["export", str(tmp_path / "file" / "x")]) == 1
    assert "cannot be written: Not a directory" in capsys.readouterr().err


def test_the_asset_exports_to_the_place_of_the_setting(published: Warehouse, tmp_path: Path) -> None:
    settings = Settings(export=tmp_path / "nightly")
    resources = {"warehouse": published, "settings": settings, "progress": SilentProgress()}
    with dg.DagsterInstance.ephemeral() as instance:
        done = dg.materialize([parquet_tables], resources=resources, instance=instance)
    (event,) = done.get_asset_materialization_events()
    assert event.materialization.metadata["tables"].value == 2
    assert (tmp_path / "nightly" / "marts" / "odd.parquet").exists()
