"""Copilot CLI's sessions: `~/.copilot/session-state/<session>/events.jsonl`, all agents of a session in one file."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pipelines.ingest.files.log_file import Origin
from pipelines.ingest.source import Head, LineReader, Source


def _recognises(head: Head) -> bool:
    kind, data = head.first.get("type"), head.first.get("data")
    return isinstance(kind, str) and "." in kind and isinstance(data, dict) and "timestamp" in head.first


def _reader(origin: Origin, memory: dict[str, Any]) -> LineReader:
    from pipelines.ingest.sources.copilot_cli.events import EventReader

    return EventReader(origin, memory)


def _default_places() -> Iterable[Path]:
    home = Path(os.environ.get("COPILOT_HOME") or "~/.copilot").expanduser()
    return [home / "session-state"]


SOURCE = Source(
    "copilot-cli",
    _recognises,
    _reader,
    is_resumed=False,
    record_keys=(frozenset({"timestamp", "data"}),),
    default_places=_default_places,
    title="Copilot CLI",
)
