"""Logs in a bucket, read from an S3 server on loopback: the same rows as from a folder, and only what is new."""

import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import zstandard

from pipelines import object_store
from pipelines.ingest.files import buckets
from pipelines.ingest.files.find import find_logs
from pipelines.settings import Settings
from tests.support.bucket_server import Bucket
from tests.support.transcripts import VARIANTS, Transcript, write_home


def _session(spawns: int) -> Transcript:
    log = Transcript()
    for number in range(spawns):
        log.spawn(f"toolu_{number}", f"Look at shelf {number}. " + "More about it. " * 100)
        log.result(f"toolu_{number}")
    return log


def test_a_bucket_gives_the_rows_that_a_folder_gives(tmp_path: Path, bucket: Bucket, ingest: Any, tasks: Any) -> None:
    for number, make in enumerate(VARIANTS.values()):
        files = make()
        for log in files.values():
            log.session = f"{number}{log.session[1:]}"
        write_home(tmp_path, files)
    (tmp_path / "history.jsonl").write_text('{"display": "not a transcript"}\n')
    bucket.upload(tmp_path, "team/home/")
    report = ingest(f"{bucket.address}/team/home")
    assert report.files == len(list((tmp_path / "projects").rglob("*.jsonl")))
    assert not report.warnings
    from_bucket = tasks()
    with_folder = ingest(tmp_path)
    assert from_bucket
    assert (with_folder.spawns_new, with_folder.spawns_updated) == (0, 0)
    assert tasks() == from_bucket


def test_only_what_is_new_of_an_object_is_fetched(
    bucket: Bucket, ingest: Any, tasks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched: list[tuple[int, int]] = []
    copy, ranged = buckets.BucketLog._copy, buckets.BucketLog._range
    monkeypatch.setattr(buckets, "HEAD_BYTES", 8 << 10)
    monkeypatch.setattr(buckets.BucketLog, "_range", lambda log, *place: fetched.append(place) or ranged(log, *place))
    monkeypatch.setattr(buckets.BucketLog, "_copy", lambda log, file: fetched.append((0, log.size)) or copy(log, file))
    key, first, grown = "a.jsonl", _session(20).content(), _session(21).content()
    bucket.put(key, first)
    ingest(bucket.address)
    assert fetched == [(0, len(first))]
    del fetched[:]
    bucket.put(key, grown)
    report = ingest(bucket.address)
    assert fetched == [(0, 8 << 10), (len(first) - 4096, len(grown))]
    assert (report.files_read, report.bytes_read, report.spawns_new) == (1, len(grown) - len(first), 1)
    assert len(tasks()) == 21
    del fetched[:]
    bucket.put(key, grown.replace(b"shelf 3", b"shelf x") + b"\n")  # replaced where nothing new is looked for
    bucket.put("b.jsonl", b"{}" + grown)
    ingest(bucket.address)
    assert len(tasks()) == 21


def test_an_object_is_known_by_its_etag_and_size(bucket: Bucket, ingest: Any, tasks: Any) -> None:
    content = _session(2).content()
    bucket.put("a.jsonl", content)
    assert ingest(bucket.address).files_read == 1
    bucket.put("a.jsonl", content)  # the same once more, with a later time
    assert ingest(bucket.address).files_read == 0
    bucket.put("a.jsonl", content.replace(b"shelf 1", b"shelf 7"))
    assert ingest(bucket.address).files_read == 1


def test_packed_objects_globs_and_single_objects_are_read(bucket: Bucket, ingest: Any) -> None:
    content = _session(1).content()
    bucket.put("logs/one/a.jsonl.zst", zstandard.compress(content))
    bucket.put("logs/two/b.jsonl", content)
    bucket.put("logs/two/c.txt", content)
    bucket.put("logs/..x/we ird#é%20.jsonl", content)
    assert ingest(f"{bucket.address}/logs/one").lines_loaded
    assert ingest(f"{bucket.address}/logs/*/b.jsonl").files == 1
    assert ingest(f"{bucket.address}/logs/two/c.txt").files_read == 1
    assert ingest(bucket.address).files == 3


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({}, "s3://no-such-bucket/logs cannot be read: there is no bucket no-such-bucket; check its name."),
        (
            {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"},
            "the provider does not answer; check the network and the endpoint.",
        ),
        ({"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}, "no credentials were found; set AWS_PROFILE"),
    ],
)
def test_a_bucket_that_cannot_be_had_is_said_in_one_sentence(
    variables: dict[str, str | None], told: str, bucket: Bucket, ingest: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    object_store._store.cache_clear()
    monkeypatch.setitem(object_store._RETRIES, "max_retries", 0)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    for name, value in variables.items():
        monkeypatch.setenv(name, value) if value else monkeypatch.delenv(name)
    (warning,) = ingest("s3://no-such-bucket/logs").warnings
    assert told in warning
    assert len(warning) < 200


class _Denied(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        content = b"<?xml version='1.0'?><Error><Code>AccessDenied</Code><Message>s3cret-7391</Message></Error>"
        self.send_response(403)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


def test_a_refusal_is_said_without_what_the_provider_quotes(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    with HTTPServer(("127.0.0.1", 0), _Denied) as denying:
        threading.Thread(target=denying.serve_forever, daemon=True).start()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{denying.server_port}")
        (warning,) = find_logs([Path(bucket.address)]).warnings
        denying.shutdown()
    assert "access is denied (AccessDenied); check AWS_PROFILE" in warning
    assert "7391" not in warning


def test_a_missing_library_is_said_with_the_extra_that_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "obstore", None)
    (warning,) = find_logs([Path("gs://logs")]).warnings
    assert warning.endswith("pip install 'spawnwise[cloud]'")


def test_addresses_may_stand_among_paths(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPAWNWISE_LOGS", "/a:s3://bucket/prefix:/b:gs://other")
    logs = Settings().logs
    assert [object_store.address(place) for place in logs] == ["/a", "s3://bucket/prefix", "/b", "gs://other"]
    assert [object_store.absolute(place) for place in logs] == list(logs)
