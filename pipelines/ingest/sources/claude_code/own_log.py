"""What an agent's own log tells of its run: the task, the model that each request named, how the log ends.

An agent of a team is known by its name, which its reports bear, and one of a workflow is spawned by no call: the first
line of its log stands for it.
"""

from collections.abc import Mapping
from typing import Any

from pipelines.ingest.observations import Began, Call, Last, Seen, Sent
from pipelines.ingest.sources.claude_code import spawn_calls
from pipelines.ingest.sources.claude_code.harness_notes import task_of
from pipelines.ingest.sources.claude_code.reports import outage_kind, report_kind, report_text
from pipelines.ingest.sources.claude_code.transcript_line import TranscriptLine
from pipelines.ingest.values import identifier, items, mapping, name, text

WORKFLOW_AGENT = "workflow-subagent"  # what a workflow runs where it names no type
_FINAL = {"end_turn", "stop_sequence", "max_tokens", "refusal"}  # a message behind which the agent does nothing more


def member_of_team(record: Mapping[str, Any]) -> str:
    """Return the name by which a team's agent is known, empty where the line is of no team."""
    return identifier(record.get("agentName")) if record.get("teamName") else ""


def agent_key(session: str, agent_id: str) -> str:
    """Return the key of what is told of an agent's run."""
    return f"agent:{session}:{agent_id}"


def read_first_line(reader: TranscriptLine, content: object, run: str) -> None:
    """Take the task with which the agent's log begins."""
    memory, origin = reader.memory, reader.origin
    prompt = task_of(report_text(content))
    if not prompt.strip():
        return
    key = spawn_calls.prompt_key(memory.session, prompt)
    reader.load(Began(run, reader.at_ms, key, memory.version, reader.trust))
    if origin.workflow:
        said = spawn_calls.call_of_workflow(prompt, WORKFLOW_AGENT, key)
        said |= {"version": memory.version, "project": memory.project or origin.project}
        reader.load(
            Call(run, reader.at_ms, rank=reader.trust, **said),
            Seen(run, "sessions", memory.session, reader.at_ms),
            Seen(run, "agents", origin.agent_id, reader.at_ms),
        )


def read_request(reader: TranscriptLine, record: Mapping[str, Any], run: str) -> None:
    """Take the model and the effort of a request, which the log names before any answer has come."""
    asked = mapping(record.get("params"))
    model, effort = name(asked.get("model")), name(mapping(asked.get("output_config")).get("effort"))
    if run and model:
        reader.load(Sent(run, reader.at_ms, -reader.at_ms, model, effort))


def note_last(reader: TranscriptLine, record: Mapping[str, Any], run: str) -> None:
    """Note what the agent's message ends with: an outage, or its report; of several the latest tells how its log ends.

    Of those that bear one time, as lines without a time of their own do, one that is no outage counts.
    """
    message = mapping(record.get("message"))
    words, file = report_text(message.get("content")), reader.evidence_file()
    last = Last(run, reader.at_ms, -reader.at_ms)
    if record.get("isApiErrorMessage") is True:
        last = last._replace(rank=1 - reader.at_ms, outage=outage_kind(words), file=file, line=reader.line)
    elif text(message.get("stop_reason")) in _FINAL and words.strip() and not _calls(message):
        last = last._replace(signal=report_kind(words, None), file=file, line=reader.line)
    reader.tell(last)


def _calls(message: Mapping[str, Any]) -> bool:
    return any(text(mapping(block).get("type")) == "tool_use" for block in items(message.get("content")))
