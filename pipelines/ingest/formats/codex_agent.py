"""What a Codex thread says of itself: who spawned it, its model, its tokens, how it ended."""

from collections.abc import Iterator, Mapping
from typing import Any

Entry = Mapping[str, Any]
Told = tuple[int, dict[str, Any], bool]


class AgentThread:
    """Collects what a thread's lines say of the thread. A fork begins with its parent's lines, which do not count."""

    def __init__(self) -> None:
        self.thread_id = ""
        self.model: str | None = None
        self.cwd: str | None = None
        self.writer_version: str | None = None
        self._spawned_by: Mapping[str, Any] = {}
        self._line = 0
        self._is_fork = False
        self._prompt = ""
        self._values: dict[str, Any] = {}

    def take(self, number: int, entry: Entry) -> bool:
        """Take one line; tell whether it said anything."""
        payload = entry["payload"]
        if entry["kind"] == "session_meta":
            return self._begin(number, entry)
        if entry["kind"] == "turn_context":
            self.model = payload.get("model") or self.model
            return True
        handlers = {
            "user_message": self._asked,
            "token_count": self._counted,
            "task_complete": self._completed,
            "turn_complete": self._completed,
            "turn_aborted": self._aborted,
            "error": self._failed,
        }
        handler = handlers.get(str(payload.get("type"))) if entry["kind"] == "event_msg" else None
        if handler:
            handler(entry)
        return handler is not None

    @property
    def is_agent(self) -> bool:
        """Whether another thread spawned this one."""
        return bool(self._spawned_by)

    def spawn(self) -> Iterator[Told]:
        """Yield the thread as a spawn if another thread spawned it."""
        if not self._spawned_by or not self._values.get("spawned_at"):
            return
        spawned_by = self._spawned_by
        yield (
            self._line,
            self._values
            | {
                "id": self.thread_id,
                "agent": spawned_by.get("agent_role") or "default",
                "title": str(spawned_by.get("agent_path") or "").rpartition("/")[2],
                "task": self._prompt,
                "session_id": spawned_by.get("parent_thread_id"),
                "project": self.cwd,
                "model": self.model,
                "writer_version": self.writer_version,
                "signals": [self._values.get("signal", "no_result")],
            },
            False,
        )

    def _begin(self, number: int, entry: Entry) -> bool:
        payload = entry["payload"]
        if self.thread_id:  # the history of the parent, copied into a fork
            self._is_fork = self._is_fork or payload.get("id") != self.thread_id
            return False
        self.thread_id, self._line = str(payload.get("id") or ""), number
        self.cwd, self.writer_version = payload.get("cwd"), payload.get("cli_version")
        source = payload.get("source")
        subagent = source.get("subagent") if isinstance(source, dict) else None
        spawned = subagent.get("thread_spawn") if isinstance(subagent, dict) else None
        self._spawned_by = spawned if isinstance(spawned, dict) else {}
        self._values = {"spawned_at": payload.get("timestamp") or entry["timestamp"]}
        return True

    def _asked(self, entry: Entry) -> None:
        words = entry["payload"].get("message")
        if isinstance(words, str) and (not self._prompt or self._is_fork):
            self._prompt = words  # in a fork the parent's words come first, the agent's task last

    def _counted(self, entry: Entry) -> None:
        info = entry["payload"].get("info")
        usage = info.get("total_token_usage") if isinstance(info, dict) else None
        if not isinstance(usage, dict) or self._is_fork:  # a fork's totals hold its parent's tokens
            return
        total, cached, output = (usage.get(f"{kind}_tokens") for kind in ("input", "cached_input", "output"))
        if isinstance(total, int) and isinstance(output, int):
            read = cached if isinstance(cached, int) else 0
            self._values |= {"input_tokens": max(0, total - read), "cache_read_tokens": read, "output_tokens": output}

    def _completed(self, entry: Entry) -> None:
        self._end(entry, "completed", "result_returned")

    def _aborted(self, entry: Entry) -> None:
        self._end(entry, "aborted", "user_interrupted")

    def _failed(self, entry: Entry) -> None:
        message = entry["payload"].get("message")
        self._end(entry, "error", "api_error")
        self._values["error"] = message if isinstance(message, str) else "error"

    def _end(self, entry: Entry, status: str, signal: str) -> None:
        if self._values.get("status") == "error" and status == "completed":
            return  # a turn that broke is closed all the same
        self._values |= {"finished_at": entry["timestamp"], "status": status, "signal": signal}
