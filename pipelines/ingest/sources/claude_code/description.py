"""The `.meta.json` beside an agent's transcript: which call spawned it."""

from collections.abc import Mapping
from typing import Any

from pipelines.ingest.observations import Described, Seen
from pipelines.ingest.source import LineReader
from pipelines.ingest.values import identifier, name


class DescriptionReader(LineReader):
    """Takes a description for what it is: one object, of one agent."""

    is_one_object = True

    def read(self, line: int, record: Mapping[str, Any]) -> bool:
        """Tell of the agent by the call that it names; nothing where it names none."""
        key = identifier(record.get("toolUseId")) or identifier(record.get("tool_use_id"))
        if not key or not self.origin.agent_id:
            return False
        self.tell(
            Seen(key, "agents", self.origin.agent_id, self.origin.modified_ms),
            Described(key, name(record.get("agentType")), name(record.get("model"))),
        )
        return True
