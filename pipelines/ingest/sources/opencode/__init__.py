"""opencode's database: `$XDG_DATA_HOME/opencode/opencode.db`, SQLite.

The tree of JSON files that earlier versions kept (storage/session, storage/message, storage/part) is not read: opencode
brings it into the database itself.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pipelines.ingest.files.log_file import Origin
from pipelines.ingest.source import Head, Rows, Source

_HEADER = b"SQLite format 3\0"
_NAMES = ("opencode.db", "opencode-local.db", "opencode-dev.db", "opencode-beta.db")  # by the channel of its release


def _recognises(head: Head) -> bool:
    return "opencode" in head.path.name and head.start.startswith(_HEADER)


def _read_rows(origin: Origin, memory: dict[str, Any]) -> Rows:
    from pipelines.ingest.sources.opencode.look import look

    return look(origin, memory)


def _default_places() -> Iterable[Path]:
    folder = Path(os.environ.get("XDG_DATA_HOME") or "~/.local/share").expanduser() / "opencode"
    return [folder / name for name in _NAMES if (folder / name).is_file()]


SOURCE = Source(
    "opencode",
    _recognises,
    read_rows=_read_rows,
    suffixes=_NAMES,
    default_places=_default_places,
    title="opencode",
    unit="database",
)
