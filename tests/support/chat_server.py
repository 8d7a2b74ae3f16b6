"""A chat-completions server on loopback that answers as a test tells it to."""

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class ChatServer:
    """Answers each request with the next of `answers` (words, or a status), then with the last one again."""

    def __init__(self) -> None:
        self.answers: list[str | int] = ['{"verdict": "good", "confidence": 0.9}']
        self.requests: list[dict[str, Any]] = []
        self.url = ""

    def handle(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        body = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
        self.requests.append(body)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        status, words = (answer, "no") if isinstance(answer, int) else (200, answer)
        choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": words}}
        payload = {"id": "1", "object": "chat.completion", "created": 1, "model": body["model"], "choices": [choice]}
        sent = json.dumps(payload if status == 200 else {"error": {"message": words}}).encode()
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(sent)))
        handler.end_headers()
        handler.wfile.write(sent)

    def shown(self) -> str:
        """Return everything that was sent."""
        return json.dumps(self.requests)


@contextlib.contextmanager
def running_chat_server() -> Iterator[ChatServer]:
    """Serve on a free loopback port until the context ends."""
    fake = ChatServer()

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
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
