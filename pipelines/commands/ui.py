"""`spawnwise ui`: Dagster's web page on the nightly run."""

import argparse
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from pipelines.instance import prepare_instance
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    parser.add_argument("--port", type=int, default=3000, help="port to listen on (default: 3000)")


def run(arguments: argparse.Namespace) -> int:
    """Serve until interrupted; the embedded database runs as long."""
    settings = Settings()
    dagster = shutil.which("dagster", path=str(Path(sys.executable).parent)) or "dagster"
    command = [dagster, "dev", "-m", "pipelines.definitions", "-h", arguments.host, "-p", str(arguments.port)]
    print(f"Dagster opens on http://{arguments.host}:{arguments.port} (Ctrl-C ends it).", flush=True)
    with Warehouse.open(settings) as warehouse:
        folder = prepare_instance(settings, warehouse)
        # Started in the background by a shell, this process would ignore interrupts, and Dagster with it.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        with subprocess.Popen(command, cwd=folder) as server:
            try:
                return server.wait()
            except (KeyboardInterrupt, SystemExit):
                # Dagster ends its own processes on an interrupt; killed, it would leave them behind.
                server.send_signal(signal.SIGINT)
                server.wait()
                return 0
