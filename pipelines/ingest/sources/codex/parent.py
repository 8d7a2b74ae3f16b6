"""What a Codex thread says of the agents that it spawned: the call, the thread it led to, and what came back."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pipelines.ingest.sources.codex.agent_thread import AgentThread, Told
from pipelines.ingest.sources.codex.ends import End, end_of, ends_in
from pipelines.ingest.sources.codex.payload import Entry, event_of, json_object
from pipelines.ingest.values import items, mapping

LOOKS = {"wait", "wait_agent", "close_agent"}  # what they return tells how agents are
# Answers in plain words are refusals, except to a call that was cut off, and the one that a fork gets in its copy.
NO_REFUSALS = ("aborted", "You are the newly spawned agent.")
_CIPHER = re.compile(r"gAAAA[\w=-]+")  # what multi-agent v2 writes in place of the task


class ParentThread:
    """Collects the spawns of one thread; calls are known by call id until their thread's id is seen."""

    def __init__(self) -> None:
        self._calls: dict[str, dict[str, Any]] = {}
        self._lines: dict[str, int] = {}
        self._refusals: dict[str, str] = {}  # these three by call id
        self._threads: dict[str, str] = {}
        self._paths: dict[str, str] = {}
        self._ends: dict[str, End] = {}  # by thread id or path
        self._looks: dict[str, object] = {}  # call id -> the agent, where it looks after one only

    def take(self, number: int, entry: Entry) -> bool:
        """Take one line; tell whether it said anything of a spawn."""
        payload = entry["payload"]
        if entry["kind"] == "response_item":
            match payload.get("type"):
                case "function_call":
                    return self._called(number, entry)
                case "function_call_output":
                    return self._returned(payload)
                case "message" | "agent_message":
                    return self._ended(ends_in(payload))
        if entry["kind"] == "inter_agent_communication":
            return self._ended(ends_in(payload))
        return self._observed(event_of(entry))

    def spawns(self, thread: AgentThread) -> Iterator[Told]:
        """Yield the spawns as this thread tells of them; a call that was refused failed at its launch."""
        for call_id, call in self._calls.items():
            thread_id, refusal = self._threads.get(call_id), self._refusals.get(call_id)
            if not thread_id and not refusal:
                continue  # it has no name yet that would stay; its answer, or the agent's own log, brings one
            end = self._ends.get(thread_id or "") or self._ends.get(self._paths.get(call_id, ""))
            if refusal and not thread_id:
                end = End("error", "launch_failed", refusal)
            values = call | {
                "id": thread_id or f"{thread.thread_id}:{call_id}",
                "call_id": call_id,
                "session_id": thread.thread_id,
                "parent_id": thread.thread_id if thread.is_agent else None,
                "project": thread.cwd,
                "repository": thread.repository,
                "model_parent": thread.model,
                "writer_version": thread.writer_version,
            }
            if end:
                values |= {"status": end.status, "signals": [end.signal], "error": end.error}
            yield self._lines[call_id], values, True

    def _called(self, number: int, entry: Entry) -> bool:
        payload = entry["payload"]
        name, call_id = str(payload.get("name")).rpartition(".")[2], str(payload.get("call_id"))
        asked = json_object(payload.get("arguments"))
        if name in LOOKS:
            self._looks[call_id] = asked.get("target") or asked.get("id")
        if name != "spawn_agent":
            return name in LOOKS
        texts = (mapping(item).get("text") for item in items(asked.get("items")))
        message = asked.get("message") or "\n".join(text for text in texts if isinstance(text, str))
        is_told = isinstance(message, str) and not _CIPHER.fullmatch(message)
        self._calls[call_id] = {
            "agent": asked.get("agent_type") or "default",
            "title": asked.get("task_name") or "",
            "task": message if is_told else "",
            "spawned_at": entry["timestamp"],
            "model_requested": asked.get("model"),
            "effort_requested": asked.get("reasoning_effort"),
        }
        self._lines[call_id] = number
        return True

    def _returned(self, payload: Mapping[str, Any]) -> bool:
        call_id = str(payload.get("call_id"))
        output = payload.get("output")
        output = output.get("content") if isinstance(output, dict) else output
        told = json_object(output)
        if call_id in self._looks:
            agent, status = self._looks[call_id], told.get("previous_status") or told.get("status")
            statuses = {agent: status} if isinstance(agent, str) else mapping(status)
            self._ended({agent: end_of(status) for agent, status in statuses.items()})
            return True
        if call_id not in self._calls:
            return False
        if isinstance(told.get("agent_id"), str):
            self._threads[call_id] = told["agent_id"]
        elif isinstance(told.get("task_name"), str):
            self._paths[call_id] = told["task_name"]
        elif isinstance(output, str) and not told and not output.startswith(NO_REFUSALS):
            self._refusals[call_id] = output
        return True

    def _observed(self, event: Mapping[str, Any]) -> bool:
        """Take an event: it links a call to its thread, or tells how agents are."""
        receiver = event.get("receiver_thread_id")
        statuses = mapping(event.get("statuses")) or mapping(event.get("agents_states"))
        statuses = statuses or ({receiver: event.get("status")} if isinstance(receiver, str) else {})
        is_end = self._ended({agent: end_of(status) for agent, status in statuses.items()})
        call_id = event.get("event_id") or event.get("call_id") or event.get("id")
        thread_id = event.get("agent_thread_id") or event.get("new_thread_id")
        thread_id = thread_id or next(iter(items(event.get("receiver_thread_ids"))), None)
        if not isinstance(call_id, str) or call_id not in self._calls or not isinstance(thread_id, str):
            return is_end
        self._threads[call_id] = thread_id
        if isinstance(event.get("agent_path"), str):
            self._paths[call_id] = event["agent_path"]
        if isinstance(event.get("model"), str) and event["model"]:
            self._calls[call_id]["model"] = event["model"]  # the one that the agent got, whatever was asked for
        return True

    def _ended(self, ends: Mapping[str, End | None]) -> bool:
        for agent, end in ends.items():
            held = self._ends.get(agent)
            if end and not (held and held.outlives(end)):
                self._ends[agent] = end
        return any(ends.values())
