"""What a Codex thread says of the agents that it spawned: the call, the thread it led to, and what came back."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pipelines.ingest.formats.codex_agent import AgentThread, Entry, Told

WAITS = {"wait", "wait_agent"}
_ENDS = {"completed": "result_returned", "errored": "tool_error"}  # any other status is none
_NOTICE = ("<subagent_notification>", "</subagent_notification>")


class ParentThread:
    """Collects the spawns of one thread; calls are known by call id until their thread's id is seen."""

    def __init__(self) -> None:
        self._calls: dict[str, dict[str, Any]] = {}
        self._lines: dict[str, int] = {}
        self._threads: dict[str, str] = {}  # call id -> thread id
        self._paths: dict[str, str] = {}  # agent path -> call id
        self._statuses: dict[str, tuple[str, str | None]] = {}  # thread id or path -> status, error
        self._waits: set[str] = set()

    def take(self, number: int, entry: Entry) -> bool:
        """Take one line; tell whether it said anything of a spawn."""
        payload = entry["payload"]
        kind = payload.get("type")
        if entry["kind"] == "response_item":
            if kind == "function_call":
                return self._called(number, entry)
            if kind == "function_call_output":
                return self._returned(payload)
            if kind == "message":
                return self._noticed(payload)
        if entry["kind"] == "event_msg":
            item = payload.get("item") if kind == "item_completed" else payload
            return isinstance(item, dict) and self._linked(item)
        return False

    def spawns(self, thread: AgentThread) -> Iterator[Told]:
        """Yield the spawns as this thread tells of them; a call that was refused failed at its launch."""
        for call_id, call in self._calls.items():
            thread_id = self._threads.get(call_id)
            if not thread_id and "error" not in call:
                continue  # it has no name yet that would stay; its answer, or the agent's own log, brings one
            path = next((path for path, known in self._paths.items() if known == call_id), "")
            status, error = self._statuses.get(thread_id or "") or self._statuses.get(path) or ("", None)
            signal = _ENDS.get(status)
            values = call | {
                "id": thread_id or f"{thread.thread_id}:{call_id}",
                "session_id": thread.thread_id,
                "parent_id": thread.thread_id if thread.is_agent else None,
                "project": thread.cwd,
                "model_parent": thread.model,
                "writer_version": thread.writer_version,
                "signals": [signal] if signal else [],
            }
            if signal:
                values |= {"status": status, "error": error}
            if "error" in call:
                values |= {"status": "error", "signals": ["launch_failed"]}
            yield self._lines[call_id], values, True

    def _called(self, number: int, entry: Entry) -> bool:
        payload = entry["payload"]
        name, call_id = str(payload.get("name")).rpartition(".")[2], str(payload.get("call_id"))
        if name in WAITS:
            self._waits.add(call_id)
        if name != "spawn_agent":
            return name in WAITS
        asked = _parsed(payload.get("arguments"))
        items = asked.get("items")
        words = [item.get("text") for item in items if isinstance(item, dict)] if isinstance(items, list) else []
        message = asked.get("message") or "\n".join(filter(None, words))
        self._calls[call_id] = {
            "agent": asked.get("agent_type") or "default",
            "title": asked.get("task_name") or "",
            "task": message if isinstance(message, str) else "",
            "spawned_at": entry["timestamp"],
            "model_requested": asked.get("model"),
        }
        self._lines[call_id] = number
        return True

    def _returned(self, payload: Mapping[str, Any]) -> bool:
        call_id = str(payload.get("call_id"))
        output = payload.get("output")
        output = output.get("content") if isinstance(output, dict) else output
        told = _parsed(output)
        if call_id in self._waits:
            self._statuses |= {thread: _status(status) for thread, status in _mapping(told.get("status")).items()}
            return True
        if call_id not in self._calls:
            return False
        if isinstance(told.get("agent_id"), str):
            self._threads[call_id] = told["agent_id"]
        elif isinstance(told.get("task_name"), str):
            self._paths[told["task_name"]] = call_id
        elif isinstance(output, str) and not told:
            self._calls[call_id]["error"] = output
        return True

    def _linked(self, event: Mapping[str, Any]) -> bool:
        call_id = event.get("event_id") or event.get("call_id") or event.get("id")
        thread_id = event.get("agent_thread_id") or event.get("new_thread_id")
        if not isinstance(call_id, str) or call_id not in self._calls or not isinstance(thread_id, str):
            return False
        self._threads[call_id] = thread_id
        return True

    def _noticed(self, payload: Mapping[str, Any]) -> bool:
        content = payload.get("content")
        blocks = content if isinstance(content, list) else []
        words = "".join(str(block.get("text", "")) for block in blocks if isinstance(block, dict))
        begin, end = _NOTICE
        if begin not in words:
            return False
        told = _parsed(words.partition(begin)[2].partition(end)[0])
        agent = told.get("agent_id") or told.get("agent_path")
        if isinstance(agent, str):
            self._statuses[agent] = _status(told.get("status"))
        return isinstance(agent, str)


def _status(value: object) -> tuple[str, str | None]:
    """Return (status, error): a plain word, or an object of the word and what was said."""
    if isinstance(value, dict) and value:
        word, said = next(iter(value.items()))
        return str(word), said if word == "errored" and isinstance(said, str) else None
    return str(value), None


def _parsed(value: object) -> Mapping[str, Any]:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return {}
    return _mapping(value)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
