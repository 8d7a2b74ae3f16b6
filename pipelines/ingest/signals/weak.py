"""Signs that need more than one witness: what a report says, what was asked, who was asked, and what followed.

The eight patterns of an agent's own failure are precise but catch one or two failures each (372 spawns labelled by
reading): alone they make an outcome unknown, and a second look more likely.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

READ_ONLY_AGENTS = {"explore", "plan", "claude-code-guide"}  # what plan mode forbids is not their work
HALVES = {
    *("plan_mode_told", "run_failure_told", "summary_told", "question_told", "refusal_told", "no_fault_told"),
    *("rejection_told", "approval_told", "fault_found_after", "failure_pasted_after"),
}
_CHANGES = re.compile(
    r"\b(?:implement|creat|writ|add|fix|edit|updat|refactor|build|generat|remov|delet|renam|mov|replac|migrat|install"
    r"|convert|execut|appl|commit|run)",
    re.IGNORECASE,
)
# Anyone who is asked to look at a run has done so when it failed.
_LOOKS = re.compile(
    r"\b(?:tests?|verif\w*|check\w*|review\w*|audit\w*|diagnos\w*|investigat\w*|debug\w*|analy[sz]\w*|why|monitor\w*"
    r"|watch\w*|explor\w*|find|research\w*|understand|trace|inspect\w*|validat\w*|lint\w*|status|report|reproduc\w*"
    r"|search\w*|plan\w*|root cause|failing|failures?|errors?|logs?)\b",
    re.IGNORECASE,
)
_ASKS_FOR_ALL = re.compile(
    r"\b(?:return|show|give|provide|print|output|quote|report|include|paste|share|get|send)\b[^.\n]{0,60}"
    r"(?:\b(?:full|complete|entire|whole|exact|raw)\b[^.\n]{0,30}\b(?:contents?|text|source|code|files?|listing)\b"
    r"|\bverbatim\b)",
    re.IGNORECASE,
)
_ASKS_ABOUT_FAULT = re.compile(r"\b(?:bugs?|fail\w*|broken|errors?|why|issues?|wrong|crash\w*|regress\w*)\b", re.I)
Sights = Mapping[str, Sequence[list[Any]]]


def combined(sights: Sights, call: Mapping[str, Any], tool_uses: int | None) -> Iterator[tuple[str, list[Any]]]:
    """Yield each signal that halves make together, and where its last half stands.

    `call` is what was asked for and of whom; `tool_uses` how many tools the agent used, where that is known.
    """
    agent = str(call.get("agent", "")).casefold()
    task, title = str(call.get("task", "")), str(call.get("title", ""))
    asked = title or task[:200]
    if agent not in READ_ONLY_AGENTS and _CHANGES.search(asked):
        yield from _at(sights, "permission_denied", "plan_mode_told")
    if agent not in READ_ONLY_AGENTS and not _LOOKS.search(asked):
        yield from _at(sights, "run_reported_failed", "run_failure_told")
    if _ASKS_FOR_ALL.search(task) and not _CHANGES.search(asked):
        yield from _at(sights, "contents_summarized", "summary_told")
    yield from _at(sights, "asked_back", "question_told")
    if tool_uses == 0:
        yield from _at(sights, "refused_untried", "refusal_told")
    if _ASKS_ABOUT_FAULT.search(task):
        yield from _at(sights, "denied_then_found", "no_fault_told", "fault_found_after")
    yield from _at(sights, "approved_then_failed", "approval_told", "failure_pasted_after")


def _at(sights: Sights, signal: str, *halves: str) -> Iterable[tuple[str, list[Any]]]:
    if all(half in sights for half in halves):
        yield signal, min(sights[halves[-1]])
