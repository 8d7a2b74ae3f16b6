"""How an agent ended, as Codex tells its parent: a status, a notification with one, or the agent's final answer."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from pipelines.ingest.sources.codex.payload import PAYLOAD, json_object, words
from pipelines.ingest.values import mapping

_NOTICE = ("<subagent_notification>", "</subagent_notification>")
_ANSWER = "Message Type: FINAL_ANSWER\n"
_ERRORED, _TURN_FAILED = "Agent errored: ", "\n\nThis agent's turn failed."
_NO_ANSWERS = {"Agent shut down.", "Agent was not found."}  # Codex's own words: they do not say how it went


class End(NamedTuple):
    """An end that says how it went; `signal` is by the names in outcome_rules.csv."""

    status: str
    signal: str
    error: str | None = None

    @classmethod
    def completed(cls, has_answer: bool) -> "End":
        """Return the end of a turn that Codex calls complete; one that broke may look so too, but has no answer."""
        return cls("completed", "result_returned" if has_answer else "empty_report")

    @classmethod
    def errored(cls, error: object, info: object = None) -> "End":
        """Return the end of a turn that Codex calls errored: the provider or Codex broke it, not the agent's work."""
        signal = "usage_limit" if info == "usage_limit_exceeded" else "api_error"
        return cls("errored", signal, error if isinstance(error, str) else "error")

    def outlives(self, later: "End") -> bool:
        """Tell whether this one stays: what fails after an answer is another task, while an error may be overcome."""
        return self.signal == "result_returned" != later.signal


def end_of(status: object) -> End | None:
    """Return the end that a status tells of; none while it runs, and none that was shut down or interrupted."""
    if not isinstance(status, dict):
        return End.completed(has_answer=False) if status == "completed" else None
    if "errored" in status:
        return End.errored(status["errored"])
    return End.completed(bool(status["completed"])) if "completed" in status else None


def ends_in(message: Mapping[str, Any]) -> dict[str, End]:
    """Return the end that the message tells of, by the agent's thread id or path; nothing where it tells of none."""
    text = words(message.get("content"))
    begin, close = _NOTICE
    if begin in text:
        told = json_object(text.partition(begin)[2].partition(close)[0])
        agent, end = told.get("agent_id") or told.get("agent_path"), end_of(told.get("status"))
    else:
        agent, end = message.get("author"), _end_in_answer(text, _is_encrypted(message))
    return {agent: end} if isinstance(agent, str) and end else {}


def _end_in_answer(text: str, is_encrypted: bool) -> End | None:
    answer = text.partition(PAYLOAD)[2]
    if not text.startswith(_ANSWER) or answer in _NO_ANSWERS:
        return None
    error, failed, _ = answer.partition(_TURN_FAILED)
    if failed and error.startswith(_ERRORED):
        return End.errored(error.removeprefix(_ERRORED))
    return End.completed(bool(answer) or is_encrypted)


def _is_encrypted(message: Mapping[str, Any]) -> bool:
    content = message.get("content")
    blocks = content if isinstance(content, list) else [message]
    return any(mapping(block).get("encrypted_content") is not None for block in blocks)
