import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from pipelines.commands import ui
from recommender.cli import main


class Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def page() -> Iterator[HTTPServer]:
    with HTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.mark.parametrize("text", ["99999", "65536", "0", "-1", "abc", "", "3000.5", "\N{SUPERSCRIPT TWO}"])
def test_what_is_no_port_is_refused_in_a_sentence(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["ui", f"--port={text}"])
    assert end.value.code == 2
    assert "is not a port: choose a number from 1 to 65535" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["1", "3000", "65535"])
def test_every_port_is_taken(text: str) -> None:
    assert ui.port(text) == int(text)


def test_a_busy_port_is_refused_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(ui.Warehouse, "open", lambda *_: pytest.fail("the warehouse was opened"))
    with closing(socket.create_server(("127.0.0.1", 0))) as busy:
        number = busy.getsockname()[1]
        assert main(["ui", "--port", str(number)]) == 1
    assert capsys.readouterr().err == (
        f"Cannot listen on 127.0.0.1 port {number}: something else listens there. Choose another with --port.\n"
    )


@pytest.mark.parametrize("host", ["no.such.host.invalid", "192.0.2.1", "a..b", "x" * 300])
def test_an_address_of_another_machine_is_refused(host: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ui", "--host", host]) == 1
    assert "Choose another with --host." in capsys.readouterr().err


def test_a_free_port_is_left_free() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        number = server.getsockname()[1]
    ui.refuse_busy_address("127.0.0.1", number)
    ui.refuse_busy_address("127.0.0.1", number)


@pytest.mark.parametrize(
    ("host", "page"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("0.0.0.0", "http://127.0.0.1:80"),
        ("::", "http://[::1]:80"),
        ("::1", "http://[::1]:80"),
        ("box.example", "http://box.example:80"),
    ],
)
def test_the_address_is_one_that_a_browser_takes(host: str, page: str) -> None:
    assert ui.address(host, 80) == page


def test_the_page_is_announced_only_once_it_answers(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    server = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
    told: list[str] = []

    def answers_late(_: str) -> bool:
        told.append(capsys.readouterr().out)
        if len(told) == 3 and server.stdin is not None:
            server.stdin.close()
        return len(told) == 3

    monkeypatch.setattr(ui, "answers", answers_late)
    monkeypatch.setattr(ui, "SECONDS_BETWEEN_LOOKS", 0)
    with server:
        ui._serve(server, "http://there")
    assert told == ["", "", ""]
    assert "Dagster is open on http://there" in capsys.readouterr().out


def test_a_server_that_ends_before_it_answers_is_not_announced(capsys: pytest.CaptureFixture[str]) -> None:
    with subprocess.Popen([sys.executable, "-c", "raise SystemExit(3)"]) as server:
        server.wait()
        assert ui._serve(server, "http://127.0.0.1:9") == 3
    told = capsys.readouterr()
    assert "is open on" not in told.out
    assert "Dagster has ended" in told.err


def test_a_page_answers_past_a_proxy(page: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert ui.answers(f"http://127.0.0.1:{page.server_port}/")
    assert not ui.answers("http://127.0.0.1:9/")
