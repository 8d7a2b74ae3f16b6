"""Read the events of one Copilot CLI session.

A sub-agent is spawned by the `task` tool, or by a tool that bears its name. The call's arguments hold the task;
`subagent.started`, `.completed` and `.failed` name the call, and tell the model and how much the agent took. The events
of an agent's own bear its `agentId`, or `parentToolCallId` in older versions. `completed` says that the agent came to
an end, not that it did what it was asked: that is for what it returned to tell.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from pipelines.ingest.files.log_file import Origin
from pipelines.ingest.observations import Told
from pipelines.ingest.source import LineReader
from pipelines.ingest.sources.claude_code.reports import report_text
from pipelines.ingest.sources.copilot_cli.sub_agent import STARTED, SubAgent, background_id
from pipelines.ingest.spawn_record import SpawnRecord
from pipelines.ingest.values import identifier, items, mapping, reference, text

SPAWN_TOOL = "task"
LEAST_UNIQUE = 16  # characters of a call's id that no other session is likely to use; shorter ones are counters
_TOLD_IN = (b'"session.', b'"subagent.', b'oolCallId"', b'"system.notification"', b'"model')


class EventReader(LineReader):
    """Tells of each agent that the session spawned, at the file's end: its parts lie far from each other."""

    def __init__(self, origin: Origin, memory: dict[str, Any]) -> None:
        super().__init__(origin, memory)
        self._lines = 0
        self._session = ""
        self._project: str | None = None
        self._repository: str | None = None
        self._models: dict[str, str] = {}  # what each agent runs on by now; "" is the session's own
        self._agents: dict[str, SubAgent] = {}  # by the id of the call
        self._calls: dict[str, str] = {}  # the runtime's own id of an agent -> its call

    def passes_over(self, content: bytes) -> bool:
        """Pass over what the user and the tools say."""
        return not any(word in content for word in _TOLD_IN)

    def read(self, line: int, record: Mapping[str, Any]) -> bool:
        """Take one event."""
        self._lines = line
        kind, data = text(record.get("type")), mapping(record.get("data"))
        by = self._call_of(record.get("agentId") or data.get("parentToolCallId"))
        at = record.get("timestamp")
        match kind:
            case "session.start" | "session.resume" | "session.context_changed" | "session.model_change":
                self._in_session(data)
            case "assistant.message":
                return self._said(line, by, at, data)
            case "tool.execution_start":
                return self._called(line, by, at, text(data.get("toolName")), data.get("arguments"), data)
            case "tool.execution_complete":
                return self._returned(at, data)
            case "subagent.started" | "subagent.completed" | "subagent.failed":
                return self._lived(line, kind, at, record, data)
            case "system.notification":
                return self._noticed(at, mapping(data.get("kind")))
        return False

    def finish(self) -> None:
        """Tell of the spawns; a longer copy of the file knows better."""
        for call_id, agent in self._agents.items():
            values = agent.values() if self._is_spawn(call_id) else None
            if values is None:
                continue
            values |= {"id": self._key(call_id), "session_id": self._session, "project": self._project}
            values["repository"] = self._repository
            values |= {"parent_id": self._key(agent.parent) if agent.parent else None}
            try:
                record = SpawnRecord.model_validate(values | {"writer_version": self.writer_version or None})
            except ValidationError:
                self.refuse(agent.line, "spawn has impossible values")
                continue
            key, parent = identifier(record.id), identifier(record.parent_id)
            file, tokens = self.origin.stored_path, agent.total_tokens
            self.tell(Told(key, record, file, agent.line, self._lines, parent=parent, reported_tokens=tokens))

    def _is_spawn(self, call_id: str) -> bool:
        agent = self._agents[call_id]
        return agent.tool == SPAWN_TOOL or agent.has_lived

    def _key(self, call_id: str) -> str:
        return call_id if len(call_id) >= LEAST_UNIQUE else f"{self._session}:{call_id}"

    def _call_of(self, agent_id: object) -> str:
        """Return the call that an agent's events belong to; empty for the session's own."""
        known = reference(agent_id)
        return self._calls.get(known, known)

    def _agent(self, line: int, call_id: object) -> SubAgent | None:
        known = reference(call_id)
        return self._agents.setdefault(known, SubAgent(line)) if known else None

    def _in_session(self, data: Mapping[str, Any]) -> None:
        self._session = text(data.get("sessionId")) or self._session or self.origin.path.parent.name
        self.writer_version = text(data.get("copilotVersion")) or self.writer_version
        context = mapping(data.get("context")) or data
        place = text(context.get("gitRoot")) or text(context.get("cwd"))
        repository = text(context.get("repository"))
        self._project = place or repository or self._project
        if repository:  # owner/name, on GitHub unless it says otherwise
            is_githubs = repository.count("/") == 1 and text(context.get("hostType")) in ("", "github")
            self._repository = f"github.com/{repository}" if is_githubs else repository
        if model := text(data.get("newModel")) or text(data.get("selectedModel")):
            self._models[""] = model

    def _said(self, line: int, by: str, at: object, data: Mapping[str, Any]) -> bool:
        """Take a message: the calls in it, and what it tells of the one who says it."""
        model = text(data.get("model"))
        if model:
            self._models[by] = model
        if by in self._agents and model:
            self._agents[by].saw(model)
        asked = [mapping(request) for request in items(data.get("toolRequests"))]
        calls = [self._called(line, by, at, text(each.get("name")), each.get("arguments"), each) for each in asked]
        return any(calls)

    def _called(self, line: int, by: str, at: object, tool: str, arguments: object, call: Mapping[str, Any]) -> bool:
        """Take a call that may spawn an agent: by its tool, or because it hands a prompt over."""
        asked = mapping(arguments)
        known = reference(call.get("toolCallId"))
        if tool != SPAWN_TOOL and not isinstance(asked.get("prompt"), str):
            return False
        agent = self._agent(line, known)
        if agent is None:
            return False
        agent.asked(tool, asked, at)
        agent.parent = agent.parent or (by if by != known else "")
        agent.parent_model = agent.parent_model or text(call.get("model")) or self._models.get(agent.parent)
        return True

    def _lived(self, line: int, kind: str, at: object, record: Mapping[str, Any], data: Mapping[str, Any]) -> bool:
        agent = self._agent(line, data.get("toolCallId") or record.get("agentId"))
        if agent is None:
            return False
        if kind == STARTED and (own := reference(record.get("agentId"))):
            self._calls[own] = reference(data.get("toolCallId")) or own
        agent.parent_model = agent.parent_model or self._models.get(agent.parent)
        agent.lived(kind, data, at)
        return True

    def _returned(self, at: object, data: Mapping[str, Any]) -> bool:
        """Take what a call gave back. The model that it names is the caller's."""
        call_id = reference(data.get("toolCallId"))
        agent = self._agents.get(call_id)
        if agent is None:
            return False
        words = report_text(mapping(data.get("result")).get("content"))
        if own := background_id(words):
            self._calls[own] = call_id
        agent.returned(data, words, at)
        agent.parent_model = agent.parent_model or text(data.get("model")) or None
        return True

    def _noticed(self, at: object, told: Mapping[str, Any]) -> bool:
        """Take word that an agent in the background has ended."""
        agent = self._agents.get(self._call_of(told.get("agentId")))
        if agent is None or told.get("type") != "agent_completed":
            return False
        agent.ended(text(told.get("status")), at)
        return True
