"""`spawnwise ui`: Dagster's web page on the nightly run."""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from pipelines.instance import prepare_instance_folder
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    parser.add_argument("--port", type=int, default=3000, help="port to listen on (default: 3000)")


def run(arguments: argparse.Namespace) -> int:
    """Serve until interrupted; the embedded database runs as long."""
    settings = Settings()
    folder = prepare_instance_folder(settings)
    environment = os.environ | {"DAGSTER_HOME": str(folder), "DAGSTER_DISABLE_TELEMETRY": "1"}
    dagster = shutil.which("dagster", path=str(Path(sys.executable).parent)) or "dagster"
    command = [dagster, "dev", "-m", "pipelines.definitions", "-h", arguments.host, "-p", str(arguments.port)]
    print(f"Dagster opens on http://{arguments.host}:{arguments.port} (Ctrl-C ends it).", flush=True)
    with Warehouse.open(settings):
        try:
            return subprocess.run(command, env=environment, cwd=folder, check=False).returncode
        except KeyboardInterrupt:
            return 0
