import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.ingest.spawn_record import SpawnRecord
from tests.support.format_lines import only, read_all

PARENT, CHILD = "0199-parent", "0199-child"


def line(kind: str, at: str = "2026-03-01T10:00:00Z", /, **payload: Any) -> dict[str, Any]:
    return {"timestamp": at, "type": kind, "payload": payload}


def event(kind: str, /, **payload: Any) -> dict[str, Any]:
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


def item(kind: str, /, **content: Any) -> dict[str, Any]:
    return event("item_completed", item={"type": kind, **content})


def agent_message(author: str, *parts: dict[str, Any]) -> dict[str, Any]:
    recipient = "/root/fix_login" if author == "/root" else "/root"
    return line("response_item", type="agent_message", author=author, recipient=recipient, content=list(parts))


def communication(author: str, recipient: str, content: str, trigger_turn: bool) -> dict[str, Any]:
    message = {"author": author, "recipient": recipient, "other_recipients": [], "content": content}
    return line("inter_agent_communication", **message, trigger_turn=trigger_turn)


def text(words: str) -> dict[str, Any]:
    return {"type": "input_text", "text": words}


def answer(payload: str, *more: dict[str, Any]) -> dict[str, Any]:
    path = "/root/fix_login"
    head = f"Message Type: FINAL_ANSWER\nTask name: /root\nSender: {path}\nPayload:\n"
    return agent_message(path, text(head + payload), *more)


def numbered(*lines: dict[str, Any]) -> list[dict[str, Any]]:
    return [content | {"ordinal": ordinal} for ordinal, content in enumerate(lines)]


def counted(total: int, last: int) -> dict[str, Any]:
    usage = {kind: {"input_tokens": n, "output_tokens": 1} for kind, n in (("total", total), ("last", last))}
    return event("token_count", info={f"{kind}_token_usage": counts for kind, counts in usage.items()})


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
    assert sightings[0].asked_rank > 0, "what was asked, the one who asked knows better"
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
        ({"completed": None}, ("empty_report",)),
        ({"errored": "stream lost"}, ("api_error",)),
        ("running", ()),
        ({"shutdown": None}, ()),
    ],
)
def test_a_wait_tells_how_it_ended(status: Any, signals: tuple[str, ...]) -> None:
    waited = [call("wait", "call_2", ids=[CHILD]), output({"status": {CHILD: status}, "timed_out": False}, "call_2")]
    assert record_of(META, SPAWN, SPAWNED, *waited).signals == signals


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"target": CHILD}, {"previous_status": {"completed": "Done"}}),
        ({"id": CHILD}, {"status": {"completed": "Done"}}),
    ],
)
def test_closing_an_agent_tells_how_it_ended(asked: dict[str, str], told: dict[str, Any]) -> None:
    closed = [call("close_agent", "call_2", **asked), output(told, "call_2")]
    assert record_of(META, SPAWN, SPAWNED, *closed).signals == ("result_returned",)


def test_a_notification_tells_how_it_ended() -> None:
    told = json.dumps({"agent_id": CHILD, "status": {"completed": "Done"}})
    content = [{"type": "input_text", "text": f"<subagent_notification>{told}</subagent_notification>"}]
    notice = line("response_item", type="message", role="user", content=content)
    assert record_of(META, SPAWN, SPAWNED, notice).signals == ("result_returned",)


CIPHER = "gAAAAABqWD65LcMVj-R_wbuyKTPn4uAYtkb7VU4IjvG4l1IkVGZQqf73jP=="
SPAWN_V2 = call("spawn_agent", task_name="fix_login", fork_turns="all", message=CIPHER)
SPAWNED_V2 = output({"task_name": "/root/fix_login"})
ACTIVITY = {"agent_thread_id": CHILD, "agent_path": "/root/fix_login", "kind": "started"}
CHILD_META_V2 = line(
    "session_meta", id=CHILD, source={"subagent": {"thread_spawn": THREAD_SPAWN | {"agent_path": "/root/fix_login"}}}
)
STARTED = event("sub_agent_activity", event_id="call_1", **ACTIVITY)


@pytest.mark.parametrize("started", [STARTED, item("SubAgentActivity", id="call_1", **ACTIVITY)])
def test_second_version_links_by_an_event(started: dict[str, Any]) -> None:
    record = record_of(META, SPAWN_V2, SPAWNED_V2, started)
    assert (record.id, record.agent, record.title) == (CHILD, "default", "fix_login")


def test_encrypted_task_is_no_task() -> None:
    assert record_of(META, SPAWN_V2, SPAWNED_V2, STARTED).task == ""
    told = text("Message Type: NEW_TASK\nTask name: /root/fix_login\nSender: /root\nPayload:\n")
    secret = {"type": "encrypted_content", "encrypted_content": CIPHER}
    own_words = event("user_message", message="How far are you?")
    assert record_of(CHILD_META_V2, agent_message("/root", told, secret), own_words).task == ""


def test_agent_is_told_its_task_in_a_message_or_an_item() -> None:
    told = text("Message Type: NEW_TASK\nTask name: /root/fix_login\nSender: /root\nPayload:\nFix the login")
    assert record_of(CHILD_META_V2, agent_message("/root", told)).task == "Fix the login"
    message = communication("/root", "/root/fix_login", "Fix the login", trigger_turn=True)
    assert record_of(CHILD_META_V2, message).task == "Fix the login"
    report = communication("/root/fix_login/ask", "/root/fix_login", "Asked", trigger_turn=False)
    assert record_of(CHILD_META_V2, report).task == ""
    asked = [item("UserMessage", id=words, content=[text(words)]) for words in ("Fix the login", "Now the logout")]
    assert record_of(CHILD_META, *asked).task == "Fix the login"


@pytest.mark.parametrize(
    ("final", "signals"),
    [
        (answer("Done"), ("result_returned",)),
        (answer("", {"type": "encrypted_content", "encrypted_content": CIPHER}), ("result_returned",)),
        (answer(""), ("empty_report",)),
        (answer("Agent errored: quota\n\nThis agent's turn failed. If you still need it, ask again."), ("api_error",)),
        (answer("Agent errored: that is what the log says, and here is why"), ("result_returned",)),
        (answer("Agent shut down."), ()),
        (
            communication("/root/fix_login", "/root", "Message Type: FINAL_ANSWER\nPayload:\nOK", False),
            ("result_returned",),
        ),
    ],
)
def test_final_answer_tells_how_it_ended(final: dict[str, Any], signals: tuple[str, ...]) -> None:
    assert record_of(META, SPAWN_V2, SPAWNED_V2, STARTED, final).signals == signals


@pytest.mark.parametrize(
    "spawned",
    [
        event("collab_agent_spawn_end", call_id="call_1", new_thread_id=CHILD, model="gpt-5.4-nano"),
        item("CollabAgentToolCall", id="call_1", receiver_thread_ids=[CHILD], model="gpt-5.4-nano"),
    ],
)
def test_event_tells_which_model_the_agent_got(spawned: dict[str, Any]) -> None:
    record = record_of(META, SPAWN, spawned)
    assert (record.id, record.model_requested, record.model) == (CHILD, "gpt-5.4-mini", "gpt-5.4-nano")


@pytest.mark.parametrize(
    "waited",
    [
        event("collab_close_end", call_id="call_2", receiver_thread_id=CHILD, status={"completed": "Done"}),
        event("collab_waiting_end", call_id="call_2", statuses={CHILD: {"completed": "Done"}}),
        item("CollabAgentToolCall", id="call_2", tool="wait", agents_states={CHILD: {"completed": "Done"}}),
    ],
)
def test_event_tells_how_it_ended(waited: dict[str, Any]) -> None:
    assert record_of(META, SPAWN, SPAWNED, waited).signals == ("result_returned",)


@pytest.mark.parametrize("later", ["shutdown", {"errored": "quota"}, {"completed": None}])
def test_answer_outlives_what_comes_after_it(later: Any) -> None:
    statuses = [event("collab_waiting_end", statuses={CHILD: status}) for status in ({"completed": "Done"}, later)]
    assert record_of(META, SPAWN, SPAWNED, *statuses).signals == ("result_returned",)
    ends = [event("task_complete", last_agent_message="Done"), event("turn_aborted"), event("task_complete")]
    assert record_of(CHILD_META, *ends).signals == ("result_returned",)


def test_answer_overcomes_an_error() -> None:
    statuses = [event("collab_waiting_end", statuses={CHILD: {end: "x"}}) for end in ("errored", "completed")]
    record = record_of(META, SPAWN, SPAWNED, *statuses)
    assert (record.signals, record.error) == (("result_returned",), None)


def test_refused_spawn_failed_at_its_launch() -> None:
    record = record_of(META, SPAWN, output("Agent depth limit reached. Solve the task yourself."))
    assert (record.id, record.status, record.signals) == (f"{PARENT}:call_1", "error", ("launch_failed",))


def test_spawn_that_was_cut_off_is_no_failure() -> None:
    assert read_all("codex", [META, SPAWN, output("aborted by user after 2.0s")])[0] == []


def test_stopped_and_failed_agents_are_told_apart() -> None:
    assert record_of(CHILD_META, event("turn_aborted", reason="interrupted")).signals == ("run_stopped",)
    failed = record_of(CHILD_META, event("error", message="quota"), event("task_complete"))
    assert (failed.signals, failed.error) == (("api_error",), "quota")
    error = {"message": "You've hit your usage limit.", "codex_error_info": "usage_limit_exceeded"}
    failed = record_of(CHILD_META, event("task_complete", error=error))
    assert (failed.signals, failed.error) == (("usage_limit",), error["message"])
    assert record_of(CHILD_META, event("task_complete", last_agent_message=None)).signals == ("empty_report",)
    assert record_of(CHILD_META).signals == ("no_result",)


@pytest.mark.parametrize("kind", ["review", "compact", {"other": "guardian"}])
def test_codexs_own_helpers_are_no_spawns(kind: Any) -> None:
    meta = line("session_meta", id=CHILD, source={"subagent": kind}, parent_thread_id=PARENT)
    assert read_all("codex", [meta, *CHILD_LINES[1:]])[0] == []


def test_resumed_thread_introduces_itself_again() -> None:
    assert record_of(*CHILD_LINES[:-1], *CHILD_LINES).input_tokens == 300


PARENTS_LINES = [
    META,
    TURN,
    event("task_started"),
    event("user_message", message="Parent's words"),
    event("token_count", info={"total_token_usage": USAGE}),
    event("task_complete", last_agent_message="Parent's answer"),
    SPAWN,
    output("You are the newly spawned agent. The prior conversation history was forked from your parent agent."),
]


def test_history_copied_into_a_fork_does_not_count() -> None:
    record = record_of(CHILD_META, *PARENTS_LINES, event("task_started"), event("user_message", message="Fix it"))
    assert (record.id, record.task, record.input_tokens, record.signals) == (CHILD, "Fix it", None, ("no_result",))


def test_event_of_no_kind_in_a_fork_is_skipped() -> None:
    assert record_of(CHILD_META, META, line("event_msg", type={"of": "no kind"})).id == CHILD


def test_history_ends_where_the_fork_says() -> None:
    meta = CHILD_META | {"payload": CHILD_META["payload"] | {"subagent_history_start_ordinal": len(PARENTS_LINES) + 1}}
    sightings, reading = read_all("codex", numbered(meta, *PARENTS_LINES, *CHILD_LINES[1:-1], SPAWN, SPAWNED))
    spawned, itself = (sighting.record for sighting in sightings)
    assert (itself.task, itself.model, itself.signals) == ("Fix the login", "gpt-5.4-mini", ("no_result",))
    assert spawned.parent_id == CHILD
    assert reading.skipped == len(PARENTS_LINES)


@pytest.mark.parametrize(
    ("own", "tokens"),
    [
        ([counted(1100, 100), counted(1150, 50)], 150),  # the totals go on from the parent's
        ([counted(1000, 400), counted(1100, 100)], 100),  # and the parent's is told again
        ([counted(700, 700), counted(1300, 600)], 1300),  # they begin at nothing
        ([counted(5, 1), counted(6, 1)], 2),  # what the first holds beside its answer was used before
    ],
)
def test_fork_used_what_its_parent_did_not(own: list[dict[str, Any]], tokens: int | None) -> None:
    meta = CHILD_META | {"payload": CHILD_META["payload"] | {"subagent_history_start_ordinal": 3}}
    assert record_of(*numbered(meta, META, counted(1000, 400), *own)).input_tokens == tokens


def test_records_of_answers_count_once_each_before_any_total() -> None:
    answers = [line("token_usage_record", response_id=id_, usage=USAGE) for id_ in ("r1", "r2", "r2")]
    record = record_of(CHILD_META, META, counted(9000, 9000), *answers)
    assert (record.input_tokens, record.cache_read_tokens, record.output_tokens) == (600, 1200, 100)


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
                "receiver_thread_id",
                "receiver_thread_ids",
                "recipient",
                "statuses",
                "error",
                "usage",
                "response_id",
                "subagent_history_start_ordinal",
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
    st.sampled_from(
        [
            "session_meta",
            "turn_context",
            "response_item",
            "event_msg",
            "token_usage_record",
            "inter_agent_communication",
        ]
    ),
    st.sampled_from(
        [
            "function_call",
            "function_call_output",
            "message",
            "agent_message",
            "token_count",
            "error",
            "task_complete",
            "item_completed",
        ]
    ),
)
def test_no_payload_breaks_the_reader(payload: dict[str, Any], kind: str, type_: str) -> None:
    lines = [META, SPAWN, line(kind, **payload), line(kind, **payload | {"type": type_}), *CHILD_LINES]
    _, reading = read_all("codex", lines)
    assert reading.read == reading.loaded + reading.skipped + len(reading.unreadable) == len(lines)


TOTALS_OF_PARENT = counted(9000, 400)
TURN_BEGINS = event("task_started", at="2026-03-01T10:00:09Z", turn_id="own")


@pytest.mark.parametrize(
    "lines",
    [
        [counted(9100, 100), counted(9150, 50)],  # the counter goes on, with nothing of the parent's to be seen
        [TOTALS_OF_PARENT, TURN_BEGINS, counted(9100, 100), counted(9150, 50)],  # but its last count
        [META, TURN_BEGINS, counted(100, 100), counted(150, 50)],  # a fork that was given nothing
        [META, event("task_started"), TOTALS_OF_PARENT, TURN_BEGINS, counted(100, 100), counted(150, 50)],
        [META, event("task_started"), TOTALS_OF_PARENT, TURN_BEGINS]
        + [each | {"timestamp": "2026-03-01T10:00:10Z"} for each in (counted(9100, 100), counted(9150, 50))],
    ],
)
def test_a_threads_tokens_are_its_own_whatever_stands_before_them(lines: list[dict[str, Any]]) -> None:
    assert record_of(CHILD_META, *lines).input_tokens == 150


def later(*counts: dict[str, Any]) -> list[dict[str, Any]]:
    return [each | {"timestamp": f"2026-03-01T10:01:{second:02}Z"} for second, each in enumerate(counts)]


@pytest.mark.parametrize(
    "counts",
    [
        later(counted(60, 60), counted(100, 40), counted(50, 50)),
        later(counted(60, 60), counted(90, 90)),  # beyond what was counted before, but all of it by one answer
        later(counted(60, 60), counted(100, 40), counted(100, 40), counted(20, 20), counted(50, 30)),
    ],
)
@pytest.mark.parametrize(
    "before",
    [[], [META, TURN_BEGINS], [META, event("task_started"), counted(500, 500), counted(9000, 400), TURN_BEGINS]],
)
def test_totals_that_begin_again_add_to_those_before(counts: list[Any], before: list[Any]) -> None:
    assert record_of(CHILD_META, *before, *counts).input_tokens == 150


def test_efforts_are_the_turns_and_the_calls() -> None:
    asked = call("spawn_agent", agent_type="worker", message="Fix the login", reasoning_effort="high")
    (spawned,) = (told.record for told in read_all("codex", [META, TURN, asked, SPAWNED])[0])
    assert spawned.effort_requested == "high"
    assert record_of(CHILD_META, line("turn_context", model="gpt-5.4-mini", effort="low")).effort == "low"


def test_the_repository_is_the_one_that_the_thread_began_in() -> None:
    meta = {**CHILD_META, "payload": CHILD_META["payload"] | {"git": {"repository_url": "git@github.com:x/shop.git"}}}
    told, _ = read_all("codex", [meta, *CHILD_LINES[1:]])
    assert only(told).repository == "git@github.com:x/shop.git"
