"""What the harness puts around an agent's task and its report: notes before it, and who can go on behind it."""

import re
import textwrap
from typing import NamedTuple

HAND_BACK = "[Subagent hand-back]"
_NOTE = re.compile(
    r"\s*(?:\[harness: subagent output matched [^\n]*\]"
    r"|SECURITY WARNING: This sub-?agent performed actions [^\n]*"
    r"|<tools-used-before-summary>[^\n<]*</tools-used-before-summary>"
    r"|Note: The safety classifier was unavailable when reviewing [^\n]*"
    rf"|{re.escape(HAND_BACK)}[^\n]*)(?:\n+|$)",
    re.IGNORECASE,
)
_TRAILER = re.compile(
    r"(?:^|\n)agentId: ([\w-]+)(?: \([^\n]*\))?(?:\nworktree\w+: [^\n]*)*"
    r"(?:\n<usage>\w+_tokens: (\d{1,15})\ntool_uses: (\d{1,9})\nduration_ms: (\d{1,15})</usage>)?\s*$"
)
_TRAILER_LENGTH = 2_000
_COMPUTED = (
    "[Workflow harness",
    "computed task text follows:\n",
)  # where the note on a workflow's task begins and ends
_TOLD = ("<teammate-message ", "</teammate-message>")  # around the first words to an agent of a team


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


def task_of(first: str) -> str:
    """Return the task in the first line of an agent's log as it was given out."""
    words = first.lstrip()
    if words.startswith(_COMPUTED[0]):
        _, found, told = words.partition(_COMPUTED[1])
        return textwrap.dedent(told) if found else first
    if words.startswith(_TOLD[0]):
        told = words.partition(">")[2]
        return (told.rpartition(_TOLD[1])[0] or told).strip()
    return first
