"""Readers of a database that never ends its answer are given up; run in a process of its own, as it once crashed it."""

import socket
import struct
import threading

import recommender.serving_tables as serving

READERS, READINGS = 6, 10


def message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!i", len(body) + 4) + body


HELLO = b"".join(
    [
        message(b"R", struct.pack("!i", 0)),
        message(b"S", b"client_encoding\0UTF8\0"),
        message(b"S", b"server_version\x0016.0\0"),
        message(b"K", struct.pack("!ii", 1, 1)),
        message(b"Z", b"I"),
    ]
)
NOTICES = 50 * message(b"N", b"SNOTICE\0C00000\0M" + 200 * b"x" + b"\0\0")


def answer(client: socket.socket) -> None:
    """Say hello as Postgres does, and then only notices, without end."""
    try:
        client.recv(4_096)
        client.sendall(HELLO)
        while True:
            client.sendall(NOTICES)
    except OSError:
        return


def main() -> None:
    serving.READ_LIMIT_S = 0.1
    server = socket.create_server(("127.0.0.1", 0), backlog=64)
    url = f"postgresql://reader@127.0.0.1:{server.getsockname()[1]}/none?sslmode=disable&gssencmode=disable"
    given_up = []

    def accept() -> None:
        while True:
            threading.Thread(target=answer, args=(server.accept()[0],), daemon=True).start()

    def read() -> None:
        for _ in range(READINGS):
            try:
                serving.read_database(url)
            except Exception as error:
                given_up.append(str(error))

    threading.Thread(target=accept, daemon=True).start()
    readers = [threading.Thread(target=read) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert len(given_up) == READERS * READINGS
    # On a machine with much else to do a connection may come too late to be given up in the middle of a reading.
    assert all("closed the connection" in error or "timeout expired" in error for error in given_up), set(given_up)
    assert any("closed the connection" in error for error in given_up)


if __name__ == "__main__":
    main()
