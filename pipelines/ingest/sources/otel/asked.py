"""What a span's agent or model was asked: the last words of the user in its messages, wherever these stand.

Since 1.37 of the conventions they are an attribute; before, they were events of the span. Google's ADK, Pydantic AI,
Traceloop and OpenInference have attributes of their own.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from pipelines.ingest.sources.otel.otlp import Event, Span, as_objects, as_text

_MESSAGES = "gen_ai.input.messages"
_OWN_MESSAGES = ("pydantic_ai.all_messages", "all_messages_events", "gcp.vertex.agent.llm_request", "gen_ai.prompt")
_NUMBERED = "gen_ai.prompt."  # and then 0.role, 0.content, 1.role, ...
_USER_MESSAGE = "gen_ai.user.message"
_MESSAGES_OF_EVENTS = {"gen_ai.client.inference.operation.details": _MESSAGES, "gen_ai.content.prompt": "gen_ai.prompt"}
_USERS = ("user", "human")
_WORDS = ("text", "input_text")  # types of the parts of a message that a user has written


def asked_of(span: Span) -> str:
    """Return the last words of the user, empty where the span holds none."""
    return next(filter(None, map(_words, _places(span))), "") or as_text(span.attributes.get("input.value")) or ""


def _places(span: Span) -> Iterator[object]:
    yield span.attributes.get(_MESSAGES)
    for event in reversed(span.events):
        yield _messages_of(event)
    for name in _OWN_MESSAGES:
        yield span.attributes.get(name)
    yield _numbered(span.attributes)
    yield span.attributes.get("input.value")


def _messages_of(event: Event) -> object:
    if event.name == _USER_MESSAGE:
        content = event.attributes.get("gen_ai.event.content", event.attributes.get("content"))
        return [{"content": _data(content)}]
    return event.attributes.get(_MESSAGES_OF_EVENTS.get(event.name, ""))


def _numbered(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return messages that are spread over attributes."""
    found: dict[int, dict[str, Any]] = defaultdict(dict)
    for name, value in told.items():
        number, _, field = name.removeprefix(_NUMBERED).partition(".")
        if name.startswith(_NUMBERED) and number.isdecimal() and len(number) < 10:
            found[int(number)][field] = _data(value)
    return [found[number] for number in sorted(found)]


def _words(told: object) -> str:
    """Return the last words of the user in messages: as data, as JSON or as plain text."""
    messages = _data(told)
    if isinstance(messages, str):
        return messages
    if isinstance(messages, dict):
        messages = messages.get("messages") or messages.get("contents") or [messages]
    for message in reversed(as_objects(messages)):
        # What a tool answered is the user's too in some: it has no words.
        if message.get("role", "user") in _USERS and (words := _text(message.get("parts") or message.get("content"))):
            return words
    return ""


def _text(content: object) -> str:
    if isinstance(content, dict):  # a whole message as the content of an event
        content = content.get("parts") or content.get("content")
    if not isinstance(content, list):
        return as_text(content) or ""
    parts = [part for part in as_objects(content) if part.get("type", "text") in _WORDS]
    return "\n".join(filter(None, (as_text(part.get("content")) or as_text(part.get("text")) for part in parts)))


def _data(told: object) -> object:
    """Return what JSON stands for; what is none is the words themselves."""
    if not isinstance(told, str) or told[:1] not in {"[", "{", '"'}:
        return told
    try:
        return orjson.loads(told)
    except orjson.JSONDecodeError:
        return told
