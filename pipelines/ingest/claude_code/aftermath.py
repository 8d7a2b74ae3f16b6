"""What follows a result in the main conversation: whether the parent goes on with it, tests, the user's word."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pipelines.ingest.claude_code.memory import remember

if TYPE_CHECKING:
    from pipelines.ingest.claude_code.transcript import TranscriptReader

WATCHED_LINES = 60


def watch(reader: "TranscriptReader", key: str) -> None:
    """Begin to look at what follows the spawn's result."""
    remember(reader.memory.watched, key, [WATCHED_LINES])


def parent_goes_on(reader: "TranscriptReader", message: Mapping[str, Any]) -> None:
    """Note that the parent's next message follows the result."""
    for key in reader.memory.watched:
        reader.note(key, "result_used")
    reader.memory.watched.clear()


def user_speaks(reader: "TranscriptReader", words: str, record: Mapping[str, Any]) -> None:
    """Look at what the user says after the result."""


def tool_returns(reader: "TranscriptReader", key: str, block: Mapping[str, Any], result: object) -> None:
    """Look at what the parent's own tools say after the result."""
