"""Where Spawnwise keeps its files on this machine."""

import errno
import os
import stat
from pathlib import Path

from recommender.settings import data_home


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


def replace_file(path: Path, data: bytes) -> None:
    """Write a file that only its owner can read, whole or not at all; raises `OSError`."""
    import tempfile  # not at spawn time, where only reading is done

    descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def append(path: str, content: bytes, *, is_started_over: bool = False) -> None:
    """Append to a file in one write, whole or not at all; raises `OSError` where it cannot be kept.

    Lines of processes that write at once do not mix. Never waits: what is not a file, such as a pipe that nobody reads,
    is refused.
    """
    flags = os.O_WRONLY | os.O_CREAT | getattr(os, "O_NONBLOCK", 0)
    descriptor = os.open(path, flags | (os.O_TRUNC if is_started_over else os.O_APPEND), 0o600)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "not a file")
        written = os.write(descriptor, content)
        if written == len(content):
            return
        end = os.lseek(descriptor, 0, os.SEEK_CUR)
        if os.fstat(descriptor).st_size == end:  # else somebody has written behind it
            os.ftruncate(descriptor, end - written)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    except OSError as error:
        raise OSError(error.errno, error.strerror, path) from error  # which of all files it was
    finally:
        os.close(descriptor)


def unusable(error: OSError) -> str:
    """Say which file or folder cannot be used, and what to do."""
    path, home = Path(str(error.filename)), data_home()
    is_ours = home == path or home in path.parents or path in home.parents
    where = "; SPAWNWISE_HOME names the folder that holds all data." if is_ours else "."
    return f"{path} cannot be used ({error.strerror}). Check its permissions and the free space{where}"
