"""Where Spawnwise keeps its files on this machine."""

import os
import sys
from pathlib import Path


def data_home() -> Path:
    """Return the folder that holds all data: `SPAWNWISE_HOME`, else the platform's place for user data.

    For root it is outside the home folder: the embedded Postgres runs as a system user and would have to open
    every parent folder of its data to all.
    """
    chosen = os.environ.get("SPAWNWISE_HOME")
    if chosen:
        return Path(chosen).expanduser().absolute()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "spawnwise"
    if os.geteuid() == 0:
        return Path("/var/lib/spawnwise")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "spawnwise"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "spawnwise"
