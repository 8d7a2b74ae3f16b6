"""Each form of transcript becomes the same true rows."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.transcripts import (
    HAIKU,
    OPUS,
    PROMPT,
    SESSION,
    VARIANTS,
    Transcript,
    variant_d,
    variant_e,
    write_home,
)


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_variant_gives_one_row_per_spawn(variant: str, tmp_path: Path, ingest: Any, tasks: Any) -> None:
    write_home(tmp_path, VARIANTS[variant]())
    report = ingest(tmp_path)
    row = tasks()["toolu_01"]
    assert report.lines_read == report.lines_loaded + report.lines_skipped + report.lines_quarantined
    assert row["agent_used"] == "Explore"
    assert row["task_title"] == "Find the retry limit"
    assert PROMPT in row["task_description"]
    assert row["model_parent"] == OPUS
    assert row["reported_tokens"] == 4_321
    assert row["tool_uses"] == 2
    assert row["session_id"] == SESSION
    assert row["project"] == "/home/somebody/orchard"
    assert row["finished_at"] > row["created_at"]
    assert not row["is_error"]


@pytest.mark.parametrize(
    ("variant", "model", "source"),
    [("A", HAIKU, "observed"), ("B", "sonnet", "requested"), ("C", HAIKU, "observed"), ("D", HAIKU, "observed")],
)
def test_the_model_is_the_one_that_the_best_witness_saw(
    variant: str, model: str, source: str, tmp_path: Path, ingest: Any, tasks: Any
) -> None:
    write_home(tmp_path, VARIANTS[variant]())
    ingest(tmp_path)
    row = tasks()["toolu_01"]
    assert row["model_source"] == source
    assert row["model_used"] in model
    assert row["model_resolved"] == (model if source == "observed" else None)


def test_explore_without_a_named_model_is_not_taken_for_the_parents(tmp_path: Path, ingest: Any, tasks: Any) -> None:
    log = Transcript()
    log.spawn()
    log.spawn("toolu_02", subagent_type="Plan")
    log.spawn("toolu_03", subagent_type="planner")  # its spec may name any
    log.write(tmp_path)
    ingest(tmp_path)
    models = {key: (row["model_used"], row["model_source"]) for key, row in tasks().items()}
    assert models == {"toolu_01": ("haiku", "built_in"), "toolu_02": ("opus", "parent"), "toolu_03": (None, "unknown")}


def test_tokens_count_a_message_once_by_its_last_copy(tmp_path: Path, ingest: Any, tasks: Any) -> None:
    write_home(tmp_path, VARIANTS["C"]())
    ingest(tmp_path)
    row = tasks()["toolu_01"]
    assert (row["input_tokens"], row["output_tokens"]) == (200, 100)
    assert (row["cache_read_tokens"], row["cache_write_tokens"]) == (2_000, 400)
    # haiku 4.5: 1 and 5 dollars a million tokens, a tenth for cache reads, 1.25 times for cache writes
    assert row["cost_usd"] == pytest.approx((200 * 1 + 100 * 5 + 2_000 * 0.1 + 400 * 1.25) / 1e6)
    assert row["is_cost_complete"]


def test_a_message_that_was_not_seen_to_its_end_makes_the_cost_incomplete(
    tmp_path: Path, ingest: Any, tasks: Any
) -> None:
    log = Transcript()
    log.spawn()
    log.child_says(output=1, stop_reason=None)
    log.result(status="completed")
    log.write(tmp_path)
    ingest(tmp_path)
    assert tasks()["toolu_01"]["cost_usd"] > 0
    assert not tasks()["toolu_01"]["is_cost_complete"]


def test_output_that_was_counted_only_as_it_began_is_estimated_from_every_copy(
    tmp_path: Path, ingest: Any, tasks: Any
) -> None:
    log = Transcript()
    log.spawn()
    call = {"type": "tool_use", "id": "toolu_c", "name": "Read", "input": {"file_path": "retry.py"}}
    for block in ({"type": "text", "text": "w" * 3_700}, call):
        line = log.child_says(output=2, stop_reason=None, message_id="msg_begun")
        line["data"]["message"]["message"]["content"] = [block]
    log.child_says(output=60, message_id="msg_whole")
    log.result(status="completed")
    log.write(tmp_path)
    ingest(tmp_path)
    row = tasks()["toolu_01"]
    estimated = row["estimated_output_tokens"]
    assert 1_000 + 45 < estimated < 1_000 + 75, "a thousand for the words, and the call with its arguments"
    assert row["output_tokens"] == estimated + 60
    assert row["estimated_cost_usd"] == pytest.approx(estimated * 5e-6)
    assert row["cost_usd"] > row["estimated_cost_usd"]
    assert not row["is_cost_complete"]


def test_nothing_is_estimated_where_the_end_was_counted(tmp_path: Path, ingest: Any, tasks: Any) -> None:
    log = Transcript()
    log.spawn()
    log.child_says(output=1, stop_reason=None, message_id="msg")["data"]["message"]["message"]["content"] = [
        {"type": "text", "text": "w" * 3_700}
    ]
    log.child_says(output=60, message_id="msg")
    log.result(status="completed")
    log.write(tmp_path)
    ingest(tmp_path)
    row = tasks()["toolu_01"]
    assert (row["output_tokens"], row["estimated_output_tokens"], row["estimated_cost_usd"]) == (60, 0, 0)
    assert row["is_cost_complete"]


@pytest.mark.parametrize(
    ("model", "usage", "family", "dollars"),
    [
        ("claude-haiku-5-5", {"input_tokens": 120_000}, "haiku", 120_000 * 0.5e-6),
        ("claude-opus-5", {"speed": "fast"}, "opus", 40_000 * 10e-6),
        ("claude-opus-4-6", {"inference_geo": "us"}, "opus", 40_000 * 5.5e-6),
        ("claude-opus-4-6", {"inference_geo": "not_available"}, "opus", 40_000 * 5e-6),
        ("claude-opus-5", {"service_tier": "standard", "speed": "standard"}, "opus", 40_000 * 5e-6),
        ("claude-haiku-4-5", {"server_tool_use": {"web_search_requests": 2}}, "haiku", 40_000 * 1e-6 + 0.02),
        ("us.anthropic.claude-haiku-4-5-20251001-v1:0", {}, "haiku", 40_000 * 1.1e-6),
        ("claude-opus-4-5@20251101", {}, "opus", 40_000 * 5e-6),
        ("anthropic/claude-sonnet-4.5:beta", {}, "sonnet", 40_000 * 3e-6),
        (
            "arn:aws:bedrock:us-west-2:210987654321:inference-profile/us.anthropic.claude-sonnet-4-6",
            {},
            "sonnet",
            0.132,
        ),
    ],
)
def test_a_message_has_the_price_of_its_model_mode_region_and_size(
    model: str, usage: dict[str, Any], family: str, dollars: float, tmp_path: Path, ingest: Any, tasks: Any
) -> None:
    log = Transcript()
    log.spawn()
    said = log.child_says(model=model)["data"]["message"]["message"]
    said["usage"] = {"input_tokens": 40_000, "output_tokens": 0} | usage
    log.result(status="completed")
    log.write(tmp_path)
    ingest(tmp_path)
    row = tasks()["toolu_01"]
    assert row["cost_usd"] == pytest.approx(dollars)
    assert (row["model_used"], row["is_cost_complete"]) == (family, True)


def test_without_the_childs_lines_the_cost_is_unknown(tmp_path: Path, ingest: Any, tasks: Any) -> None:
    write_home(tmp_path, VARIANTS["B"]())
    ingest(tmp_path)
    assert tasks()["toolu_01"]["cost_usd"] is None
    assert tasks()["toolu_01"]["input_tokens"] is None


def test_a_nested_spawn_knows_its_parent(tmp_path: Path, ingest: Any, tasks: Any) -> None:
    paths = write_home(tmp_path, variant_d())
    ingest(paths[1])  # the agent's own file first
    assert tasks()["toolu_02"]["parent_task_id"] is None
    ingest(tmp_path)
    assert tasks()["toolu_02"]["parent_task_id"] == tasks()["toolu_01"]["id"]
    assert tasks()["toolu_02"]["model_parent"] == HAIKU


def test_an_agents_file_is_found_by_its_description_or_its_prompt(tmp_path: Path, ingest: Any, tasks: Any) -> None:
    files = variant_d()
    files[""].lines = files[""].lines[:1]  # the log ends before a result could name the agent
    _, child = write_home(tmp_path, files)
    ingest(tmp_path)
    assert tasks()["toolu_01"]["model_resolved"] == HAIKU, "by the prompt"
    child.write_bytes(child.read_bytes().replace(PROMPT.encode(), b"Something else"))
    child.with_name("agent-a1b2c3d4e5f6.meta.json").write_text('{"agentType": "Explore", "toolUseId": "toolu_01"}')
    ingest(tmp_path)
    assert tasks()["toolu_01"]["model_resolved"] == HAIKU, "by the description"


def test_an_agent_in_the_background_ends_with_its_notification(
    tmp_path: Path, ingest: Any, tasks: Any, signals: Any
) -> None:
    write_home(tmp_path, variant_e())
    ingest(tmp_path)
    row = tasks()["toolu_01"]
    assert (row["returned_status"], row["status"]) == ("async_launched", "completed")
    assert row["finished_at"] > row["returned_at"]
    assert (row["duration_ms"], row["waiting_ms"]) == (1_500, 1_500)
    assert signals("toolu_01") == {"async_launched", "result_returned", "result_used"}


def test_a_launch_is_no_outcome(tmp_path: Path, ingest: Any, tasks: Any, signals: Any) -> None:
    log = variant_e()[""]
    log.lines = log.lines[:2]
    log.write(tmp_path)
    ingest(tmp_path)
    assert tasks()["toolu_01"]["status"] is None
    assert tasks()["toolu_01"]["finished_at"] is None
    assert signals("toolu_01") == {"async_launched", "no_result"}


def test_a_shell_in_the_background_is_no_agent(tmp_path: Path, ingest: Any, tasks: Any) -> None:
    log = variant_e()[""]
    task = {"task_id": "b9", "task_type": "local_bash", "status": "completed", "output": "ok"}
    log.returned("toolu_77", "ok", {"retrieval_status": "success", "task": task})
    log.user(
        "<task-notification><task-id>b8</task-id><status>completed</status>"
        '<summary>Background command "x" completed</summary></task-notification>'
    )
    log.write(tmp_path)
    ingest(tmp_path)
    assert set(tasks()) == {"toolu_01"}


def test_a_teammate_has_no_outcome(tmp_path: Path, ingest: Any, tasks: Any, signals: Any) -> None:
    log = Transcript()
    log.spawn(team_name="orchard", name="scout")
    spawned = {"status": "teammate_spawned", "model": OPUS, "team_name": "orchard", "agent_id": "scout@orchard"}
    log.returned("toolu_01", "Spawned.", spawned)
    log.write(tmp_path)
    ingest(tmp_path)
    assert signals("toolu_01") == {"teammate_spawned", "no_result"}
    assert tasks()["toolu_01"]["model_resolved"] == OPUS
    assert tasks()["toolu_01"]["model_source"] == "result"


def test_a_resumed_agents_messages_go_to_the_spawn_that_they_were_for(tmp_path: Path, ingest: Any, tasks: Any) -> None:
    log, child = Transcript(version="2.1.101"), Transcript(version="2.1.101")
    log.spawn()
    log.result(status="completed", agentId="a1")
    log.user("go on")
    log.spawn("toolu_02", prompt="Go on.", resume="a1")
    log.result("toolu_02", status="completed", agentId="a1")
    child.says("One.", model=HAIKU, isSidechain=True, agentId="a1", output=7)
    for _ in range(3):
        child.line("progress")
    child.says("Two.", model=HAIKU, isSidechain=True, agentId="a1", output=9)
    write_home(tmp_path, {"": log, "a1": child})
    ingest(tmp_path)
    assert (tasks()["toolu_01"]["output_tokens"], tasks()["toolu_02"]["output_tokens"]) == (7, 9)


def test_a_call_without_a_prompt_or_with_a_garbled_name_is_no_spawn(tmp_path: Path, ingest: Any, tasks: Any) -> None:
    log = Transcript()
    log.spawn(prompt="")
    log.spawn("toolu_02", tool='Task" > <parameter name="description')
    log.spawn("toolu_03", tool="Delegate")
    log.write(tmp_path)
    ingest(tmp_path)
    assert set(tasks()) == {"toolu_03"}, "a tool of another name that takes an agent's type spawns"


def test_the_compaction_agent_is_no_child(tmp_path: Path, ingest: Any, tasks: Any) -> None:
    files = variant_d()
    files["acompact-1"] = files.pop("a1b2c3d4e5f6")
    write_home(tmp_path, files)
    report = ingest(tmp_path)
    assert report.files == 2  # what it took is its session's own expense
    assert set(tasks()) == {"toolu_01", "toolu_02"}
    assert tasks()["toolu_01"]["model_resolved"] is None
