"""`spawnwise ui`: Dagster's web page on the nightly run."""

import argparse
import errno
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from pipelines.instance import prepare_instance
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from recommender.errors import SpawnwiseError

SECONDS_BETWEEN_LOOKS = 0.25
MOST_SECONDS = 300.0
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # what listens everywhere is asked here
REASONS = {
    errno.EADDRINUSE: "something else listens there. Choose another with --port.",
    errno.EACCES: "this user may not listen there. Choose a port of 1024 or more with --port.",
    errno.EPERM: "this user may not listen there. Choose a port of 1024 or more with --port.",
    errno.EADDRNOTAVAIL: "it is no address of this machine. Choose another with --host.",
}


class CannotListenError(SpawnwiseError):
    """The page cannot be served at that address; the message says why and what to choose instead."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    parser.add_argument("--port", type=port, default=3000, help="port to listen on (default: 3000)")


def run(arguments: argparse.Namespace) -> int:
    """Serve until interrupted; the embedded database runs as long."""
    refuse_busy_address(arguments.host, arguments.port)
    settings = Settings()
    dagster = shutil.which("dagster", path=str(Path(sys.executable).parent)) or "dagster"
    command = [dagster, "dev", "-m", "pipelines.definitions", "-h", arguments.host, "-p", str(arguments.port)]
    print("Dagster starts; this takes some seconds ...", flush=True)
    with Warehouse.open(settings) as warehouse:
        folder = prepare_instance(settings, warehouse)
        # Started in the background by a shell, this process would ignore interrupts, and Dagster with it.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        with subprocess.Popen(command, cwd=folder) as server:
            try:
                return _serve(server, address(arguments.host, arguments.port))
            except (KeyboardInterrupt, SystemExit):
                # Dagster ends its own processes on an interrupt; killed, it would leave them behind.
                server.send_signal(signal.SIGINT)
                server.wait()
                return 0


def _serve(server: "subprocess.Popen[bytes]", page: str) -> int:
    """Say where the page is as soon as it answers, and wait for the server's end; return its exit code."""
    until = time.monotonic() + MOST_SECONDS
    while server.poll() is None and not answers(f"{page}/server_info"):
        if time.monotonic() > until:
            print(f"Dagster runs, but {page} has not answered for {MOST_SECONDS:.0f} s; its messages are above.")
            break
        time.sleep(SECONDS_BETWEEN_LOOKS)
    else:
        if server.returncode is None:
            print(f"Dagster is open on {page} (Ctrl-C ends it).", flush=True)
    code = server.wait()
    if code:
        print("Dagster has ended; its messages are above.", file=sys.stderr)
    return code


def port(text: str) -> int:
    """Read a port's number; raise what argparse reports in a sentence."""
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: choose a number from 1 to 65535")
    return int(text)


def refuse_busy_address(host: str, number: int) -> None:
    """Raise `CannotListenError` where nothing can listen at that address."""
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(host, number, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            if sys.platform != "win32":  # there it would let two listen at one port
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
            probe.listen(1)
    except (OSError, UnicodeError) as error:
        if isinstance(error, socket.gaierror | UnicodeError):
            why = "no such address is known. Choose another with --host."
        else:
            why = REASONS.get(error.errno or 0, f"{error.strerror}.")
        raise CannotListenError(f"Cannot listen on {host} port {number}: {why}") from None


def address(host: str, number: int) -> str:
    """Return the page's address, as a browser on this machine takes it."""
    name = EVERYWHERE.get(host, host)
    return f"http://[{name}]:{number}" if ":" in name else f"http://{name}:{number}"


def answers(page: str) -> bool:
    """Tell whether a page can be had; a proxy of the environment is not asked for it."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(page, timeout=5):
            return True
    except (OSError, ValueError, urllib.error.HTTPError):
        return False
