import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.ingest.formats.spawn_record import SpawnRecord
from tests.format_lines import only, read_all

PARENT, CHILD = "0199-parent", "0199-child"


def line(kind: str, at: str = "2026-03-01T10:00:00Z", **payload: Any) -> dict[str, Any]:
    return {"timestamp": at, "type": kind, "payload": payload}


def event(kind: str, **payload: Any) -> dict[str, Any]:
    return line("event_msg", payload.pop("at", "2026-03-01T10:00:00Z"), type=kind, **payload)


def call(name: str, call_id: str = "call_1", **arguments: Any) -> dict[str, Any]:
    return line("response_item", type="function_call", name=name, call_id=call_id, arguments=json.dumps(arguments))


def output(text: Any, call_id: str = "call_1") -> dict[str, Any]:
    text = text if isinstance(text, str) else json.dumps(text)
    return line("response_item", type="function_call_output", call_id=call_id, output=text)


META = line("session_meta", id=PARENT, cwd="/home/ann/shop", cli_version="0.121.0", source="cli")
TURN = line("turn_context", model="gpt-5.4")
SPAWN = call("spawn_agent", agent_type="worker", message="Fix the login", model="gpt-5.4-mini")
SPAWNED = output({"agent_id": CHILD, "nickname": "Tesla"})
THREAD_SPAWN = {"parent_thread_id": PARENT, "depth": 1, "agent_role": "worker", "agent_nickname": "Tesla"}
CHILD_META = line(
    "session_meta",
    id=CHILD,
    cwd="/home/ann/shop",
    cli_version="0.121.0",
    source={"subagent": {"thread_spawn": THREAD_SPAWN}},
)
USAGE = {"input_tokens": 900, "cached_input_tokens": 600, "output_tokens": 50, "total_tokens": 950}
CHILD_LINES = [
    CHILD_META,
    line("turn_context", model="gpt-5.4-mini"),
    event("user_message", message="Fix the login"),
    event("token_count", info={"total_token_usage": USAGE | {"input_tokens": 1}}),
    event("token_count", info={"total_token_usage": USAGE}),
    event("task_complete", at="2026-03-01T10:02:00Z", last_agent_message="Done"),
]


def record_of(*lines: dict[str, Any]) -> SpawnRecord:
    record = only(read_all("codex", lines)[0])
    assert isinstance(record, SpawnRecord)
    return record


def test_parent_tells_what_was_asked() -> None:
    record = record_of(META, TURN, SPAWN, SPAWNED)
    assert (record.id, record.agent, record.task) == (CHILD, "worker", "Fix the login")
    assert (record.model_requested, record.model_parent, record.model) == ("gpt-5.4-mini", "gpt-5.4", None)
    assert (record.session_id, record.project, record.parent_id) == (PARENT, "/home/ann/shop", None)
    assert record.signals == ()


def test_agent_tells_its_model_tokens_and_end() -> None:
    sightings, _ = read_all("codex", CHILD_LINES)
    record = only(sightings)
    assert not sightings[0].is_own_word
    assert (record.id, record.agent, record.session_id, record.model) == (CHILD, "worker", PARENT, "gpt-5.4-mini")
    assert (record.input_tokens, record.cache_read_tokens, record.output_tokens) == (300, 600, 50)
    assert (record.status, record.signals) == ("completed", ("result_returned",))
    assert (record.finished_at - record.spawned_at).total_seconds() == 120


def test_a_thread_of_a_person_that_spawns_nobody_is_no_spawn() -> None:
    assert read_all("codex", [META, TURN, event("user_message", message="hi")])[0] == []


@pytest.mark.parametrize(
    ("status", "signals"),
    [
        ({"completed": "Done"}, ("result_returned",)),
        ({"errored": "stream lost"}, ("tool_error",)),
        ("running", ()),
        ({"shutdown": None}, ()),
    ],
)
def test_a_wait_tells_how_it_ended(status: Any, signals: tuple[str, ...]) -> None:
    waited = [call("wait", "call_2", ids=[CHILD]), output({"status": {CHILD: status}, "timed_out": False}, "call_2")]
    assert record_of(META, SPAWN, SPAWNED, *waited).signals == signals


def test_a_notification_tells_how_it_ended() -> None:
    told = json.dumps({"agent_id": CHILD, "status": {"completed": "Done"}})
    content = [{"type": "input_text", "text": f"<subagent_notification>{told}</subagent_notification>"}]
    notice = line("response_item", type="message", role="user", content=content)
    assert record_of(META, SPAWN, SPAWNED, notice).signals == ("result_returned",)


def test_second_version_links_by_an_event() -> None:
    spawn = call("spawn_agent", task_name="fix_login", message="Fix the login")
    started = event("sub_agent_activity", event_id="call_1", agent_thread_id=CHILD, agent_path="/root/fix_login")
    record = record_of(META, spawn, output({"task_name": "/root/fix_login"}), started)
    assert (record.id, record.agent, record.title) == (CHILD, "default", "fix_login")


def test_refused_spawn_failed_at_its_launch() -> None:
    record = record_of(META, SPAWN, output("Agent depth limit reached. Solve the task yourself."))
    assert (record.id, record.status, record.signals) == (f"{PARENT}:call_1", "error", ("launch_failed",))


def test_interrupted_and_failed_agents_are_told_apart() -> None:
    assert record_of(CHILD_META, event("turn_aborted", reason="interrupted")).signals == ("user_interrupted",)
    failed = record_of(CHILD_META, event("error", message="quota"), event("task_complete"))
    assert (failed.signals, failed.error) == (("api_error",), "quota")
    assert record_of(CHILD_META).signals == ("no_result",)


def test_history_copied_into_a_fork_does_not_count() -> None:
    copied = [
        META,
        event("user_message", message="Parent's words"),
        event("token_count", info={"total_token_usage": USAGE}),
    ]
    record = record_of(CHILD_META, *copied, event("user_message", message="Fix the login"), event("task_complete"))
    assert (record.id, record.task, record.input_tokens) == (CHILD, "Fix the login", None)


def test_an_agents_own_spawn_has_it_as_parent() -> None:
    records = {
        s.record.id: s.record for s in read_all("codex", [*CHILD_LINES, SPAWN, output({"agent_id": "grandchild"})])[0]
    }
    assert records["grandchild"].parent_id == CHILD


@given(st.lists(st.sampled_from([META, TURN, SPAWN, SPAWNED, *CHILD_LINES]), max_size=12))
def test_lines_in_any_order_break_nothing(lines: list[dict[str, Any]]) -> None:
    _, reading = read_all("codex", lines)
    assert reading.read == reading.loaded + reading.skipped + len(reading.unreadable) == len(lines)


@given(
    st.dictionaries(
        st.sampled_from(
            [
                "type",
                "id",
                "call_id",
                "name",
                "arguments",
                "output",
                "item",
                "info",
                "content",
                "message",
                "source",
                "model",
                "agent_thread_id",
                "event_id",
            ]
        ),
        st.none()
        | st.integers()
        | st.text(max_size=4)
        | st.lists(st.text(max_size=2))
        | st.dictionaries(
            st.sampled_from(["agent_id", "status", "subagent", "text"]), st.integers() | st.lists(st.none())
        ),
    ),
    st.sampled_from(["session_meta", "turn_context", "response_item", "event_msg", "other"]),
    st.sampled_from(["function_call", "function_call_output", "message", "token_count", "error", "item_completed"]),
)
def test_no_payload_breaks_the_reader(payload: dict[str, Any], kind: str, type_: str) -> None:
    lines = [META, SPAWN, line(kind, **payload), line(kind, **payload | {"type": type_}), *CHILD_LINES]
    _, reading = read_all("codex", lines)
    assert reading.read == reading.loaded + reading.skipped + len(reading.unreadable) == len(lines)
