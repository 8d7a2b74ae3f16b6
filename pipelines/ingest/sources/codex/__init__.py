"""Codex CLI rollouts: `~/.codex/sessions/YYYY/MM/DD/rollout-<time>-<id>.jsonl`, a file for each thread."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pipelines.ingest.files.log_file import Origin
from pipelines.ingest.source import Head, LineReader, Source


def _recognises(head: Head) -> bool:
    payload = head.first.get("payload")
    return head.first.get("type") == "session_meta" and isinstance(payload, dict) and "id" in payload


def _reader(origin: Origin, memory: dict[str, Any]) -> LineReader:
    from pipelines.ingest.sources.codex.rollout import RolloutReader

    return RolloutReader(origin, memory)


def _default_places() -> Iterable[Path]:
    home = Path(os.environ.get("CODEX_HOME") or "~/.codex").expanduser()
    return [home / "sessions", home / "archived_sessions"]


SOURCE = Source(
    "codex",
    _recognises,
    _reader,
    is_resumed=False,
    record_keys=(frozenset({"timestamp", "payload"}),),
    default_places=_default_places,
    title="Codex",
)
