"""Claude Code's transcripts, and what lies beside them."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pipelines.ingest.files.origin import Origin
from pipelines.ingest.source import Head, LineReader, Source
from recommender.settings import claude_home

_AGENT_PREFIX = "agent-"  # of its own log
DESCRIPTION_SUFFIX = ".meta.json"  # beside an agent's log


def is_in_home(path: Path) -> bool:
    """Tell whether the file lies where only Claude Code writes."""
    return "projects" in path.parts or path.name.endswith(DESCRIPTION_SUFFIX)


def _recognises(head: Head) -> bool:
    return is_in_home(head.path)  # and what no other source recognises, see `source_of`


def _reader(origin: Origin, memory: dict[str, Any]) -> LineReader:
    if origin.path.name.endswith(DESCRIPTION_SUFFIX):
        from pipelines.ingest.sources.claude_code.description import DescriptionReader

        return DescriptionReader(origin, memory)
    from pipelines.ingest.sources.claude_code.transcript import TranscriptReader

    return TranscriptReader(origin, memory)


def _is_session(path: Path) -> bool:
    return not path.name.startswith(_AGENT_PREFIX) and path.parent.name != "subagents"


def _default_places() -> Iterable[Path]:
    home = claude_home()
    return [home] if (home / "projects").is_dir() else []


SOURCE = Source(
    "claude-code",
    _recognises,
    _reader,
    default_places=_default_places,
    title="Claude Code",
    is_unit=_is_session,
    # Built-in agents that do not run on their parent's model where none is named (273 of 273 real spawns).
    built_in_models={"Explore": "haiku"},
    on_parents_model=frozenset({"general-purpose", "Plan", "fork"}),
)
