"""Work done without root's rights, in a process of its own.

The test's own process keeps its rights: a finalizer or a thread of something else may need them at any moment.
"""

import json
import os
import pwd
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from pipelines.ingest.early_outcomes import outcome_models
from pipelines.ingest.intake import ingest_sources
from pipelines.ingest.sources import sources
from pipelines.ingest.usage_cost import usage_cost
from pipelines.progress import SilentProgress
from pipelines.warehouse import Warehouse

PROJECT = Path(__file__).parents[2]


def ingest(dsn: str, *sources: str) -> list[str]:
    """Ingest the sources and return the warnings."""
    return ingest_sources(Warehouse(dsn), [Path(source) for source in sources], SilentProgress()).warnings


def connect(path: str) -> str:
    """Connect to a socket and return what went wrong, empty where nothing did."""
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(path)
        except OSError as error:
            return type(error).__name__
    return ""


WORK = {function.__name__: function for function in (ingest, connect)}


def as_user(user: str, work: str, *arguments: str) -> Any:
    """Return what the named work gives when `user` does it; anyone but root does it as they are."""
    command = [sys.executable, "-m", __spec__.name, user, work, *arguments]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _load_the_rest() -> None:
    """Import what is imported late: the project may lie where only root can read."""
    sources()
    outcome_models()
    usage_cost({"": [1, 1, 0, "claude-haiku-4-5", 1, 0, 0, 0]})


def _give_up_rights(user: str) -> None:
    entry = pwd.getpwnam(user)
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)


if __name__ == "__main__":
    _load_the_rest()
    if os.geteuid() == 0:
        _give_up_rights(sys.argv[1])
    print(json.dumps(WORK[sys.argv[2]](*sys.argv[3:])))
