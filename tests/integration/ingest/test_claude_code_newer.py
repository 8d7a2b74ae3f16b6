"""What newer versions of Claude Code write: teams, workflows, requests, descriptions, streams, several runs."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipelines.ingest.health import read_health
from pipelines.warehouse import Warehouse
from tests.support.transcripts import HAIKU, OPUS, PROMPT, SESSION, Transcript, write_home

AGENT = "a1b2c3d4e5f6a7b8c"


def _own(log: Transcript, *records: dict[str, Any], **fields: Any) -> None:
    for record in records:
        record.update(isSidechain=True, agentId=AGENT, **fields)


def _describe(home: Path, place: str = "subagents", **said: Any) -> None:
    path = home / "projects" / "-home-somebody-orchard" / SESSION / place / f"agent-{AGENT}.meta.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(said))


def _request(log: Transcript, model: str = HAIKU, effort: str = "low") -> dict[str, Any]:
    return log.line("api-request", params={"model": model, "output_config": {"effort": effort}}, agentId=AGENT)


def _spawned(**call: Any) -> tuple[Transcript, Transcript]:
    log, child = Transcript(version="2.1.332"), Transcript(version="2.1.332")
    log.spawn(tool="Agent", **{"subagent_type": "builder", **call})
    _own(child, child.user(PROMPT))
    return log, child


def test_a_spawn_that_failed_ran_on_the_model_that_its_requests_named(tmp_path: Path, ingest: Any, tasks: Any) -> None:
    log, child = _spawned()
    _request(child)
    child.line("attachment")
    _own(child, child.says("API Error: 500", isApiErrorMessage=True, model="<synthetic>"))
    log.error("Agent terminated early due to an API error: API Error: 500 Internal server error")
    write_home(tmp_path, {"": log, AGENT: child})
    _describe(tmp_path, toolUseId="toolu_01", agentType="builder", model="haiku", finished=True)
    ingest(tmp_path)
    row = tasks()["toolu_01"]
    assert (row["model_resolved"], row["model_source"], row["effort_used"]) == (HAIKU, "observed", "low")
    assert row["duration_ms"] == 3_000  # from the first line of its log to its last message
    assert row["input_tokens"] is None


def test_a_description_tells_the_model_where_nothing_else_does(tmp_path: Path, ingest: Any, tasks: Any) -> None:
    log, _ = _spawned(effort="high")
    log.write(tmp_path)
    _describe(tmp_path, toolUseId="toolu_01", agentType="builder", model="haiku", effort="low")
    ingest(tmp_path)
    row = tasks()["toolu_01"]
    assert (row["model_used"], row["model_source"]) == ("haiku", "described")  # which is no evidence
    assert row["effort_requested"] == "high"


@pytest.mark.parametrize("asked", [None, "high"])
def test_the_effort_is_that_of_most_messages(asked: str | None, tmp_path: Path, ingest: Any, tasks: Any) -> None:
    log, child = _spawned(**{"effort": asked} if asked else {})
    for effort in ("low", "max", "max"):
        _own(child, child.says("Looking.", model=HAIKU, effort=effort))
    log.result(status="completed", agentId=AGENT)
    write_home(tmp_path, {"": log, AGENT: child})
    ingest(tmp_path)
    assert (tasks()["toolu_01"]["effort_requested"], tasks()["toolu_01"]["effort_used"]) == (asked, "max")


@pytest.mark.parametrize("agent", ["fork", "builder"])
def test_the_message_that_made_the_call_is_no_forks(agent: str, tmp_path: Path, ingest: Any, tasks: Any) -> None:
    log, child = Transcript(version="2.1.332"), Transcript(version="2.1.332")
    called = log.spawn(tool="Agent", subagent_type=agent)
    if agent != "fork":
        _describe(tmp_path, agentType=agent, toolUseId="toolu_01", isFork=True)
    called["requestId"] = "req_parent"
    log.returned("toolu_01", "Launched.", {"isAsync": True, "status": "async_launched", "agentId": AGENT})
    copied = child.line("assistant", message=called["message"], requestId="req_parent", uuid="copied")
    copied["timestamp"] = log.lines[-1]["timestamp"]  # later than the call: a message may hold more of them
    _own(child, copied, child.says("Done.", message_id="msg_own", requestId="req_own", output=7))
    child.lines[-1]["timestamp"] = "2026-03-01T10:00:30.000Z"
    log.notified(AGENT)
    write_home(tmp_path, {"": log, AGENT: child})
    ingest(tmp_path)
    assert (tasks()["toolu_01"]["input_tokens"], tasks()["toolu_01"]["output_tokens"]) == (100, 7)


@pytest.mark.parametrize("kind", ["foreground", "background"])
def test_a_run_that_its_turn_limit_cut_off_has_a_signal_of_its_own(
    kind: str, tmp_path: Path, ingest: Any, signals: Any
) -> None:
    log, _ = _spawned()
    report = (
        "NOTE: this agent stopped at its 3-turn limit before finishing. The text below is PARTIAL output.\n\nFirst."
    )
    if kind == "foreground":
        log.result(report=f"<tools-used-before-summary>Bash</tools-used-before-summary>\n\n{report}", agentId=AGENT)
    else:
        log.returned("toolu_01", "Launched.", {"isAsync": True, "status": "async_launched", "agentId": AGENT})
        log.notified(AGENT, report=report)
    log.write(tmp_path)
    ingest(tmp_path)
    assert "turn_limit" in signals("toolu_01")
    assert "result_returned" not in signals("toolu_01")


def test_further_runs_of_an_agent_add_to_its_duration(tmp_path: Path, ingest: Any, tasks: Any) -> None:
    log, child = _spawned()
    _own(child, child.says("One.", model=HAIKU, output=7))
    log.result(status="completed", agentId=AGENT)
    log.says({"type": "tool_use", "id": "toolu_more", "name": "SendMessage", "input": {"to": AGENT}})
    log.returned("toolu_more", "Resuming.", {"success": True, "resumedAgentId": AGENT})
    _own(child, child.says("Two.", model=HAIKU, output=9))
    usage = (
        "<usage><subagent_tokens>5000</subagent_tokens><tool_uses>3</tool_uses><duration_ms>600</duration_ms></usage>"
    )
    log.notified(AGENT, usage=usage)
    write_home(tmp_path, {"": log, AGENT: child})
    ingest(tmp_path)
    row = tasks()["toolu_01"]
    assert (row["output_tokens"], row["duration_ms"], row["tool_uses"]) == (16, 1_500, 5)
    assert (row["finished_at"] - row["created_at"]).total_seconds() == 4  # the first sight of the second end


def test_agents_of_a_workflow_are_spawns_without_a_call(tmp_path: Path, ingest: Any, tasks: Any, signals: Any) -> None:
    child = Transcript(version="2.1.332")
    note = "[Workflow harness — computed task] Runtime text. The computed task text follows:\n"
    _own(child, child.user(f"{note}  Review the till.\n  Name each fault."), child.says("None found.", model=HAIKU))
    write_home(tmp_path, {"": Transcript()})
    child.write(tmp_path, f"{SESSION}/subagents/workflows/wf_1/agent-{AGENT}.jsonl")
    _describe(
        tmp_path, "subagents/workflows/wf_1", agentType="reviewer", description="till", model="haiku", effort="low"
    )
    journal = [{"type": "started", "agentId": AGENT}, {"type": "result", "agentId": AGENT, "result": "None found."}]
    beside = tmp_path / "projects/-home-somebody-orchard" / SESSION / "subagents/workflows/wf_1/journal.jsonl"
    beside.write_text("".join(json.dumps(each) + "\n" for each in journal))
    report = ingest(tmp_path)
    ((key, row),) = tasks().items()
    assert report.lines_quarantined == 0
    assert (row["agent_used"], row["task_title"], row["model_requested"]) == ("reviewer", "till", "haiku")
    assert row["task_description"] == "Review the till. Name each fault."
    assert (row["model_resolved"], row["output_tokens"], row["session_id"]) == (HAIKU, 50, SESSION)
    assert (row["status"], row["duration_ms"], row["effort_requested"]) == ("completed", 1_000, "low")
    assert signals(key) == {"result_returned"}


@pytest.mark.parametrize("nights", [1, 2])
def test_an_agent_that_a_workflows_agent_spawns_is_one_spawn(
    nights: int, tmp_path: Path, ingest: Any, tasks: Any, warehouse: Warehouse
) -> None:
    outer, child = Transcript(version="2.1.332"), Transcript(version="2.1.332")
    place = f"{SESSION}/subagents/workflows/wf_1"
    _own(child, child.user(PROMPT), child.says("In retry.py.", model=HAIKU, output=7))
    write_home(tmp_path, {"": Transcript()})
    child.write(tmp_path, f"{place}/agent-{AGENT}.jsonl")
    if nights == 2:  # it is read before anything tells who spawned it
        ingest(tmp_path)
    outer.user("Review the till.")
    outer.spawn(tool="Agent")
    _describe(tmp_path, "subagents/workflows/wf_1", agentType="Explore", toolUseId="toolu_01", parentAgentId="b1")
    for record in outer.lines:
        record.update(isSidechain=True, agentId="b1")
    outer.write(tmp_path, f"{place}/agent-b1.jsonl")
    ingest(tmp_path)
    rows = tasks()
    assert set(rows) == {"toolu_01", f"agent:{SESSION}:b1"}
    assert (rows["toolu_01"]["model_resolved"], rows["toolu_01"]["output_tokens"]) == (HAIKU, 7)
    assert rows["toolu_01"]["parent_task_id"] == rows[f"agent:{SESSION}:b1"]["id"]
    assert read_health(warehouse).spawns_without_row == 0


def _team(tmp_path: Path, *reports: str) -> None:
    log, child = Transcript(version="2.1.250"), Transcript(version="2.1.250")
    log.spawn(tool="Agent", subagent_type="builder", name="scout")
    spawned = {"status": "teammate_spawned", "agent_id": "scout@orchard", "name": "scout", "team_name": "orchard"}
    log.returned("toolu_01", "Spawned.", spawned)
    for report in reports:
        log.user(f'<teammate-message teammate_id="scout" color="blue">\n{report}\n</teammate-message>')
    _own(child, child.user(f'<teammate-message teammate_id="team-lead">\n{PROMPT}\n</teammate-message>'))
    _own(child, child.says("Looking.", model=HAIKU, output=7), agentName="scout", teamName="orchard")
    write_home(tmp_path, {"": log, AGENT: child})
    _describe(tmp_path, agentType="scout", name="scout", teamName="orchard", spawnDepth=0, model="haiku")


def test_a_teams_agent_is_known_by_its_name(tmp_path: Path, ingest: Any, tasks: Any, signals: Any) -> None:
    _team(tmp_path, '{"type":"idle_notification","from":"scout"}')
    ingest(tmp_path)
    ((_, row),) = tasks().items()
    assert (row["model_resolved"], row["output_tokens"]) == (HAIKU, 7)
    assert "no_result" in signals("toolu_01")  # that it is idle is no report


def test_the_latest_report_of_a_teams_agent_counts(tmp_path: Path, ingest: Any, tasks: Any, signals: Any) -> None:
    _team(tmp_path, "I begin.", "API Error: 529 overloaded")
    ingest(tmp_path)
    assert {"api_error", "teammate_spawned"} <= signals("toolu_01")
    assert "result_returned" not in signals("toolu_01")
    assert (tasks()["toolu_01"]["finished_at"] - tasks()["toolu_01"]["created_at"]).total_seconds() == 3


def _same_id(child: Transcript, **fields: Any) -> None:
    for part in ("One.", "Two."):
        said = child.says(part, model="glm-4.7", message_id="msg_1", output=9, **fields)
        _own(child, said)
        _own(child, child.line("user", message={"role": "user", "content": []}))


@pytest.mark.parametrize("requests", [True, False])
def test_messages_to_which_a_proxy_gave_one_id_are_told_apart(
    requests: bool, tmp_path: Path, ingest: Any, tasks: Any
) -> None:
    log, child = _spawned()
    _same_id(child)
    if requests:
        for number, line in enumerate(line for line in child.lines if line["type"] == "assistant"):
            line["requestId"], line["parentUuid"] = f"req_{number}", "unknown"
    log.result(status="completed", agentId=AGENT)
    write_home(tmp_path, {"": log, AGENT: child})
    ingest(tmp_path)
    assert (tasks()["toolu_01"]["input_tokens"], tasks()["toolu_01"]["output_tokens"]) == (200, 18)


def test_parts_of_a_message_count_once_although_results_stand_between_them(
    tmp_path: Path, ingest: Any, tasks: Any
) -> None:
    log, child = _spawned()
    _same_id(child, requestId="req_1")
    log.result(status="completed", agentId=AGENT)
    write_home(tmp_path, {"": log, AGENT: child})
    ingest(tmp_path)
    assert (tasks()["toolu_01"]["input_tokens"], tasks()["toolu_01"]["output_tokens"]) == (100, 9)


def test_what_stream_json_prints_is_a_log(tmp_path: Path, ingest: Any, tasks: Any, signals: Any) -> None:
    source = Transcript(version="2.1.332")
    source.spawn(tool="Agent", subagent_type="builder", model="haiku")
    source.says("Looking.", model=HAIKU, output=7, parent_tool_use_id="toolu_01")
    source.result(status="completed", agentId=AGENT, totalDurationMs=1_500)
    init = {"type": "system", "subtype": "init", "cwd": "/home/somebody/orchard", "claude_code_version": "2.1.332"}
    started = {"type": "system", "subtype": "task_started", "task_id": AGENT, "task_type": "local_agent"}
    lines = [init, started | {"tool_use_id": "toolu_01"}]
    for line in source.lines:
        printed = {key: line[key] for key in ("type", "message", "uuid", "parent_tool_use_id") if key in line}
        lines.append(printed | ({"tool_use_result": line["toolUseResult"]} if "toolUseResult" in line else {}))
    (tmp_path / "run.jsonl").write_text("".join(json.dumps(line | {"session_id": SESSION}) + "\n" for line in lines))
    ingest(tmp_path)
    row = tasks()["toolu_01"]
    assert (row["model_resolved"], row["output_tokens"], row["duration_ms"]) == (HAIKU, 7, 1_500)
    assert (row["agent_run_id"], row["session_id"], row["writer_version"]) == (AGENT, SESSION, "2.1.332")
    assert (row["project"], row["model_parent"]) == ("/home/somebody/orchard", OPUS)
    assert "result_returned" in signals("toolu_01")


@pytest.mark.parametrize("form", ["objects", "words", "older"])
def test_a_spawn_may_be_answered_through_task_output_alone(
    form: str, tmp_path: Path, ingest: Any, tasks: Any, signals: Any
) -> None:
    log, child = _spawned()
    log.returned("toolu_01", "Launched.", {"isAsync": True, "status": "async_launched", "agentId": AGENT})
    log.says({"type": "tool_use", "id": "toolu_wait", "name": "TaskOutput", "input": {"task_id": AGENT}})
    task = {"task_id": AGENT, "task_type": "local_agent", "status": "completed", "output": "It is done."}
    words = (
        f"<retrieval_status>success</retrieval_status>\n<task_id>{AGENT}</task_id>\n<task_type>local_agent</task_type>\n"
        "<status>completed</status>\n<output>It is done.</output>"
    )
    results = {
        "objects": {"retrieval_status": "success", "task": task},
        "words": None,
        "older": {"retrieval_status": "success", "agents": {AGENT: {"status": "completed", "result": "It is done."}}},
    }
    log.returned("toolu_wait", words, results[form])
    _own(child, child.says("It is done.", model=HAIKU))
    write_home(tmp_path, {"": log, AGENT: child})
    ingest(tmp_path)
    assert "result_returned" in signals("toolu_01")
    assert (tasks()["toolu_01"]["status"], tasks()["toolu_01"]["duration_ms"]) == ("completed", 1_000)


@pytest.mark.parametrize(("has_spoken", "signal"), [(True, "task_stopped"), (False, "run_stopped")])
def test_to_stop_an_agent_that_had_not_said_a_word_says_nothing_of_it(
    has_spoken: bool, signal: str, tmp_path: Path, ingest: Any, signals: Any
) -> None:
    log, child = _spawned()
    log.returned("toolu_01", "Launched.", {"isAsync": True, "status": "async_launched", "agentId": AGENT})
    log.says({"type": "tool_use", "id": "toolu_stop", "name": "TaskStop", "input": {"task_id": AGENT}})
    log.returned("toolu_stop", "Stopped.", {"message": "Stopped.", "task_id": AGENT, "task_type": "local_agent"})
    if has_spoken:
        _own(child, child.says("Looking.", model=HAIKU))
    write_home(tmp_path, {"": log, AGENT: child})
    ingest(tmp_path)
    assert signal in signals("toolu_01")
    assert len({"task_stopped", "run_stopped"} & signals("toolu_01")) == 1


def test_a_session_that_changes_into_a_folder_stays_in_its_project(tmp_path: Path, ingest: Any, tasks: Any) -> None:
    log = Transcript()
    log.spawn()
    log.lines[-1]["cwd"] = "/home/somebody/orchard/src/till"
    log.spawn("toolu_02")
    log.lines[-1]["cwd"] = "/elsewhere/barn"
    log.write(tmp_path)
    ingest(tmp_path)
    projects = {key: row["project"] for key, row in tasks().items()}
    assert projects == {"toolu_01": "/home/somebody/orchard", "toolu_02": "/elsewhere/barn"}
