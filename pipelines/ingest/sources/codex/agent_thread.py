"""What a Codex thread says of itself: who spawned it, its model, its tokens, how it ended."""

from collections.abc import Iterator, Mapping
from typing import Any

from pipelines.ingest.sources.codex.ends import End
from pipelines.ingest.sources.codex.own_lines import TURN_STARTS, History
from pipelines.ingest.sources.codex.payload import PAYLOAD, Entry, event_of, words
from pipelines.ingest.sources.codex.token_counts import Tokens
from pipelines.ingest.values import MAX_NAME, mapping, text

Told = tuple[int, dict[str, Any], bool]
_TASK = "Message Type: NEW_TASK\n"


class AgentThread:
    """Collects what a thread's own lines say of the thread."""

    def __init__(self, history: History) -> None:
        self.thread_id = ""
        self.model: str | None = None
        self.effort: str | None = None
        self.cwd: str | None = None
        self.repository: str | None = None
        self.writer_version: str | None = None
        self._history = history
        self._spawned_by: Mapping[str, Any] = {}
        self._line = 0
        self._spawned_at: object = None
        self._prompt: str | None = None
        self._tokens = Tokens()
        self._end: End | None = None
        self._ended_at: object = None

    def inherit(self, entry: Entry) -> None:
        """Take a line of the parent: the thread's totals may go on from the parent's."""
        self._tokens.inherit(event_of(entry).get("info"))

    def begin(self) -> None:
        """Forget what was read so far: it may have been the parent's."""
        self._prompt = self._end = self._ended_at = None

    def take(self, number: int, entry: Entry) -> bool:
        """Take one line; tell whether it said anything."""
        payload = entry["payload"]
        match entry["kind"]:
            case "session_meta":
                return self._introduced(number, entry)
            case "turn_context":
                self.model = payload.get("model") or self.model
                self.effort = payload.get("effort") or self.effort
                return True
            case "response_item":
                return payload.get("type") == "agent_message" and self._told(payload, is_task=False)
            case "inter_agent_communication":
                return self._told(payload, is_task=payload.get("trigger_turn") is True)
            case "token_usage_record":
                self._tokens.record(payload)
                return True
        return self._happened(event_of(entry), entry["timestamp"])

    @property
    def is_agent(self) -> bool:
        """Whether another thread spawned this one."""
        return bool(self._spawned_by)

    def spawn(self) -> Iterator[Told]:
        """Yield the thread as a spawn if another thread spawned it."""
        if not self._spawned_by or not self._spawned_at:
            return
        values = {
            "id": self.thread_id,
            "agent": self._spawned_by.get("agent_role") or "default",
            "title": str(self._spawned_by.get("agent_path") or "").rpartition("/")[2],
            "task": self._prompt or "",
            "spawned_at": self._spawned_at,
            "session_id": self._spawned_by.get("parent_thread_id"),
            "project": self.cwd,
            "repository": self.repository,
            "model": self.model,
            "effort": self.effort,
            "writer_version": self.writer_version,
            "signals": [self._end.signal if self._end else "no_result"],
        }
        if self._end:
            values |= {"status": self._end.status, "error": self._end.error, "finished_at": self._ended_at}
        yield self._line, values | self._tokens.values(self._history.is_unmarked, self._history.forked_at), False

    def _introduced(self, number: int, entry: Entry) -> bool:
        payload = entry["payload"]
        if self.thread_id:  # a thread that was resumed introduces itself again
            return False
        self.thread_id, self._line = str(payload.get("id") or ""), number
        self.cwd, self.writer_version = payload.get("cwd"), payload.get("cli_version")
        self.repository = text(mapping(payload.get("git")).get("repository_url"))[:MAX_NAME] or None
        self._spawned_at = payload.get("timestamp") or entry["timestamp"]
        # Codex's own helpers, such as a review, are subagents too, but of a kind that no thread spawns.
        self._spawned_by = mapping(mapping(mapping(payload.get("source")).get("subagent")).get("thread_spawn"))
        return True

    def _happened(self, event: Mapping[str, Any], at: object) -> bool:
        match event.get("type"):
            case "user_message":
                self._asked(event.get("message"))
            case "UserMessage":
                self._asked(words(event.get("content")))
            case "token_count":
                self._tokens.count(event.get("info"), at)
            case kind if kind in TURN_STARTS:
                self._tokens.begin_turn(at)
            case "task_complete" | "turn_complete":
                self._completed(event, at)
            case "turn_aborted":  # by whom it does not say: the user, or the parent
                self._finish(End("aborted", "run_stopped"), at)
            case "error":
                self._finish(End.errored(event.get("message"), event.get("codex_error_info")), at)
            case _:
                return False
        return True

    def _told(self, message: Mapping[str, Any], is_task: bool) -> bool:
        text = words(message.get("content"))
        has_head = text.startswith(_TASK)
        is_mine = message.get("recipient") == self._spawned_by.get("agent_path")
        return is_mine and (is_task or has_head) and self._asked(text.partition(PAYLOAD)[2] if has_head else text)

    def _asked(self, text: object) -> bool:
        # Without a mark between the parent's words and its own, the later ones are likelier the agent's task.
        if isinstance(text, str) and (self._prompt is None or self._history.is_unmarked):
            self._prompt = text
        return True

    def _completed(self, event: Mapping[str, Any], at: object) -> None:
        error, has_answer = event.get("error"), bool(event.get("last_agent_message"))
        if isinstance(error, dict):
            self._finish(End.errored(error.get("message"), error.get("codex_error_info")), at)
        elif has_answer or not self._end or self._end.status != "errored":  # a turn that broke is closed all the same
            self._finish(End.completed(has_answer), at)

    def _finish(self, end: End, at: object) -> None:
        if not (self._end and self._end.outlives(end)):
            self._end, self._ended_at = end, at
