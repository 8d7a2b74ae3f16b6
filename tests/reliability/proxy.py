"""What stands between a command and its Postgres: listens on TCP, forwards to the server's socket, and can be nasty."""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable
from typing import Self

READY, COMPLETE, IDLE = b"Z", b"C", b"I"
READS = (b"SELECT", b"SHOW", b"FETCH", b"BEGIN", b"SET", b"DISCARD", b"CLOSE", b"DEALLOCATE")
PASSWORD = "a-word-that-nobody-may-read"  # asked for by no server here
LINGER_NO_MORE = struct.pack("ii", 1, 0)  # closing answers the peer with a reset


class Proxy:
    """Forwards connections; calls `at_words` and `at_commit` back while it holds the message that they wait for."""

    def __init__(self, socket_path: str, port: int = 0) -> None:
        self._target = socket_path
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port: int = self._listener.getsockname()[1]
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._running = threading.Event()
        self._running.set()
        self._changing = threading.Lock()
        self._waiting: list[tuple[bytes, Callable[[], object]]] = []
        self.commits = 0  # of the product, that changed something; Dagster's own records do not count
        self.at_commit: Callable[[int], object] = lambda _: None

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.go_on()
        self.cut()

    def url(self, database: str) -> str:
        """Return the connection URL of a database behind this."""
        return f"postgresql://postgres:{PASSWORD}@127.0.0.1:{self.port}/{database}?sslmode=disable&gssencmode=disable"

    def at_words(self, words: str, act: Callable[[], object]) -> None:
        """Call `act` once, when a client is about to say these words to the server."""
        self._waiting.append((words.encode(), act))

    @property
    def unheard(self) -> list[str]:
        """The words that no client has said yet."""
        return [words.decode() for words, _ in self._waiting]

    def cut(self, *, with_reset: bool = False) -> None:
        """End all connections."""
        with self._changing:
            pairs, self._pairs = self._pairs, []
        for end in (end for pair in pairs for end in pair):
            with contextlib.suppress(OSError):
                if with_reset and end.family == socket.AF_INET:
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NO_MORE)
                    end.shutdown(socket.SHUT_RD)  # wakes who reads, and sends nothing
                else:
                    end.shutdown(socket.SHUT_RDWR)
            end.close()

    def stall(self) -> None:
        """Forward nothing more, of new connections neither."""
        self._running.clear()

    def go_on(self) -> None:
        """Forward again."""
        self._running.set()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=self._serve, args=[client], daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        server = socket.socket(socket.AF_UNIX)
        try:
            server.connect(self._target)
        except OSError:  # nobody is there: the client is told as the kernel would
            server.close()
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NO_MORE)
            client.close()
            return
        with self._changing:
            self._pairs.append((client, server))
        with contextlib.suppress(OSError):
            startup = client.recv(65536)
            self._running.wait()
            server.sendall(startup)
            is_ours = b"application_name\0spawnwise" in startup
            threading.Thread(target=self._answers, args=[server, client, is_ours], daemon=True).start()
            self._questions(client, server)
        self._end(client, server)

    def _questions(self, client: socket.socket, server: socket.socket) -> None:
        while said := client.recv(65536):
            self._running.wait()
            with self._changing:
                heard = next((one for one in self._waiting if one[0] in said), None)
                if heard:
                    self._waiting.remove(heard)
            if heard:
                heard[1]()
                self._running.wait()
            server.sendall(said)

    def _answers(self, server: socket.socket, client: socket.socket, is_ours: bool) -> None:
        pending, has_written = b"", False
        with contextlib.suppress(OSError):
            while came := server.recv(65536):
                pending += came
                while len(pending) >= 5 and len(pending) > (size := int.from_bytes(pending[1:5])):
                    kind, body, pending = pending[:1], pending[5 : size + 1], pending[size + 1 :]
                    has_written |= kind == COMPLETE and not body.startswith(READS)
                    if kind == READY and body == IDLE and has_written and is_ours:
                        has_written = False
                        with self._changing:
                            self.commits += 1
                            number = self.commits
                        self.at_commit(number)
                self._running.wait()
                client.sendall(came)
        self._end(client, server)

    def _end(self, client: socket.socket, server: socket.socket) -> None:
        for end in (client, server):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
