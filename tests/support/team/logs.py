"""The logs that a planted team leaves: transcripts of Claude Code on each person's machine, and records."""

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.support.team.plan import (
    BROKEN,
    GOOD,
    IDLE,
    KINDS,
    OPEN,
    OPUS,
    OUTAGE,
    TOLD_GOOD,
    UNFINISHED_BYTES,
    WITHOUT_SPEC,
    Session,
    Spawn,
    Team,
    Tokens,
    folder,
    repository,
)

VERSION = "2.1.49"
ERRORS = {BROKEN: "The script ended with exit status 3.", OUTAGE: "API Error: 529 Overloaded"}


def write_logs(team: Team, root: Path) -> dict[str, Path]:
    """Write everybody's logs and return each person's folder."""
    homes: defaultdict[str, list[Session]] = defaultdict(list)
    for session in team.sessions:
        homes[session.person].append(session)
    for person, sessions in homes.items():
        for session in sessions:
            if session.is_recorded:
                _write(root / person / f"{session.id}.jsonl", [_record(session, spawn) for spawn in session.spawns])
                continue
            place = root / person / "projects" / folder(session.project).replace("/", "-")
            lines = list(_lines(session))
            _write(place / f"{session.id}.jsonl", lines, is_torn=session.is_torn)
            if session.is_resumed:
                copy = f"f{session.id[1:]}"
                _write(place / f"{copy}.jsonl", [line | {"sessionId": copy} for line in lines])
    return {person: root / person for person in homes}


def write_specs(root: Path) -> None:
    """Write a spec for every agent but one, and for some that nobody calls."""
    root.mkdir()
    for agent in sorted({kind.agent for kind in KINDS} - {WITHOUT_SPEC, "Explore"} | set(IDLE)):
        works = ", ".join(kind.work for kind in KINDS if kind.agent == agent) or "other work"
        (root / f"{agent}.md").write_text(f"---\nname: {agent}\ndescription: Does {works}.\n---\nDo it.\n")


def _write(path: Path, lines: list[dict[str, Any]], *, is_torn: bool = False) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines)
    path.write_text(text + "{broken\n" * is_torn, encoding="utf-8")


def _record(session: Session, spawn: Spawn) -> dict[str, Any]:
    return {
        "id": spawn.key,
        "agent": spawn.kind.agent,
        "task": spawn.task,
        "spawned_at": spawn.at.isoformat(),
        "finished_at": (spawn.at + timedelta(milliseconds=spawn.duration_ms)).isoformat(),
        "duration_ms": spawn.duration_ms,
        "project": folder(session.project),
        "repository": f"https://{repository(session.project)}.git",
        "user": session.person,
        "host": f"laptop-{session.person}",
        "session_id": session.id,
        "model": spawn.kind.model,
        "effort": spawn.kind.effort or None,
        "success": spawn.ending is TOLD_GOOD,
        "input_tokens": spawn.tokens.input,
        "output_tokens": spawn.tokens.output,
        "cache_read_tokens": spawn.tokens.cache_read,
        "cache_write_tokens": spawn.tokens.cache_write,
    }


def _lines(session: Session) -> Iterator[dict[str, Any]]:
    """Yield what Claude Code writes: to each spawn a message that calls it, and one that goes on."""
    number = 0

    def line(kind: str, at: datetime, **fields: Any) -> dict[str, Any]:
        nonlocal number
        number += 1
        return {
            "parentUuid": f"{session.id}-{number - 1}",
            "isSidechain": False,
            "cwd": folder(session.project),
            "sessionId": session.id,
            "version": VERSION,
            "type": kind,
            "uuid": f"{session.id}-{number}",
            "timestamp": at.isoformat(),
            **fields,
        }

    for place, spawn in enumerate(session.spawns):
        calls, goes_on = session.messages[2 * place : 2 * place + 2]
        ended = spawn.at + timedelta(milliseconds=spawn.duration_ms)
        call = {"description": spawn.task, "prompt": spawn.task, "subagent_type": spawn.kind.agent}
        block = {"type": "tool_use", "id": spawn.key, "name": "Task", "input": call}
        yield line("assistant", spawn.at, message=_message(f"{spawn.key}_call", OPUS, calls, block))
        if spawn.ending is not OPEN:
            yield line("progress", ended, data=_of_the_child(spawn), parentToolUseID=spawn.key)
            yield line("user", ended, **_result(spawn))
        if spawn.ending is not GOOD:  # the person takes over
            yield line("user", ended, message={"role": "user", "content": "Leave it for now."})
        words = {"type": "text", "text": "Going on."}
        yield line("assistant", ended, message=_message(f"{spawn.key}_on", OPUS, goes_on, words))


def _message(message_id: str, model: str, tokens: Tokens, block: dict[str, Any], **fields: Any) -> dict[str, Any]:
    usage = {
        "input_tokens": tokens.input,
        "output_tokens": tokens.output,
        "cache_read_input_tokens": tokens.cache_read,
        "cache_creation_input_tokens": tokens.cache_write,
    }
    message_id = f"msg_01{message_id.replace('_', ''):0>26}"
    return {
        "model": model,
        "id": message_id,
        "type": "message",
        "role": "assistant",
        "content": [block],
        "stop_reason": "end_turn",
        "usage": usage,
        **fields,
    }


def _of_the_child(spawn: Spawn) -> dict[str, Any]:
    said = {"type": "text", "text": "x" * (UNFINISHED_BYTES if spawn.is_unfinished else 20)}
    message = _message(f"{spawn.key}_child", spawn.kind.model, spawn.tokens, said)
    if spawn.is_unfinished:
        message |= {"stop_reason": None, "usage": message["usage"] | {"output_tokens": 1}}
    line = {"type": "assistant", "message": message, "effort": spawn.kind.effort or None}
    return {"type": "agent_progress", "agentId": f"a{spawn.key[6:]}", "message": line}


def _result(spawn: Spawn) -> dict[str, Any]:
    if spawn.ending in ERRORS:
        words = ERRORS[spawn.ending]
        block = {"type": "tool_result", "tool_use_id": spawn.key, "content": words, "is_error": True}
        return {"message": {"role": "user", "content": [block]}, "toolUseResult": words}
    content = [{"type": "text", "text": "It is done, as asked."}]
    block = {"type": "tool_result", "tool_use_id": spawn.key, "content": content}
    result = {
        "status": "completed",
        "agentId": f"a{spawn.key[6:]}",
        "content": content,
        "totalDurationMs": spawn.duration_ms,
        "totalTokens": sum(spawn.tokens),
        "totalToolUseCount": 1,
    }
    return {"message": {"role": "user", "content": [block]}, "toolUseResult": result}
