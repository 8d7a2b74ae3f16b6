"""What the judge is shown of a spawn: the end of its report and the words that followed, redacted."""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from pipelines.ingest.files.lines import DAMAGE, open_log, whole_lines
from pipelines.ingest.redaction import redact_start, redact_stored
from pipelines.ingest.sources.claude_code.reports import report_text
from pipelines.ingest.values import items, mapping, reference, text

MAX_REPORT = 4_000  # characters, of which half are its beginning: what was done stands there, or at its end
MAX_WORDS = 400
FOLLOWING = 6  # messages after the report

_NOTIFIED = re.compile(r"<result>(.*?)</result>", re.DOTALL)


def evidence(logs: Iterable[Path], spawn_key: str, agent_run: str | None) -> str | None:
    """Return the report and what followed, from the first log that still holds them; None where none does."""
    for log in logs:
        try:
            found = _evidence_in(log, spawn_key, agent_run)
        except (OSError, *DAMAGE):
            continue
        if found:
            return found
    return None


def _evidence_in(log: Path, spawn_key: str, agent_run: str | None) -> str | None:
    keys = [key.encode() for key in (spawn_key, agent_run) if key]
    report, followed = "", deque[str]()
    with open_log(log) as stream:
        for line in whole_lines(stream):
            content = line.content or b""
            has_key = any(key in content for key in keys)
            if not has_key and (not report or len(followed) >= FOLLOWING):
                continue
            record = _parsed(content)
            if has_key and (seen := _report(record, spawn_key, agent_run)):
                report, followed = seen, deque()
            elif report and len(followed) < FOLLOWING:
                followed.extend(_words(record))
    if not report:
        return None
    return "\n".join(["REPORT:", _shortened(redact_stored(report)), "WHAT FOLLOWED:", *list(followed)[:FOLLOWING]])


def _parsed(content: bytes) -> Mapping[str, Any]:
    try:
        return mapping(orjson.loads(content))
    except orjson.JSONDecodeError:
        return {}


def _report(record: Mapping[str, Any], spawn_key: str, agent_run: str | None) -> str:
    content = mapping(record.get("message")).get("content", record.get("content"))
    for block in map(mapping, items(content)):
        if block.get("type") == "tool_result" and reference(block.get("tool_use_id")) == spawn_key:
            is_launch = mapping(record.get("toolUseResult")).get("status") in ("async_launched", "teammate_spawned")
            return "" if is_launch else report_text(block.get("content"))
    told = text(content)
    if agent_run and f"<task-id>{agent_run}</task-id>" in told:
        return "\n".join(_NOTIFIED.findall(told))
    return ""


def _words(record: Mapping[str, Any]) -> Iterator[str]:
    """Yield what the parent or the user says in this line; side chains and tools' output are left out."""
    kind = record.get("type")
    if kind not in ("assistant", "user") or record.get("isSidechain") is True:
        return
    content = mapping(record.get("message")).get("content")
    said = text(content) or "\n".join(text(mapping(block).get("text")) for block in items(content))
    if said.strip():
        yield f"[{kind}] {redact_start(said.strip(), MAX_WORDS)}"


def _shortened(report: str) -> str:
    if len(report) <= MAX_REPORT:
        return report
    half = MAX_REPORT // 2
    return f"{report[:half]}\n[...]\n{report[-half:]}"
