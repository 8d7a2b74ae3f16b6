"""The `.meta.json` beside an agent's transcript: which call spawned it, and on what it ran."""

from collections.abc import Mapping
from typing import Any

from pipelines.ingest.observations import Described, Seen
from pipelines.ingest.source import LineReader
from pipelines.ingest.sources.claude_code.own_log import agent_key, member_of_team
from pipelines.ingest.sources.claude_code.spawn_calls import MAX_TITLE
from pipelines.ingest.stored_redaction import redact_start
from pipelines.ingest.values import MAX_INTEGER, count, identifier, name, text


class DescriptionReader(LineReader):
    """Takes a description for what it is: one object, of one agent."""

    is_one_object = True

    def read(self, line: int, record: Mapping[str, Any]) -> bool:
        """Tell of the agent by the call that spawned it, or by its own id where none is named."""
        origin = self.origin
        call = identifier(record.get("toolUseId")) or identifier(record.get("tool_use_id"))
        if not origin.agent_id or not (call or origin.session):
            return False
        team = {"agentName": record.get("name"), "teamName": record.get("teamName")}
        key = call or agent_key(origin.session, member_of_team(team) or origin.agent_id)
        if call:
            self.tell(Seen(key, "agents", origin.agent_id, origin.modified_ms))
        if (parent := identifier(record.get("parentAgentId"))) and origin.session:
            self.tell(Seen(key, "parents", agent_key(origin.session, parent), origin.modified_ms))
        self.tell(_described(key, record))
        return True


def _described(key: str, record: Mapping[str, Any]) -> Described:
    return Described(
        key,
        agent_type=name(record.get("agentType")),
        model=name(record.get("model")),
        title=redact_start(" ".join(text(record.get("description")).split()), MAX_TITLE),
        is_model_named=record.get("modelNotNamed") is not True or None,
        effort=name(record.get("effort")),
        spawn_depth=count(record.get("spawnDepth"), MAX_INTEGER),
        is_finished=record.get("finished") is True or None,
        is_fork=record.get("isFork") is True or None,
    )
