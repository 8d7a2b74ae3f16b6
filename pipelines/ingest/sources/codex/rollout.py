"""Codex CLI rollouts: `~/.codex/sessions/YYYY/MM/DD/rollout-<time>-<id>.jsonl`, a file for each thread.

The parent's file holds the call of `spawn_agent` (its output names the `agent_id`; with multi-agent v2 a `task_name`,
and an event links the call to the thread) and what came back. The agent's own file says which thread spawned it
(`session_meta.source.subagent.thread_spawn`), its model, its tokens and its end. Both tell of one spawn, under the
agent's thread id; on what was asked the parent's word counts.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from pipelines.ingest.formats.reading import LogLine, Reading, Sighting
from pipelines.ingest.sources.codex.agent import AgentThread
from pipelines.ingest.sources.codex.history import History
from pipelines.ingest.sources.codex.parent import ParentThread
from pipelines.ingest.spawn_record import SpawnRecord


def is_mine(first: Mapping[str, Any]) -> bool:
    """Tell whether a file that begins with this object is a rollout."""
    payload = first.get("payload")
    return first.get("type") == "session_meta" and isinstance(payload, dict) and "id" in payload


def read(lines: Iterable[LogLine], reading: Reading) -> Iterator[Sighting]:
    """Yield a sighting for each spawn that the thread made, and one for the thread itself if it is an agent's."""
    history = History()
    parent, agent = ParentThread(), AgentThread(history)
    for line, value in reading.objects(lines):
        payload = value.get("payload")
        if not isinstance(payload, dict):
            reading.refuse(line, "no rollout line")
            continue
        entry = {"timestamp": value.get("timestamp"), "ordinal": value.get("ordinal"), "kind": value.get("type")}
        entry |= {"payload": payload}
        if history.is_inherited(entry):
            agent.inherit(entry)
            reading.skipped += 1
            continue
        if agent.is_agent and history.may_begin(entry):
            agent.begin()
            parent = ParentThread()
        told = agent.take(line.number, entry) | parent.take(line.number, entry)
        reading.loaded += told
        reading.skipped += not told
    reading.writer_version = agent.writer_version
    for number, values, is_own_word in (*parent.spawns(agent), *agent.spawn()):
        try:
            yield Sighting(SpawnRecord.model_validate(values), number, is_own_word)
        except ValidationError:
            reading.refuse_loaded(number, "spawn has impossible values")
