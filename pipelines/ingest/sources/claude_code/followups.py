"""What follows a result in the main conversation: whether the parent goes on with it, tests, the user's next words.

Precision comes first. Alarm words as such are worthless (3 failures to 20 successes in real logs), so that only
sentences count that say whose work is meant and that it did not do.
"""

import re
from collections.abc import Mapping
from typing import Any

from pipelines.ingest.sources.claude_code.memory import remember
from pipelines.ingest.sources.claude_code.reports import report_text
from pipelines.ingest.sources.claude_code.transcript_line import TranscriptLine
from pipelines.ingest.values import items, mapping, reference, text

WATCHED_LINES = 40  # lines of the main conversation in which something may still be about the result
HEAD = 400
PASTED = 8_000  # characters of the user's words in which a failing test may stand
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
_DOUBTS = re.compile(r"[^.?!\n]{0,40}\bare you (?:really |absolutely |quite |100% )?(?:sure|certain)\b", re.IGNORECASE)
_IS_NOT = r"(?:is|was)(?: not|n['\u2019]t)|['\u2019]s not"
_RULED_OUT = re.compile(
    rf"{_AGENT}(?:['\u2019]s)? [^.\n]{{0,60}}\b(?:diagnosis|theory|hypothesis|conclusion|analysis|claim|guess)\b"
    rf"[^.\n]{{0,40}}\b(?:{_IS_NOT}|wrong|incorrect|mistaken|ruled out|does(?: not|n['\u2019]t) hold)"
    rf"|\b(?:that|this|it)(?: can['\u2019]t be| cannot be|['\u2019]s not| (?:{_IS_NOT})) "
    r"(?:actually |really )?(?:the )?(?:root |real |actual )?(?:cause|culprit|problem here|explanation)\b"
    r"|\b(?:rules? (?:that|this|it) out|(?:was|is) a red herring)\b",
    re.IGNORECASE,
)
_FAULT_FOUND = re.compile(
    r"\b(?:found (?:it\b|the (?:\w+ )?(?:bug|issue|problem|cause|culprit))|(?:the|here['\u2019]s the|is the) "
    r"(?:real|actual|root) (?:issue|bug|problem|cause)|there (?:is|was) (?:indeed |actually )an? (?:\w+ )?bug)",
    re.IGNORECASE,
)
_MENDS = re.compile(r"\b(?:fix|address|resolv|correct|mend|repair|rework|revis)", re.IGNORECASE)
_EDITS = {"Edit", "MultiEdit", "Write", "NotebookEdit"}
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


def watch(reader: TranscriptLine, key: str) -> None:
    """Begin to look at what follows the spawn's result."""
    remember(reader.memory.watched, key, WATCHED_LINES)


def work_is_rejected(reader: TranscriptLine, by: str) -> None:
    """Note that an agent's report rejects the work before it, which is then fixed or not."""
    for key in reader.memory.watched:
        if key != by:
            remember(reader.memory.rejected, key, 1)


def parent_goes_on(reader: TranscriptLine, message: Mapping[str, Any]) -> None:
    """Look at a message of the parent after results."""
    watched = reader.memory.watched
    if not watched:
        return
    said = report_text(message.get("content"))[:HEAD]
    for key, lines_left in list(watched.items()):
        if lines_left == WATCHED_LINES:
            reader.note(key, "result_used")
        if len(watched) == 1:  # of several results nobody knows which is meant
            _note_words(reader, key, said, lines_left)
        watched[key] = lines_left - 1
        if lines_left <= 1:
            del watched[key]
    for block in map(mapping, items(message.get("content"))):
        if reader.memory.rejected and _is_mending(block):
            for key in reader.memory.rejected:
                reader.note(key, "rejected_then_mended")
            reader.memory.rejected.clear()
        command = text(mapping(block.get("input")).get("command"))
        if command and _TEST.search(command[:2_000]):
            remember(reader.memory.tests, reference(block.get("id")), list(watched))


def _note_words(reader: TranscriptLine, key: str, said: str, lines_left: int) -> None:
    if lines_left > WATCHED_LINES - 3:
        if _REDONE.search(said):
            reader.note(key, "parent_redid")
        elif _ALARM.search(said):  # of one sentence, one sign
            reader.note(key, "parent_alarm")
        if _RULED_OUT.search(said):
            reader.note(key, "cause_ruled_out")
    if lines_left < WATCHED_LINES and _FAULT_FOUND.search(said):
        reader.note(key, "fault_found_after")


def user_speaks(reader: TranscriptLine, words: str) -> None:
    """Look at what the user says after the results; with it, the parent's turn is over."""
    watched = reader.memory.watched
    if len(watched) == 1 and _PUSHBACK.match(words):
        reader.note(next(iter(watched)), "user_pushback")
    if len(watched) == 1 and _DOUBTS.match(words):
        reader.note(next(iter(watched)), "user_doubted")
    if watched and "\n" in words and _TEST_FAILED.search(words[:PASTED]):
        reader.note(next(reversed(watched)), "failure_pasted_after")
    watched.clear()
    reader.memory.rejected.clear()


def _is_mending(block: Mapping[str, Any]) -> bool:
    asked = mapping(block.get("input"))
    return text(block.get("name")) in _EDITS or (
        "prompt" in asked and bool(_MENDS.search(text(asked.get("description")) or text(asked.get("prompt"))[:200]))
    )


def tool_returns(reader: TranscriptLine, key: str, block: Mapping[str, Any]) -> None:
    """Look at a result of the parent's own tools: the first test or build after a spawn judges its work."""
    spawns = reader.memory.tests.pop(key, ())
    if not spawns:
        return
    has_failed = block.get("is_error") is True or _TEST_FAILED.search(report_text(block.get("content"))[-4_000:])
    for spawn in spawns:
        reader.note(spawn, "test_failed_after" if has_failed else "test_passed_after")
