"""An embeddings server on loopback that misbehaves as a test tells it to."""

import contextlib
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Rows = list[dict[str, Any]]
Answer = Callable[[list[str]], Rows] | tuple[int, dict[str, str]] | str


def rows_for(texts: list[str], dimension: int = 8) -> Rows:
    """Return the right answer: a vector made of each text's hash."""
    return [
        {
            "object": "embedding",
            "index": i,
            "embedding": [b / 255 + 0.01 for b in hashlib.sha256(t.encode()).digest()[:dimension]],
        }
        for i, t in enumerate(texts)
    ]


class EmbeddingServer:
    """Answers each request with the next of `answers`, then with what is right.

    An answer is a function of the texts that returns rows, or a status with headers, or one of "stall", "trickle",
    "cut" and "garbage".
    """

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.requests: list[list[str]] = []
        self.url = ""
        self.is_over = threading.Event()

    def handle(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        body = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
        texts: list[str] = body["input"]
        self.requests.append(texts)
        answer = self.answers.pop(0) if self.answers else rows_for
        if answer == "stall":
            time.sleep(3)
        if isinstance(answer, tuple):
            _send(handler, answer[0], b'{"error": {"message": "no: ' + texts[0].encode()[:20] + b'"}}', answer[1])
        elif isinstance(answer, str):
            payload = b"<html>" if answer == "garbage" else b'{"data": ['
            missing = {"cut": 100, "trickle": 10**9}.get(answer, 0)
            _send(handler, 200, payload, {}, length=len(payload) + missing)
            while answer == "trickle" and not self.is_over.wait(0.05):
                handler.wfile.write(b" ")
        else:
            payload = json.dumps({"object": "list", "model": body["model"], "data": answer(texts)}).encode()
            _send(handler, 200, payload, {})


def _send(
    handler: BaseHTTPRequestHandler, status: int, body: bytes, headers: dict[str, str], length: int | None = None
) -> None:
    handler.send_response(status)
    for name, value in {
        "Content-Type": "application/json",
        "Content-Length": str(length or len(body)),
        **headers,
    }.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)
    if length:
        handler.close_connection = True


@contextlib.contextmanager
def running_embedding_server() -> Iterator[EmbeddingServer]:
    """Serve on a free loopback port until the context ends."""
    fake = EmbeddingServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                fake.handle(self)

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    fake.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        fake.is_over.set()
        server.shutdown()
        server.server_close()
