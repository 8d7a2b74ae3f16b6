"""Read a rollout, the log of one Codex thread.

The parent's file holds the call of `spawn_agent` (its output names the `agent_id`; with multi-agent v2 a `task_name`,
and an event links the call to the thread) and what came back. The agent's own file says which thread spawned it
(`session_meta.source.subagent.thread_spawn`), its model, its tokens and its end. Both tell of one spawn, under the
agent's thread id; on what was asked the parent's word counts, on the rest the agent's own.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from pipelines.ingest.files.log_file import Origin
from pipelines.ingest.observations import Told
from pipelines.ingest.source import LineReader, RefusedError
from pipelines.ingest.sources.codex.agent_thread import AgentThread
from pipelines.ingest.sources.codex.own_lines import History
from pipelines.ingest.sources.codex.parent import ParentThread
from pipelines.ingest.spawn_record import SpawnRecord
from pipelines.ingest.values import identifier


class RolloutReader(LineReader):
    """Tells of each spawn that the thread made, and of the thread itself if it is an agent's."""

    def __init__(self, origin: Origin, memory: dict[str, Any]) -> None:
        super().__init__(origin, memory)
        self._lines = 0
        self._history = History()
        self._parent, self._agent = ParentThread(), AgentThread(self._history)

    def read(self, line: int, record: Mapping[str, Any]) -> bool:
        """Take one line of the thread; what it has copied from its parent tells nothing of a spawn of its own."""
        self._lines = line
        payload = record.get("payload")
        if not isinstance(payload, dict):
            raise RefusedError("no rollout line")
        entry = {"timestamp": record.get("timestamp"), "ordinal": record.get("ordinal"), "kind": record.get("type")}
        entry |= {"payload": payload}
        if self._history.is_inherited(entry):
            self._agent.inherit(entry)
            return False
        if self._agent.is_agent and self._history.may_begin(entry):
            self._agent.begin()
            self._parent = ParentThread()
        return self._agent.take(line, entry) | self._parent.take(line, entry)

    def finish(self) -> None:
        """Tell of the spawns; a longer copy of the file knows better."""
        self.writer_version = self._agent.writer_version or ""
        for line, values, is_askers_word in (*self._parent.spawns(self._agent), *self._agent.spawn()):
            try:
                record = SpawnRecord.model_validate(values)
            except ValidationError:
                self.refuse(line, "spawn has impossible values")
                continue
            asked_rank, rank = (0, 1) if is_askers_word else (1, 0)
            key, parent = identifier(record.id), identifier(record.parent_id)
            self.tell(Told(key, record, self.origin.stored_path, line, self._lines, rank, asked_rank, parent))
