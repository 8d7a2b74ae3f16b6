"""The `.meta.json` beside an agent's transcript: which call spawned it."""

from collections.abc import Mapping
from typing import Any

from pipelines.ingest import facts as fact
from pipelines.ingest.facts import Facts
from pipelines.ingest.files.origin import Origin
from pipelines.ingest.values import identifier, name


def read_description(origin: Origin, record: Mapping[str, Any]) -> dict[str, Facts]:
    """Return the facts of a description: {tool_use id: facts}; nothing where it names no call."""
    key = identifier(record.get("toolUseId")) or identifier(record.get("tool_use_id"))
    if not key or not origin.agent_id:
        return {}
    facts: Facts = {}
    fact.see(facts, "agents", origin.agent_id, origin.modified_ms)
    described = {"agent_type": name(record.get("agentType")), "model": name(record.get("model"))}
    fact.state(facts, "described", 0, 0, described)
    return {key: facts}
