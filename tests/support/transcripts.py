"""Small transcripts of Claude Code, in the form of each of its versions, made up for tests."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SESSION = "0d5f8a52-6f2e-4b43-8a30-1f0b6d1f7a01"
OPUS, HAIKU = "claude-opus-4-6", "claude-haiku-4-5-20251001"
PROMPT = "Find where the retry limit is set and say in which file."


@dataclass
class Transcript:
    """Lines of one session, a second apart."""

    session: str = SESSION
    version: str = "2.1.49"
    lines: list[dict[str, Any]] = field(default_factory=list)
    _messages: int = 0

    def line(self, kind: str, **fields: Any) -> dict[str, Any]:
        number = len(self.lines)
        record = {
            "parentUuid": f"uuid-{self.session[:4]}-{number - 1}" if number else None,
            "isSidechain": False,
            "cwd": "/home/somebody/orchard",
            "sessionId": self.session,
            "version": self.version,
            "type": kind,
            "uuid": f"uuid-{self.session[:4]}-{number}",
            "timestamp": f"2026-03-01T10:{number // 60:02}:{number % 60:02}.000Z",
            **fields,
        }
        self.lines.append(record)
        return record

    def says(self, *blocks: dict[str, Any] | str, model: str = OPUS, output: int = 50, **fields: Any) -> dict[str, Any]:
        self._messages += 1
        content = [{"type": "text", "text": block} if isinstance(block, str) else block for block in blocks]
        message_id = fields.pop("message_id", f"msg_{self.session[:4]}_{self._messages}")
        message = {
            "id": message_id,
            "model": model,
            "role": "assistant",
            "content": content,
            "stop_reason": fields.pop("stop_reason", "end_turn"),
            "usage": {
                "input_tokens": 100,
                "output_tokens": output,
                "cache_read_input_tokens": 1_000,
                "cache_creation_input_tokens": 200,
            },
        }
        return self.line("assistant", message=message, **fields)

    def spawn(self, key: str = "toolu_01", prompt: str = PROMPT, tool: str = "Task", **given: Any) -> dict[str, Any]:
        call = {"description": "Find the retry limit", "prompt": prompt, "subagent_type": "Explore", **given}
        return self.says({"type": "tool_use", "id": key, "name": tool, "input": call})

    def result(self, key: str = "toolu_01", report: str = "It is set in retry.py.", **fields: Any) -> dict[str, Any]:
        content = [{"type": "text", "text": report}]
        result = {"content": content, "totalDurationMs": 900, "totalTokens": 4_321, "totalToolUseCount": 2, **fields}
        return self.returned(key, content, result)

    def returned(self, key: str, content: Any, result: Any, **block: Any) -> dict[str, Any]:
        blocks = [{"type": "tool_result", "tool_use_id": key, "content": content, **block}]
        return self.line("user", message={"role": "user", "content": blocks}, toolUseResult=result)

    def error(self, message: str, key: str = "toolu_01") -> dict[str, Any]:
        return self.returned(key, message, message, is_error=True)

    def user(self, words: str, **fields: Any) -> dict[str, Any]:
        return self.line("user", message={"role": "user", "content": words}, **fields)

    def child_says(self, key: str = "toolu_01", agent: str = "a1b2c3d", **fields: Any) -> dict[str, Any]:
        """A line of variant C: the child's message as the parent's file shows it."""
        said = self.says("Looking.", model=fields.pop("model", HAIKU), **fields)
        self.lines.pop()
        data = {
            "type": "agent_progress",
            "agentId": agent,
            "message": {"type": "assistant", "message": said["message"]},
        }
        return self.line("progress", data=data, parentToolUseID=key, toolUseID=f"agent_{key}")

    def notified(self, agent: str, status: str = "completed", report: str = "Done.", usage: str = "") -> None:
        words = (
            f"<task-notification>\n<task-id>{agent}</task-id>\n<tool-use-id>REDACTED</tool-use-id>\n"
            f"<status>{status}</status>\n<summary>Agent x {status}</summary>\n<result>{report}</result>\n{usage}"
            "</task-notification>"
        )
        self.line("queue-operation", operation="enqueue", content=words)
        self.user(words)

    def content(self) -> bytes:
        return b"".join(json.dumps(record, separators=(",", ":")).encode() + b"\n" for record in self.lines)

    def write(self, home: Path, name: str | None = None) -> Path:
        path = home / "projects" / "-home-somebody-orchard" / (name or f"{self.session}.jsonl")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.content())
        return path


def variant_a() -> dict[str, Transcript]:
    """1.0.x: the child's lines stand inline, the result has neither status nor agent id."""
    log = Transcript(version="1.0.98")
    log.user("Please look")
    log.spawn()
    first = log.user(PROMPT, isSidechain=True, parentUuid=None)
    log.says("Looking.", model=HAIKU, isSidechain=True, parentUuid=first["uuid"])
    log.result()
    log.says("The limit is in retry.py.")
    return {"": log}


def variant_b() -> dict[str, Transcript]:
    """2.0.x: status and agent id, but nothing of the child."""
    log = Transcript(version="2.0.14")
    log.spawn(model="sonnet")
    log.result(status="completed", agentId="a1b2c3d", prompt=PROMPT)
    log.says("The limit is in retry.py.")
    return {"": log}


def variant_c() -> dict[str, Transcript]:
    """2.1.12 on: the child's messages as progress lines of the parent; copies of a message grow."""
    log = Transcript(version="2.1.49")
    log.spawn()
    log.child_says(output=1, stop_reason=None, message_id="msg_child_1")
    log.child_says(output=80, message_id="msg_child_1")
    log.child_says(output=20, message_id="msg_child_2")
    log.result(status="completed", agentId="a1b2c3d")
    log.says("The limit is in retry.py.")
    return {"": log}


def variant_d() -> dict[str, Transcript]:
    """2.1.92 on: `Agent`, the agent's type beside the result, its lines in a file of their own, which spawns too."""
    log, child = Transcript(version="2.1.101"), Transcript(version="2.1.101")
    log.spawn(tool="Agent")
    child.user(PROMPT, isSidechain=True, agentId="a1b2c3d4e5f6")
    child.says("Looking.", model=HAIKU, isSidechain=True, agentId="a1b2c3d4e5f6", message_id="msg_child_1")
    nested = child.spawn("toolu_02", prompt="Read retry.py and say what the limit is.", tool="Agent")
    nested |= {"isSidechain": True, "agentId": "a1b2c3d4e5f6"}
    nested["message"] |= {"model": HAIKU, "id": "msg_child_2"}
    child.result("toolu_02", "It is three.", status="completed", agentId="b1b2c3d4e5f6")
    child.lines[-1] |= {"isSidechain": True, "agentId": "a1b2c3d4e5f6"}
    for _ in range(4):
        log.line("progress", data={"type": "hook_progress"})
    log.result(status="completed", agentId="a1b2c3d4e5f6", agentType="Explore", toolStats={"readCount": 2})
    log.says("The limit is in retry.py.")
    return {"": log, "a1b2c3d4e5f6": child}


def variant_e() -> dict[str, Transcript]:
    """Launched in the background; the end comes in a notification, twice."""
    log = Transcript(version="2.1.119")
    log.spawn(tool="Agent", run_in_background=True)
    launched = {"isAsync": True, "status": "async_launched", "agentId": "a1b2c3d4e5f6", "outputFile": "/x"}
    log.returned("toolu_01", "Async agent launched successfully.", launched)
    log.says("Meanwhile I read on.")
    usage = "<usage><total_tokens>4321</total_tokens><tool_uses>2</tool_uses><duration_ms>1500</duration_ms></usage>\n"
    log.notified("a1b2c3d4e5f6", report="It is set in retry.py.", usage=usage)
    log.says("The limit is in retry.py.")
    return {"": log}


VARIANTS = {"A": variant_a, "B": variant_b, "C": variant_c, "D": variant_d, "E": variant_e}


def write_home(home: Path, files: dict[str, Transcript]) -> list[Path]:
    """Write a session and the files of its agents as Claude Code lays them out."""
    session = files[""].session
    return [
        log.write(home, f"{session}/subagents/agent-{agent}.jsonl" if agent else f"{session}.jsonl")
        for agent, log in files.items()
    ]
