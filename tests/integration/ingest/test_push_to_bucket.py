"""Machines that send to one bucket: the server that reads it has the rows that it would have of the logs themselves."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipelines.ingest.intake import ingest_sources
from pipelines.progress import SilentProgress
from pipelines.warehouse import Warehouse
from recommender.cli import main
from tests.integration.ingest.conftest import FORGET_ALL
from tests.support.bucket_server import Bucket
from tests.support.transcripts import VARIANTS, Transcript, write_home

SECRET = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
RECORD = {
    "id": "r1",
    "agent": "qa",
    "task": f"Test the parser with {SECRET}",
    "spawned_at": "2026-03-01T10:00:00Z",
    "model": "haiku",
    "success": True,
    "input_tokens": 10,
    "output_tokens": 20,
}
ROW = "select project, user_name, host, cost_usd, task_description from learning.task_history where source_key = 'r1'"


def write_logs(home: Path, machine: str) -> None:
    """Write sessions of every variant that no other machine has, and a record."""
    for variant, make in VARIANTS.items():
        files = make()
        for log in files.values():
            log.session = f"{ord(variant):02x}{ord(machine[0]):02x}{log.session[4:]}"
            for line in log.lines:
                line["sessionId"] = log.session
        for path, log in zip(write_home(home, files), files.values(), strict=True):
            own = f"{machine[0]}{variant}".encode()
            path.write_bytes(log.content().replace(b"toolu_0", b"toolu_" + own).replace(b"msg_", b"msg_" + own))
    (home / "projects" / "records.jsonl").write_text(json.dumps(RECORD | {"id": f"{machine}-1"}) + "\n")


def push(home: Path, place: str, machine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as own:
        own.setenv("SPAWNWISE_HOME", str(home.parent / f"data-of-{machine}"))
        own.setenv("SPAWNWISE_USER", f"user-of-{machine}")
        own.setenv("SPAWNWISE_HOST", machine)
        assert main(["push", "--logs", str(home), "--machine", machine, "--to", place]) == 0


def test_a_bucket_of_many_machines_gives_the_rows_that_their_logs_give(
    tmp_path: Path, bucket: Bucket, warehouse: Warehouse, digest: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    machines = ("alpha", "beta")
    for machine in machines:
        write_logs(tmp_path / machine, machine)
        monkeypatch.setenv("SPAWNWISE_USER", f"user-of-{machine}")
        monkeypatch.setenv("SPAWNWISE_HOST", machine)
        ingest_sources(warehouse, [tmp_path / machine], SilentProgress(), machine=machine)
    expected = digest()
    with warehouse.connect() as connection:
        connection.execute(FORGET_ALL)
    monkeypatch.setenv("SPAWNWISE_USER", "server")
    monkeypatch.setenv("SPAWNWISE_HOST", "server")
    for machine in machines:
        push(tmp_path / machine, f"{bucket.address}/team", machine, monkeypatch)
    report = ingest_sources(warehouse, [Path(f"{bucket.address}/team")], SilentProgress())
    assert not report.warnings
    assert report.lines_quarantined == 0
    assert digest() == expected
    keys = [each["Key"] for each in bucket.client.list_objects_v2(Bucket=bucket.name)["Contents"]]
    assert {key.split("/")[1] for key in keys} == set(machines)
    assert ingest_sources(warehouse, [Path(f"{bucket.address}/team")], SilentProgress()).files_read == 0


def test_only_what_is_new_is_sent_and_what_is_sent_twice_counts_once(
    tmp_path: Path, warehouse: Warehouse, digest: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, place = tmp_path / "home", tmp_path / "shared"
    log = Transcript()
    log.spawn("toolu_1")
    log.write(home)
    push(home, str(place), "alpha", monkeypatch)
    log.result("toolu_1")
    log.says("Good.")
    log.write(home)
    push(home, str(place), "alpha", monkeypatch)
    push(home, str(place), "alpha", monkeypatch)
    sent = sorted(place.rglob("*.zst"))
    assert len(sent) == 2
    ingest_sources(warehouse, [place], SilentProgress())
    once = digest()
    assert len(once) > 3
    (tmp_path / "data-of-alpha" / "pushed").rename(tmp_path / "lost")  # all is sent once more
    push(home, str(place), "alpha", monkeypatch)
    assert len(sorted(place.rglob("*.zst"))) == 3
    ingest_sources(warehouse, [place], SilentProgress())
    assert digest() == once


def test_no_secret_leaves_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import zstandard

    home, place = tmp_path / "home", tmp_path / "shared"
    log = Transcript()
    log.spawn(prompt=f"Log in with {SECRET}")
    log.write(home)
    (home / "projects" / "records.jsonl").write_text(json.dumps(RECORD) + "\n")
    push(home, str(place), "alpha", monkeypatch)
    sent = b"".join(zstandard.decompress(path.read_bytes()) for path in place.rglob("*.zst"))
    assert b"Log in with" in sent
    assert b"Test the parser with" in sent
    assert SECRET.encode() not in sent


def test_a_bucket_that_cannot_be_written_is_told_and_sent_to_again(
    tmp_path: Path, bucket: Bucket, capsys: pytest.CaptureFixture[str]
) -> None:
    Transcript().write(tmp_path / "home")
    log = Transcript()
    log.spawn()
    log.write(tmp_path / "home")
    push_it = ["push", "--logs", str(tmp_path / "home"), "--machine", "alpha", "--to"]
    assert main([*push_it, "s3://no-such-bucket"]) == 1
    assert "there is no bucket no-such-bucket" in capsys.readouterr().err
    bucket.client.create_bucket(Bucket="no-such-bucket")
    assert main([*push_it, "s3://no-such-bucket"]) == 0
    assert "1 spawns sent" in capsys.readouterr().out
