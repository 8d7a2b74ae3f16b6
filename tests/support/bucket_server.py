"""An S3 server on loopback, with a bucket of the test's own."""

import contextlib
import itertools
import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

_numbers = itertools.count(1)
KEY_ID, SECRET = "somebody", "s3cret-7391"


@dataclass(frozen=True)
class Bucket:
    """A bucket, and the client that fills it."""

    name: str
    client: Any

    @property
    def address(self) -> str:
        return f"s3://{self.name}"

    def put(self, key: str, content: bytes) -> None:
        self.client.put_object(Bucket=self.name, Key=key, Body=content)

    def upload(self, folder: Path, prefix: str = "") -> None:
        for path in sorted(each for each in folder.rglob("*") if each.is_file()):
            self.put(f"{prefix}{path.relative_to(folder).as_posix()}", path.read_bytes())


@contextlib.contextmanager
def bucket_server() -> Iterator[str]:
    """Run the server and yield its URL."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()


def serve() -> None:
    """Serve until the process is ended, and print the URL first."""
    with bucket_server() as url:
        print(url, flush=True)
        threading.Event().wait()


def variables(url: str) -> dict[str, str]:
    """Return the environment in which AWS's tools reach the server."""
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def new_bucket(url: str, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """Make a bucket, and let this test's environment reach it."""
    from pipelines import object_store

    object_store._store.cache_clear()  # what it holds may be another test's server
    for name, value in variables(url).items():
        monkeypatch.setenv(name, value)
    bucket = Bucket(f"logs-{next(_numbers)}", boto3.client("s3"))
    bucket.client.create_bucket(Bucket=bucket.name)
    return bucket
