"""Claude Code's transcripts, and what lies beside them."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pipelines.ingest.files.log_file import AGENT_PREFIX, Origin
from pipelines.ingest.source import Head, LineReader, Source
from recommender.settings import claude_home

DESCRIPTION_SUFFIX = ".meta.json"  # beside an agent's log

_SESSION = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.jsonl")
_OF_SESSION = ("sessionId", "session_id", "parentUuid", "leafUuid", "snapshot")


def is_in_home(path: Path) -> bool:
    """Tell whether the file lies as in a Claude home, where all that nobody else claims is read as a transcript."""
    return "projects" in path.parts


def is_named_as_own(path: Path) -> bool:
    """Tell whether the file's place and name are such as only Claude Code gives."""
    is_log = path.name.startswith(AGENT_PREFIX) or _SESSION.match(path.name)
    return path.name.endswith(DESCRIPTION_SUFFIX) or bool(is_log and is_in_home(path))


def _recognises(head: Head) -> bool:
    """Tell by a line of a transcript, or of what Claude Code prints as a stream."""
    kind = head.first.get("type")
    if kind in ("user", "assistant"):  # other clients have the same keys around messages of another form
        message = head.first.get("message")
        is_line = isinstance(message, dict) and "content" in message
    else:
        is_line = kind is not None
    return is_named_as_own(head.path) or (is_line and any(key in head.first for key in _OF_SESSION))


def _reader(origin: Origin, memory: dict[str, Any]) -> LineReader:
    if origin.path.name.endswith(DESCRIPTION_SUFFIX):
        from pipelines.ingest.sources.claude_code.description import DescriptionReader

        return DescriptionReader(origin, memory)
    from pipelines.ingest.sources.claude_code.transcript import TranscriptReader

    return TranscriptReader(origin, memory)


def _is_session(path: Path) -> bool:
    return not path.name.startswith(AGENT_PREFIX) and path.parent.name != "subagents"


def _default_places() -> Iterable[Path]:
    home = claude_home()
    return [home] if (home / "projects").is_dir() else []


SOURCE = Source(
    "claude-code",
    _recognises,
    _reader,
    record_keys=(frozenset({"sessionId"}), frozenset({"session_id"})),
    default_places=_default_places,
    title="Claude Code",
    is_unit=_is_session,
    # Built-in agents that do not run on their parent's model where none is named (273 of 273 real spawns).
    built_in_models={"Explore": "haiku"},
    on_parents_model=frozenset({"general-purpose", "Plan", "fork"}),
)
