"""Who on this machine may reach the embedded server: it trusts anyone who opens its socket."""

import contextlib
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any


@contextlib.contextmanager
def no_folder_opened_further(*places: Path) -> Iterator[None]:
    """Let others walk through the folders above each place, but not list them, where root starts the server.

    The server's package makes all of them readable to everybody, so that its system user can reach its data.
    """
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        yield
        return
    before = {folder: _mode(folder) for place in places for folder in place.parents}
    try:
        yield
    finally:
        for folder, mode in before.items():
            if _mode(folder) != mode | 0o011:
                folder.chmod(mode | 0o011)


def is_open_to_others(folder: Path) -> bool:
    """Tell whether Postgres would refuse its data folder: others have rights on it, or its group may write."""
    return sys.platform != "win32" and (folder / "PG_VERSION").exists() and bool(_mode(folder) & 0o027)


def _mode(folder: Path) -> int:
    return stat.S_IMODE(folder.stat().st_mode)


def shut_out_others(server: Any) -> None:
    """Make the server's socket private; where its path is too long, it lies in a folder for temporary files."""
    path = server.get_postmaster_info().socket_path
    if sys.platform == "win32" or path is None:
        return
    path.chmod(0o600)
    if path.parent != server.pgdata:
        owner = path.stat()
        os.chown(path.parent, owner.st_uid, owner.st_gid)
        path.parent.chmod(0o700)
