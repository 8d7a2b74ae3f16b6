"""A model server on loopback that answers by a script and keeps what was asked of it and what it served."""

import base64
import json
import re
import threading
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

_NAME = re.compile(r"#([\w-]+)#")
_AGENT = re.compile(r"agent_id\W+([\w-]+)")
AGENT = "$AGENT"
_SEAL = "gAAAAAB"


class ToolCall(NamedTuple):
    """A tool that the model calls; `AGENT` in what is given stands for the id of the agent that was spawned before."""

    name: str
    given: Mapping[str, Any]
    namespace: str = ""


@dataclass(frozen=True)
class Turn:
    """One answer of the model; with a `status` it is an error instead."""

    says: str = ""
    calls: Sequence[ToolCall] = ()
    output: int = 50
    status: int = 200


class Served(NamedTuple):
    """What a request named, and the tokens that it was answered with; none for an error."""

    conversation: str
    model: str
    effort: str | None
    input: int = 0
    cache_read: int = 0
    output: int = 0


@dataclass
class Script:
    """Answers each conversation turn by turn; past its last turn "Done."."""

    turns: Mapping[str, Sequence[Turn]]
    served: list[Served] = field(default_factory=list)
    _asked: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, body: Mapping[str, Any]) -> Turn:
        """Return the next turn of the conversation, and keep it as served."""
        names = _NAME.findall("\n".join(_users_words(body)))
        conversation = names[-1] if names and _offers_tools(body) else ""  # titles and summaries are asked without
        effort = (body.get("output_config") or body.get("reasoning") or {}).get("effort")
        with self._lock:
            turns, place = self.turns.get(conversation, ()), self._asked[conversation]
            turn = turns[place] if place < len(turns) else Turn("Done.")
            self._asked[conversation] += turn.status == 200  # an error is told again to each attempt
            used = (1_000, 200, turn.output) if turn.status == 200 else ()
            self.served.append(Served(conversation, str(body.get("model")), effort, *used))
        return turn


def _offers_tools(body: Mapping[str, Any]) -> bool:
    items = body["input"] if isinstance(body.get("input"), list) else []  # where Codex's newer models get theirs
    return bool(body.get("tools")) or any(item.get("type") == "additional_tools" for item in items)


def _users_words(body: Mapping[str, Any]) -> Iterator[str]:
    said = body.get("messages") or body.get("input") or []
    for message in said if isinstance(said, list) else []:
        content = message.get("content")
        if message.get("role") != "user" and message.get("type") != "agent_message":
            continue
        blocks = [{"text": content}] if isinstance(content, str) else content or []
        yield from (block["text"] for block in blocks if isinstance(block.get("text"), str))
        yield from (unsealed(block["encrypted_content"]) for block in blocks if "encrypted_content" in block)


def sealed(text: str) -> str:
    """Return a text as OpenAI's server hands on a task: anyone who stands between cannot read it."""
    return _SEAL + base64.urlsafe_b64encode(text.encode()).decode()


def unsealed(text: str) -> str:
    """Return what was sealed."""
    return base64.urlsafe_b64decode(text.removeprefix(_SEAL)).decode() if text.startswith(_SEAL) else text


@contextmanager
def serving(script: Script, exported: list[str] | None = None) -> Iterator[str]:
    """Serve a script while the context lasts; yield the address. Telemetry sent here is added to `exported`."""
    handler = type("Handler", (_Handler,), {"script": script, "exported": [] if exported is None else exported})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    script: Script
    exported: list[str]

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        self._reply({})

    def do_GET(self) -> None:
        self._reply({"object": "list", "data": [], "models": []})

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers.get("content-length") or 0))
        place = self.path.partition("?")[0].rpartition("/")[2]
        if place not in _ANSWERS:
            if self.path.startswith("/otel/"):
                self.exported.append(content.decode())
            self._reply({"input_tokens": 1_000})
            return
        body = json.loads(content)
        turn = self.script.answer(body)
        if turn.status != 200:
            self._reply({"type": "error", "error": {"type": "api_error", "message": "scripted"}}, turn.status)
            return
        whole, events = _ANSWERS[place](str(body.get("model")), turn)
        if found := _AGENT.findall(content.decode()):
            whole, events = json.loads(json.dumps([whole, events]).replace(AGENT, found[-1]))
        if not body.get("stream"):
            self._reply(whole)
            return
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        for event in events:
            named = f"event: {event['type']}\n" if "type" in event else ""
            self.wfile.write(f"{named}data: {json.dumps(event)}\n\n".encode())
        if place == "completions":
            self.wfile.write(b"data: [DONE]\n\n")

    def _reply(self, value: Mapping[str, Any], status: int = 200) -> None:
        content = b"" if self.command == "HEAD" else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def _id(prefix: str) -> str:
    return f"{prefix}_{uuid.uuid4().hex[:24]}"


def _messages(model: str, turn: Turn) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return an answer of the Messages API, whole and as events."""
    blocks: list[dict[str, Any]] = [{"type": "text", "text": turn.says}] if turn.says else []
    blocks += [{"type": "tool_use", "id": _id("toolu"), "name": each.name, "input": each.given} for each in turn.calls]
    usage = {"input_tokens": 1_000, "cache_read_input_tokens": 200, "cache_creation_input_tokens": 0}
    reason = {"stop_reason": "tool_use" if turn.calls else "end_turn", "stop_sequence": None}
    begun = {"id": _id("msg"), "type": "message", "role": "assistant", "model": model, "content": []}
    begun |= {"stop_reason": None, "stop_sequence": None, "usage": usage | {"output_tokens": 1}}
    events: list[dict[str, Any]] = [{"type": "message_start", "message": begun}]
    for index, block in enumerate(blocks):
        if block["type"] == "text":
            empty, delta = block | {"text": ""}, {"type": "text_delta", "text": block["text"]}
        else:
            empty, delta = (
                block | {"input": {}},
                {"type": "input_json_delta", "partial_json": json.dumps(block["input"])},
            )
        events.append({"type": "content_block_start", "index": index, "content_block": empty})
        events.append({"type": "content_block_delta", "index": index, "delta": delta})
        events.append({"type": "content_block_stop", "index": index})
    used = usage | {"output_tokens": turn.output}
    events += [{"type": "message_delta", "delta": reason, "usage": used}, {"type": "message_stop"}]
    return begun | reason | {"content": blocks, "usage": used}, events


def _responses(model: str, turn: Turn) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return an answer of the Responses API, whole and as events."""
    said = {"type": "message", "id": _id("msg"), "role": "assistant", "status": "completed"}
    content = [{"type": "output_text", "text": turn.says, "annotations": []}]
    items: list[dict[str, Any]] = [said | {"content": content}] if turn.says else []
    for call in turn.calls:
        named = {"type": "function_call", "id": _id("fc"), "call_id": _id("call"), "name": call.name}
        named |= {"namespace": call.namespace} if call.namespace else {}
        items.append(named | {"arguments": json.dumps(call.given), "status": "completed"})
    usage = {"input_tokens": 1_200, "input_tokens_details": {"cached_tokens": 200}, "output_tokens": turn.output}
    usage |= {"output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 1_200 + turn.output}
    begun = {"id": _id("resp"), "object": "response", "created_at": 1, "model": model, "status": "in_progress"}
    whole = begun | {"status": "completed", "output": items, "usage": usage}
    events: list[dict[str, Any]] = [{"type": "response.created", "response": begun | {"output": []}}]
    for index, item in enumerate(items):
        place = {"output_index": index, "item_id": item["id"], "item": item}
        events += [place | {"type": "response.output_item.added"}, place | {"type": "response.output_item.done"}]
    return whole, [*events, {"type": "response.completed", "response": whole}]


def _completions(model: str, turn: Turn) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return an answer of the chat completions API, whole and as events."""
    calls = [
        {"index": index, "id": _id("call"), "type": "function"}
        | {"function": {"name": call.name, "arguments": json.dumps(call.given)}}
        for index, call in enumerate(turn.calls)
    ]
    message = {"role": "assistant", "content": turn.says or None} | ({"tool_calls": calls} if calls else {})
    usage = {"prompt_tokens": 1_200, "completion_tokens": turn.output, "total_tokens": 1_200 + turn.output}
    usage |= {"prompt_tokens_details": {"cached_tokens": 200}}
    begun = {"id": _id("chatcmpl"), "created": 1, "model": model}
    reason = {"finish_reason": "tool_calls" if calls else "stop"}
    chunk = begun | {"object": "chat.completion.chunk"}
    events: list[dict[str, Any]] = [chunk | {"choices": [{"index": 0, "delta": message, "finish_reason": None}]}]
    events += [chunk | {"choices": [{"index": 0, "delta": {}} | reason]}, chunk | {"choices": [], "usage": usage}]
    choice = {"index": 0, "message": message} | reason
    return begun | {"object": "chat.completion", "choices": [choice], "usage": usage}, events


_ANSWERS = {"messages": _messages, "responses": _responses, "completions": _completions}
