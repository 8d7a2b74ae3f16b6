"""What follows a result in the main conversation: whether the parent goes on with it, tests, the user's next words.

Precision comes first. Alarm words as such are worthless (3 failures to 20 successes in real logs), so that only
sentences count that say whose work is meant and that it did not do.
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pipelines.ingest.sources.claude_code.memory import remember
from pipelines.ingest.sources.claude_code.reports import report_text
from pipelines.ingest.values import items, mapping, reference, text

if TYPE_CHECKING:
    from pipelines.ingest.sources.claude_code.transcript import TranscriptReader

WATCHED_LINES = 40  # lines of the main conversation in which something may still be about the result
HEAD = 400
_AGENT = r"\b(?:sub-?agent|agent|explorer|researcher|executor|planner|reviewer|it)\b"
_FAILED = (
    r"(?:failed|errored|crashed|timed out|got stuck|stalled|hallucinated|returned nothing|came back empty"
    r"|was(?:n't| not) able|could(?:n't| not)"
    r"|did(?:n't| not) (?:actually|finish|complete|produce|return|write|find|do))"
)
_REDONE = re.compile(
    rf"{_AGENT}.{{0,60}}{_FAILED}.{{0,200}}\b(?:i'll|i will|let me|i'm going to)\b.{{0,120}}"
    r"\b(?:myself|manually|directly|instead|retry|re-?run|again)\b",
    re.IGNORECASE | re.DOTALL,
)
_ALARM = re.compile(rf"\b(?:the|that|this) (?:\w+ )?(?:sub-?agent|agent).{{0,60}}{_FAILED}", re.IGNORECASE)
_PUSHBACK = re.compile(
    r"\s*(?:no[,.! ](?!\s*(?:problem|worries|need|rush)\b)|nope\b|wrong\b"
    r"|that'?s (?:wrong|not (?:right|correct|what))|this is (?:wrong|not what)"
    r"|(?:it|that|this) (?:still )?(?:doesn't|does not|didn't|did not) work|you (?:broke|misunderstood|didn't)"
    r"|revert (?:it|this|that|the|your)\b|undo (?:it|this|that|the|your)\b|why did you|i (?:didn't|did not|never) ask)",
    re.IGNORECASE,
)
_TEST = re.compile(
    # Where a command begins, behind what may stand before it: a search for the word runs nothing.
    r"(?:^|[;&|(\n])\s*(?:\w+=\S*\s+)*(?:(?:npx|uv run|poetry run|pnpm exec|time|timeout \S+|sudo)\s+)*(?:\S*/)?"
    r"(?:pytest|vitest|jest|mocha|rspec|phpunit|ctest|tox|nox|tsc|playwright test|cypress run"
    r"|(?:cargo|go|dotnet|mix|swift|mvn|gradlew?|zig|bazel|deno|bun) (?:\S+ )*?(?:test|build|check|verify)"
    r"|(?:npm|pnpm|yarn|bun)(?: --\S+ [^-\s]\S*| -\S+)* (?:run )?(?:test|build|typecheck|lint|check)"
    r"|make (?:test|check|build|lint)|python3? -m (?:unittest|pytest))\b",
    re.IGNORECASE,
)
_TEST_FAILED = re.compile(
    r"\b[1-9]\d* (?:failed|failing|failures?|errors?)\b|\b(?-i:FAILED)\b|error TS\d+|\bnot ok \d", re.IGNORECASE
)


def watch(reader: "TranscriptReader", key: str) -> None:
    """Begin to look at what follows the spawn's result."""
    remember(reader.memory.watched, key, WATCHED_LINES)


def parent_goes_on(reader: "TranscriptReader", message: Mapping[str, Any]) -> None:
    """Look at a message of the parent after results."""
    watched = reader.memory.watched
    if not watched:
        return
    said = report_text(message.get("content"))[:HEAD]
    for key, lines_left in list(watched.items()):
        if lines_left == WATCHED_LINES:
            reader.note(key, "result_used")
        if len(watched) == 1 and lines_left > WATCHED_LINES - 3:  # of several results nobody knows which is meant
            if _REDONE.search(said):
                reader.note(key, "parent_redid")
            elif _ALARM.search(said):  # of one sentence, one sign
                reader.note(key, "parent_alarm")
        watched[key] = lines_left - 1
        if lines_left <= 1:
            del watched[key]
    for block in map(mapping, items(message.get("content"))):
        command = text(mapping(block.get("input")).get("command"))
        if command and _TEST.search(command[:2_000]):
            remember(reader.memory.tests, reference(block.get("id")), list(watched))


def user_speaks(reader: "TranscriptReader", words: str) -> None:
    """Look at what the user says after the results; with it, the parent's turn is over."""
    watched = reader.memory.watched
    if len(watched) == 1 and _PUSHBACK.match(words):
        reader.note(next(iter(watched)), "user_pushback")
    watched.clear()


def tool_returns(reader: "TranscriptReader", key: str, block: Mapping[str, Any]) -> None:
    """Look at a result of the parent's own tools: the first test or build after a spawn judges its work."""
    spawns = reader.memory.tests.pop(key, ())
    if not spawns:
        return
    has_failed = block.get("is_error") is True or _TEST_FAILED.search(report_text(block.get("content"))[-4_000:])
    for spawn in spawns:
        reader.note(spawn, "test_failed_after" if has_failed else "test_passed_after")
