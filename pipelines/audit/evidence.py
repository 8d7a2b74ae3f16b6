"""What a judge is shown of a spawn, redacted: its task, the agent's last calls, its report, what its parent did next.

Texts are redacted before they are cut: no cut shows a part of a secret.
"""

import json
import re
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.ingest.files.lines import DAMAGE, open_log, whole_lines
from pipelines.ingest.files.parsing import pieces
from pipelines.ingest.sources.claude_code.notices import (
    Notice,
    from_mailbox,
    from_notifications,
    from_task_result,
    from_task_words,
    from_teammates,
)
from pipelines.ingest.sources.claude_code.reports import LAUNCHED, report_text
from pipelines.ingest.stored_redaction import redact_stored
from pipelines.ingest.values import items, mapping, reference, storable, text

MAX_TASK, MAX_REPORT = 4_000, 6_000  # characters; of what is longer the beginning and the end are shown
MAX_CALL, MAX_RESULT, MAX_WORDS = 300, 700, 900
CALLS, FOLLOWING = 5, 10
BEGINNING = 120  # characters of a task by which its agent is known
_REMINDER = re.compile(r"<system-reminder>.*?(?:</system-reminder>|\Z)", re.DOTALL)  # the harness's word, and no result
_INLINE = b'"isSidechain":true'
_SAYS_NOTHING = {"TodoWrite", "TaskCreate", "TaskUpdate", "TaskList"}  # of what they are given
_TOLD_OF_A_CALL = ("file_path", "path", "command", "pattern", "query", "url", "description", "subagent_type", "skill")


@dataclass
class Bundle:
    """What is known of a spawn, redacted; `calls` counts all the calls that its log holds."""

    task: str
    report: str = ""
    last_calls: list[str] = field(default_factory=list)
    calls: int = 0
    followed: list[str] = field(default_factory=list)

    def text(self) -> str:
        """Return it as the judge reads it."""
        calls = self.last_calls or ["(the log does not hold them)"]
        of = f" ({len(self.last_calls)} of {self.calls})" if self.calls else ""
        followed = self.followed or ["(nothing: the log ends here)"]
        parts = [("TASK", [self.task]), (f"THE AGENT'S LAST CALLS{of}", calls), ("THE AGENT'S REPORT", [self.report])]
        parts.append(("WHAT THE PARENT DID NEXT", followed))
        return storable("\n\n".join(f"{title}:\n" + "\n".join(lines) for title, lines in parts))


def evidence(logs: Iterable[Path], task: str, spawn_key: str, agent_run: str | None) -> Bundle | None:
    """Return what the logs still hold of a spawn; None where its report is in none of them."""
    bundle, kept = Bundle(_shown(task, MAX_TASK)), list(logs)
    for log in kept:
        reader = _Reader(task, spawn_key, agent_run, is_agents_file=log.name.startswith("agent-"))
        if reader.read(log) and not bundle.report:
            bundle.report, bundle.followed = reader.report, reader.followed()
        if reader.calls and reader.calls >= bundle.calls:
            bundle.calls, bundle.last_calls = reader.calls, list(reader.last_calls)
    return bundle if bundle.report else None


class _Reader:
    """Reads one log for a spawn's report, the calls of its agent, and what followed."""

    def __init__(self, task: str, spawn_key: str, agent_run: str | None, *, is_agents_file: bool) -> None:
        self.report, self.calls = "", 0
        self.last_calls: deque[str] = deque(maxlen=CALLS)
        self._key, self._run, self._is_agents_file = spawn_key, agent_run or "", is_agents_file
        self._names: dict[str, str] = {}  # id of a call that has no answer yet -> what it asks
        self._messages: list[tuple[str, list[str]]] = []
        self._tools: dict[str, str] = {}  # id of a parent's call -> its name
        self._task, self._chain = task, set[str]()  # the lines of the agent's that stand in its parent's log

    def read(self, log: Path) -> bool:
        """Take in a log; False where it does not hold the report. A log that cannot be read holds nothing."""
        is_own = bool(self._run) and log.name == f"agent-{self._run}.jsonl"
        needles = [each.encode() for each in (self._key, self._run) if each]
        try:
            with open_log(log) as stream:
                for line in whole_lines(stream):
                    content = line.content or b""
                    is_about = is_own or any(needle in content for needle in needles)
                    is_about = is_about or (not self.report and _INLINE in content)
                    if is_about or (self.report and len(self._messages) <= FOLLOWING):
                        for record in pieces(content).records:
                            self._take(record, is_own)
        except (OSError, *DAMAGE):
            return False
        return bool(self.report)

    def followed(self) -> list[str]:
        """Return what followed the report, a message each."""
        return [f"[{who}] " + "; ".join(said) for who, said in self._messages[:FOLLOWING] if said]

    def _take(self, record: Mapping[str, Any], is_own: bool) -> None:
        progress = mapping(record.get("data"))
        if progress.get("type") == "agent_progress":
            if reference(record.get("parentToolUseID")) == self._key:
                self._take_childs(mapping(progress.get("message")))
            return
        if is_own or (record.get("isSidechain") is True and reference(record.get("agentId")) == self._run != ""):
            self._take_childs(record)
            return
        if record.get("isSidechain") is True and not self._is_agents_file:
            if self._is_of_chain(record):
                self._take_childs(record)
            return
        if report := self._report_in(record):
            self.report, self._messages = _shown(report, MAX_REPORT), []
        elif self.report:
            self._follow(record)

    def _is_of_chain(self, record: Mapping[str, Any]) -> bool:
        """Tell whether a line in the parent's log is the agent's, as in old logs: its chain begins with the task."""
        uuid, parent = reference(record.get("uuid")), reference(record.get("parentUuid"))
        words = text(mapping(record.get("message")).get("content"))
        begins = not parent and bool(words.strip()) and redact_stored(" ".join(words.split()))[:BEGINNING] in self._task
        is_of_chain = begins or parent in self._chain
        if is_of_chain and uuid:
            self._chain.add(uuid)
        return is_of_chain

    def _take_childs(self, record: Mapping[str, Any]) -> None:
        message = mapping(record.get("message"))
        for block in map(mapping, items(message.get("content"))):
            if block.get("type") == "tool_use" and reference(block.get("id")) not in self._names:
                self._names[reference(block.get("id"))] = _call(block, MAX_CALL)
                self.calls += 1
            elif block.get("type") == "tool_result":
                asked = self._names.get(reference(block.get("tool_use_id")))
                if asked:
                    self.last_calls.append(f"- {asked}\n  -> {_result(block)}")

    def _report_in(self, record: Mapping[str, Any]) -> str:
        content = mapping(record.get("message")).get("content", record.get("content"))
        result = mapping(record.get("toolUseResult", record.get("tool_use_result")))
        for block in map(mapping, items(content)):
            if block.get("type") != "tool_result":
                continue
            words = report_text(block.get("content"))
            if reference(block.get("tool_use_id")) == self._key:
                is_launch = result.get("status") in LAUNCHED or result.get("isAsync") is True
                return "" if is_launch else report_text(result.get("content")) or words
            notice = from_task_result(result) if result else from_task_words(words)
            if notice and notice.agent_id == self._run:
                return notice.report
        attachment = mapping(record.get("attachment"))
        told = text(content) or report_text(content) or report_text(attachment.get("prompt"))
        return _longest([*from_notifications(told), *from_teammates(told), *from_mailbox(attachment)], self._ids())

    def _ids(self) -> set[str]:
        return {self._key, self._run, self._run.partition("@")[0]} - {""}

    def _follow(self, record: Mapping[str, Any]) -> None:
        """Note what the parent or the user says and does; of results only that they are errors, and which."""
        kind, message = record.get("type"), mapping(record.get("message"))
        if kind not in ("assistant", "user") or record.get("isMeta") is True:
            return
        content = message.get("content")
        said = [text(content)] if isinstance(content, str) else []
        errors = []
        for block in map(mapping, items(content)):
            if block.get("type") == "text":
                said.append(text(block.get("text")))
            elif block.get("type") == "tool_use":
                self._tools[reference(block.get("id"))] = text(block.get("name"))
                said.append(f"<calls {_call(block, MAX_CALL)}>")
            elif block.get("type") == "tool_result" and block.get("is_error") is True:
                tool = self._tools.get(reference(block.get("tool_use_id")), "a call")
                errors.append(f"<{tool} failed: {_shown(report_text(block.get('content')), MAX_CALL)}>")
        words = [_shown(each.strip(), MAX_WORDS) for each in said if each.strip()]
        who = "parent" if kind == "assistant" else "user"
        key = reference(message.get("id")) or who
        if errors and self._messages:
            self._messages[-1][1].extend(errors)
        if words and self._messages and kind == "assistant" and self._same == key:
            self._messages[-1][1].extend(words)
        elif words:
            self._messages.append((who, words))
            self._same = key

    _same = ""


def _longest(notices: Sequence[Notice], ids: set[str]) -> str:
    reports = [each.report for each in notices if {each.agent_id, each.tool_use_id} & ids]
    return max(reports, key=len, default="")


def _call(block: Mapping[str, Any], most: int) -> str:
    asked = mapping(block.get("input"))
    if text(block.get("name")) in _SAYS_NOTHING:
        return text(block.get("name"))
    told = {name: asked[name] for name in _TOLD_OF_A_CALL if name in asked} or asked
    return _shown(f"{text(block.get('name'))} {json.dumps(told, ensure_ascii=False, default=str)}", most)


def _result(block: Mapping[str, Any]) -> str:
    said = _REMINDER.sub("", report_text(block.get("content"))).strip()
    words = _shown(said, MAX_RESULT) or "(nothing)"
    return f"ERROR: {words}" if block.get("is_error") is True else words


def _shown(words: str, most: int) -> str:
    """Return words redacted, and of long ones the beginning and the end."""
    words = redact_stored(words)
    if len(words) <= most:
        return words
    return f"{words[: most // 2]}\n[... {len(words) - most} characters ...]\n{words[-(most - most // 2) :]}"
