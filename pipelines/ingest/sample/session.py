"""Write one sampled session as Claude Code does: 2.1.49 with progress lines, 2.1.101 with files of subagents."""

import json
import random
import uuid
from datetime import datetime, timedelta
from typing import Any

from pipelines.ingest.sample.agent_work import MODEL_IDS, final_report, model_calls, token
from pipelines.ingest.sample.plan import PlannedSpawn

_ERRORS = {
    "error": "Error: The agent gave up: it went round in circles and reached the maximum number of turns.",
    "rejected": "The user doesn't want to proceed with this tool use. The tool use was rejected.",
    "unlaunched": "Agent type 'release-manager' not found. Available agents: general-purpose, Explore, Plan",
}


class SessionLog:
    """The lines of one session, and of its subagents' files where the version writes them."""

    def __init__(self, project: str, writer: str, at: datetime, source: random.Random) -> None:
        self._source, self._at = source, at
        self._tool = "Task" if writer.startswith("2.1.4") else "Agent"
        self.session_id = str(uuid.UUID(int=source.getrandbits(128), version=4))
        self._frame = {"userType": "external", "cwd": f"/home/sam/{project}", "sessionId": self.session_id}
        self._frame |= {"version": writer, "gitBranch": "main"}
        self._main: list[str] = []
        self._children: dict[str, list[str]] = {}

    def files(self) -> dict[str, list[str]]:
        """Return the lines of each file, named relative to the project's folder."""
        children = {f"{self.session_id}/subagents/{name}": lines for name, lines in self._children.items()}
        return {f"{self.session_id}.jsonl": self._main} | children

    def write_spawn(self, spawn: PlannedSpawn) -> None:
        """Write a task from the user's wish to what follows its result."""
        self._user(f"Next: {spawn.title[0].lower()}{spawn.title[1:]}.")
        self._spawn(spawn)
        if spawn.ending in ("tested", "test_failed"):
            self._run_tests(passed=spawn.ending == "tested")
        if spawn.retry:
            self._say("That did not do it. The same task again, with a stronger model.")
            self._spawn(spawn.retry)
        if spawn.ending not in ("open", "rejected"):
            self._say("Moving on." if spawn.ending not in ("used", "tested", "async") else "Good. That part is done.")

    def _spawn(self, spawn: PlannedSpawn) -> None:
        call_id, agent_id = f"toolu_01{token(self._source, 22)}", f"a{self._source.getrandbits(64):016x}"
        asked: dict[str, Any] = {"description": spawn.title, "prompt": spawn.prompt, "subagent_type": spawn.agent}
        if spawn.agent != "Explore":  # that one has its own small model
            asked["model"] = spawn.model
        if spawn.ending == "async":
            asked["run_in_background"] = True
        self._say(None, {"type": "tool_use", "id": call_id, "name": self._tool, "input": asked})
        if spawn.ending == "async":
            launched = {"isAsync": True, "status": "async_launched", "agentId": agent_id, "description": spawn.title}
            self._result(call_id, "Async agent launched successfully.", launched)
        began = self._at
        usage = self._write_child(spawn, call_id, agent_id)
        if spawn.ending in _ERRORS:
            message = _ERRORS[spawn.ending]
            words = "User rejected tool use" if spawn.ending == "rejected" else f"Error: {message}"
            self._result(call_id, message, words, is_error=True)
        elif spawn.ending == "async":
            self._notify(spawn, agent_id, usage, self._at - began)
        elif spawn.ending != "open":
            self._result(call_id, final_report(spawn), self._completed(spawn, agent_id, usage, self._at - began))

    def _write_child(self, spawn: PlannedSpawn, call_id: str, agent_id: str) -> dict[str, Any]:
        """Write the child's lines and return the usage of its last call, which is all that results report."""
        calls = model_calls(spawn, self._source)
        if self._tool == "Agent" and calls:
            described = {"agentType": spawn.agent, "toolUseId": call_id}
            self._children[f"agent-{agent_id}.meta.json"] = [json.dumps(described)]
            asked = {"type": "user", "message": {"role": "user", "content": spawn.prompt}}
            self._write_subagent(agent_id, asked)
        for call in calls:
            self._at += timedelta(seconds=call.seconds)
            line = {"type": "assistant", "message": call.message, "requestId": f"req_011{token(self._source, 20)}"}
            if self._tool == "Agent":
                self._write_subagent(agent_id, line)
            else:
                self._write_progress(agent_id, call_id, spawn.prompt, line)
        return dict(calls[-1].message["usage"]) if calls else {}

    def _write_subagent(self, agent_id: str, line: dict[str, Any]) -> None:
        lines = self._children.setdefault(f"agent-{agent_id}.jsonl", [])
        lines.append(self._line(line | {"isSidechain": True, "agentId": agent_id}))

    def _write_progress(self, agent_id: str, call_id: str, prompt: str, line: dict[str, Any]) -> None:
        inner = line | {"timestamp": self._stamp(), "uuid": self._uuid()}
        data = {"message": inner, "normalizedMessages": [], "type": "agent_progress", "prompt": prompt}
        ids = {"toolUseID": f"agent_{line['message']['id']}", "parentToolUseID": call_id}
        self._write({"type": "progress", "data": data | {"agentId": agent_id}} | ids)

    def _completed(self, spawn: PlannedSpawn, agent_id: str, usage: dict[str, Any], took: timedelta) -> dict[str, Any]:
        counted = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens")
        result: dict[str, Any] = {"status": "completed", "prompt": spawn.prompt, "agentId": agent_id}
        if self._tool == "Agent":
            result |= {"agentType": spawn.agent, "toolStats": {"readCount": spawn.calls}}
        return result | {
            "content": [{"type": "text", "text": final_report(spawn)}],
            "totalDurationMs": int(took.total_seconds() * 1000),
            "totalTokens": sum(usage.get(name, 0) for name in counted),
            "totalToolUseCount": max(0, spawn.calls - 1) if usage else 0,
            "usage": usage,
        }

    def _notify(self, spawn: PlannedSpawn, agent_id: str, usage: dict[str, Any], took: timedelta) -> None:
        text = (
            f"<task-notification>\n<task-id>{agent_id}</task-id>\n<status>completed</status>\n"
            f'<summary>Agent "{spawn.title}" completed</summary>\n<result>{final_report(spawn)}</result>\n'
            f"<usage><total_tokens>{sum(v for v in usage.values() if isinstance(v, int))}</total_tokens>"
            f"<tool_uses>{spawn.calls - 1}</tool_uses><duration_ms>{int(took.total_seconds() * 1000)}</duration_ms>"
            "</usage>\n</task-notification>"
        )
        self._write({"type": "queue-operation", "operation": "enqueue", "content": text})
        self._user(text)

    def _run_tests(self, *, passed: bool) -> None:
        call_id = f"toolu_01{token(self._source, 22)}"
        self._say(None, {"type": "tool_use", "id": call_id, "name": "Bash", "input": {"command": "pytest -q"}})
        count = self._source.randrange(80, 160)
        output = f"{count} passed in 6.2s" if passed else f"3 failed, {count} passed in 6.4s"
        result = {"stdout": output, "stderr": "", "interrupted": False}
        self._result(call_id, output if passed else f"Exit code 1\n{output}", result, is_error=not passed)

    def _user(self, text: str) -> None:
        self._at += timedelta(seconds=self._source.randrange(20, 240))
        self._write({"type": "user", "isSidechain": False, "message": {"role": "user", "content": text}})

    def _say(self, text: str | None, block: dict[str, Any] | None = None) -> None:
        self._at += timedelta(seconds=self._source.randrange(2, 9))
        usage = {"input_tokens": 3, "cache_creation_input_tokens": self._source.randrange(200, 2_000)}
        usage |= {"cache_read_input_tokens": 24_000, "output_tokens": self._source.randrange(40, 400)}
        message: dict[str, Any] = {
            "model": MODEL_IDS["opus"],
            "id": f"msg_01{token(self._source, 22)}",
            "type": "message",
        }
        message |= {"role": "assistant", "content": [block or {"type": "text", "text": text}], "usage": usage}
        self._write({"type": "assistant", "isSidechain": False, "message": message})

    def _result(self, call_id: str, text: str, result: object, *, is_error: bool = False) -> None:
        self._at += timedelta(seconds=1)
        block: dict[str, Any] = {"type": "tool_result", "tool_use_id": call_id}
        block |= {"content": text, "is_error": True} if is_error else {"content": [{"type": "text", "text": text}]}
        message = {"role": "user", "content": [block]}
        self._write({"type": "user", "isSidechain": False, "message": message, "toolUseResult": result})

    def _write(self, line: dict[str, Any]) -> None:
        self._main.append(self._line(line))

    def _line(self, line: dict[str, Any]) -> str:
        return json.dumps(self._frame | line | {"uuid": self._uuid(), "timestamp": self._stamp()}) + "\n"

    def _stamp(self) -> str:
        return self._at.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def _uuid(self) -> str:
        return str(uuid.UUID(int=self._source.getrandbits(128), version=4))
