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
        return _expanded(chosen).absolute()
    if sys.platform == "win32":
        return _expanded(os.environ.get("LOCALAPPDATA", "~/AppData/Local")) / "spawnwise"
    if os.geteuid() == 0:
        return Path("/var/lib/spawnwise")
    if sys.platform == "darwin":
        return _expanded("~/Library/Application Support/spawnwise")
    return _expanded(os.environ.get("XDG_DATA_HOME") or "~/.local/share") / "spawnwise"


def _expanded(path: str) -> Path:
    """Put a home folder in place of `~`; a user that has none finds nothing and keeps nothing."""
    expanded = os.path.expanduser(path)  # noqa: PTH111  # Path's own raises for such a user
    return Path("/nonexistent", expanded.lstrip("~")) if expanded.startswith("~") else Path(expanded)


def claude_home() -> Path:
    """Return Claude Code's home: `CLAUDE_CONFIG_DIR`, else `~/.claude`."""
    return _expanded(os.environ.get("CLAUDE_CONFIG_DIR") or "~/.claude")


def snapshot_file() -> Path:
    """Return where the nightly run publishes what a lookup needs."""
    return data_home() / "snapshot.safetensors"


def journal_folder() -> Path:
    """Return where decisions, records and feedback are noted until the nightly run loads them."""
    return data_home() / "journal"


def private_folder(folder: Path) -> None:
    """Create a folder, and those above it, that only their owner can list; what exists stays as it is.

    Root's Postgres runs as another user, which must be able to walk through the data home.
    """
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    home = data_home()
    for missing in reversed([part for part in (folder, *folder.parents) if not part.exists()]):
        missing.mkdir(exist_ok=True)
        missing.chmod(0o711 if is_root and home not in missing.parents else 0o700)


def unusable(error: OSError) -> str:
    """Say which file or folder cannot be used, and what to do."""
    path, home = Path(str(error.filename)), data_home()
    is_ours = home == path or home in path.parents or path in home.parents
    where = "; SPAWNWISE_HOME names the folder that holds all data." if is_ours else "."
    return f"{path} cannot be used ({error.strerror}). Check its permissions and the free space{where}"
