"""What the harness puts around an agent's report: notes before it, and who can be asked to go on behind it."""

import re
from typing import NamedTuple

HAND_BACK = "[Subagent hand-back]"
_NOTE = re.compile(
    r"\s*(?:\[harness: subagent output matched [^\n]*\]"
    r"|SECURITY WARNING: This sub-?agent performed actions [^\n]*"
    r"|Note: The safety classifier was unavailable when reviewing [^\n]*"
    rf"|{re.escape(HAND_BACK)}[^\n]*)(?:\n+|$)",
    re.IGNORECASE,
)
_TRAILER = re.compile(
    r"(?:^|\n)agentId: ([\w-]+)(?: \([^\n]*\))?(?:\nworktree\w+: [^\n]*)*"
    r"(?:\n<usage>\w+_tokens: (\d{1,15})\ntool_uses: (\d{1,9})\nduration_ms: (\d{1,15})</usage>)?\s*$"
)
_TRAILER_LENGTH = 2_000


class Trailer(NamedTuple):
    """The numbers of a run in the words of its result."""

    agent_id: str = ""
    tokens: int | None = None
    tool_uses: int | None = None
    duration_ms: int | None = None


def without_notes(report: str) -> str:
    """Return the report as the agent wrote it, without what the harness says of it beforehand."""
    while note := _NOTE.match(report):
        report = report[note.end() :]
    return report.strip()


def split_trailer(report: str) -> tuple[str, Trailer]:
    """Return the report without its trailer, and the trailer; an empty one where there is none."""
    start = max(0, len(report) - _TRAILER_LENGTH)
    found = _TRAILER.search(report, start)
    if not found:
        return report, Trailer()
    agent_id, *numbers = found.groups()
    return report[: found.start()], Trailer(agent_id, *(int(number) if number else None for number in numbers))
