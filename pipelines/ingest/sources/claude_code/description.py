"""The `.meta.json` beside an agent's transcript: which call spawned it, and on what it ran."""

from collections.abc import Mapping
from typing import Any

from pipelines.ingest import facts as fact
from pipelines.ingest.facts import Facts
from pipelines.ingest.files.origin import Origin
from pipelines.ingest.redaction import redact_start
from pipelines.ingest.sources.claude_code.own_log import agent_key, member_of_team
from pipelines.ingest.values import MAX_INTEGER, count, identifier, name, text

MAX_TITLE = 300


def read_description(origin: Origin, record: Mapping[str, Any]) -> dict[str, Facts]:
    """Return the facts of a description by the call that spawned the agent, or by the agent where it names none."""
    key = identifier(record.get("toolUseId")) or identifier(record.get("tool_use_id"))
    if not origin.agent_id or not (key or origin.session):
        return {}
    facts: Facts = {}
    described = {
        "agent_type": name(record.get("agentType")),
        "title": redact_start(" ".join(text(record.get("description")).split()), MAX_TITLE),
        "model": name(record.get("model")),
        "is_model_named": (record.get("modelNotNamed") is not True) or None,
        "effort": name(record.get("effort")),
        "spawn_depth": count(record.get("spawnDepth"), MAX_INTEGER),
        "is_finished": record.get("finished") is True or None,
    }
    fact.state(facts, "described", 0, 0, described)
    if (parent := identifier(record.get("parentAgentId"))) and origin.session:
        fact.see(facts, "parents", agent_key(origin.session, parent), origin.modified_ms)
    if key:
        fact.see(facts, "agents", origin.agent_id, origin.modified_ms)
    named = {"agentName": record.get("name"), "teamName": record.get("teamName")}
    return {key or agent_key(origin.session, member_of_team(named) or origin.agent_id): facts}
