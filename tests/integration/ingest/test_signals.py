"""What follows a result, and where a signal's evidence stands."""

from pathlib import Path
from typing import Any

import pytest

from pipelines.warehouse import Warehouse
from tests.support.transcripts import Transcript


def _session(report: str = "Done.", **result: Any) -> Transcript:
    log = Transcript()
    log.spawn(subagent_type="builder")
    log.result(report=report, status="completed", agentId="a1", **result)
    return log


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("User rejected tool use", {"user_rejected"}),
        ("Error: Agent type 'x' not found", {"launch_failed"}),
        ("Sibling tool call errored", {"sibling_failed"}),
    ],
)
def test_an_error_is_told_by_whose_it_is(
    message: str, expected: set[str], tmp_path: Path, ingest: Any, tasks: Any, signals: Any
) -> None:
    log = Transcript()
    log.spawn()
    log.error(message)
    log.write(tmp_path)
    ingest(tmp_path)
    assert signals("toolu_01") == expected
    assert tasks()["toolu_01"]["is_error"]
    assert tasks()["toolu_01"]["error_message"] == message


@pytest.mark.parametrize(
    ("denial", "expected"),
    [
        ("permission-rule", "launch_failed"),
        ("automode-blocked", "launch_failed"),
        ("user-rejected", "user_rejected"),
        (None, "tool_error"),
    ],
)
def test_a_call_that_was_not_executed_says_nothing_of_the_agent_in_whatever_words_of_a_hook(
    denial: str | None, expected: str, tmp_path: Path, ingest: Any, signals: Any
) -> None:
    log = Transcript(version="2.1.270")
    log.spawn(tool="Agent")
    log.error("User rejected tool use" if denial == "user-rejected" else "Error: read the index first")
    log.lines[-1] |= {"toolDenialKind": denial} if denial else {}
    log.write(tmp_path)
    ingest(tmp_path)
    assert signals("toolu_01") == {expected}


def test_a_result_of_words_alone_tells_of_its_run(tmp_path: Path, ingest: Any, tasks: Any, signals: Any) -> None:
    log = Transcript(version="2.1.270")
    trailer = (
        "agentId: a1b2 (use SendMessage with to: 'a1b2' to continue this agent)\nworktreePath: /tmp/w\n"
        "worktreeBranch: w\n<usage>subagent_tokens: 4321\ntool_uses: 2\nduration_ms: 900</usage>"
    )
    reports = {"toolu_01": "It is set in retry.py.", "toolu_02": "(Subagent completed but returned no output.)"}
    for key, report in reports.items():
        log.spawn(key, tool="Agent")
        log.returned(key, [{"type": "text", "text": report}, {"type": "text", "text": trailer}], None)
    log.write(tmp_path)
    ingest(tmp_path)
    row = tasks()["toolu_01"]
    assert (row["agent_run_id"], row["reported_tokens"], row["tool_uses"], row["duration_ms"]) == (
        "a1b2",
        4_321,
        2,
        900,
    )
    assert "result_returned" in signals("toolu_01")
    assert "empty_report" in signals("toolu_02")


@pytest.mark.parametrize(
    ("words", "signal"),
    [
        ("Fork started — processing in background", "async_launched"),
        ("Cloud agent launched.\ntaskId: r1\nsession_url: https://x", "remote_launched"),
        ("Spawned successfully.\nagent_id: rev@core\nname: rev", "teammate_spawned"),
    ],
)
def test_a_launch_of_words_alone_is_no_result(
    words: str, signal: str, tmp_path: Path, ingest: Any, signals: Any
) -> None:
    log = Transcript(version="2.1.270")
    log.spawn(tool="Agent")
    log.returned("toolu_01", [{"type": "text", "text": words}], None)
    log.write(tmp_path)
    ingest(tmp_path)
    assert signals("toolu_01") == {signal, "no_result"}


def test_another_agents_word_is_not_the_users(tmp_path: Path, ingest: Any, signals: Any) -> None:
    log = _session()
    log.user('<agent-message from="b1">\nNo, that is wrong\n</agent-message>')
    log.user("No, that is wrong", origin={"kind": "peer"})
    log.says("Good, on to the next.")
    log.write(tmp_path)
    ingest(tmp_path)
    assert signals("toolu_01") == {"result_returned", "result_used"}


@pytest.mark.parametrize("is_foreground", [True, False])
def test_an_agent_that_delivers_after_an_outage_has_overcome_it(
    is_foreground: bool, tmp_path: Path, ingest: Any, signals: Any
) -> None:
    failed = "Agent terminated early due to an API error: Overloaded"
    log = Transcript(version="2.1.270")
    log.spawn(tool="Agent")
    if is_foreground:
        log.error(failed)
        log.child_says(agent="a1")
    else:
        log = _in_background(True)
        log.notified("a1", "failed", f"API Error: {failed}")
    log.says({"type": "tool_use", "id": "toolu_m", "name": "SendMessage", "input": {"to": "a1", "message": "Go on."}})
    log.returned("toolu_m", "Resuming", {"success": True, "resumedAgentId": "a1"})
    log.notified("a1", report="It is set in retry.py.")
    log.write(tmp_path)
    ingest(tmp_path)
    assert signals("toolu_01") - {"async_launched"} == {"result_returned", "result_used"}


def test_a_skill_that_runs_in_an_agent_is_no_spawn(tmp_path: Path, ingest: Any, tasks: Any, signals: Any) -> None:
    log = _session()
    log.says({"type": "tool_use", "id": "toolu_k", "name": "Skill", "input": {"skill": "look"}})
    log.returned(
        "toolu_k", "Skill completed", {"success": True, "status": "forked", "agentId": "b1", "result": "Done."}
    )
    log.says("It is done.")
    log.user("No, that's wrong: the limit is elsewhere")
    log.write(tmp_path)
    ingest(tmp_path)
    assert set(tasks()) == {"toolu_01"}
    assert "user_pushback" in signals("toolu_01"), "it is the only one that can be meant"


@pytest.mark.parametrize(
    ("said", "ending", "expected"),
    [
        (["You've hit your session limit · resets 3pm"], None, {"async_launched", "no_result", "usage_limit"}),
        (["API Error: 529 overloaded"], "stopped", {"async_launched", "run_stopped", "api_error"}),
        (["API Error: 529 overloaded"], "completed", {"async_launched", "result_returned"}),
        # It went on.
        (["API Error: 529 overloaded", "Now I have it."], None, {"async_launched", "no_result"}),
    ],
)
def test_an_outage_that_breaks_off_an_agents_log_tells_why_nothing_came(
    said: list[str], ending: str | None, expected: set[str], tmp_path: Path, ingest: Any, signals: Any
) -> None:
    log, child = _in_background(True), Transcript(version="2.1.119")
    child.user("Find where the retry limit is set and say in which file.", isSidechain=True, agentId="a1")
    for words in said:
        is_error = words != said[-1] or len(said) == 1
        child.says(words, model="<synthetic>" if is_error else "claude-opus-4-6", isApiErrorMessage=is_error)
        child.lines[-1] |= {"isSidechain": True, "agentId": "a1"}
    child.write(tmp_path, f"{child.session}/subagents/agent-a1.jsonl")
    if ending:
        log.notified("a1", ending)
    log.write(tmp_path)
    ingest(tmp_path)
    assert signals("toolu_01") == expected


def test_an_outage_of_a_teams_member_is_no_end(tmp_path: Path, ingest: Any, signals: Any) -> None:
    log, child = Transcript(version="2.1.119"), Transcript(version="2.1.119")
    log.spawn(tool="Agent", name="rev", team_name="core")
    log.returned(
        "toolu_01", "Spawned successfully.", {"status": "teammate_spawned", "agent_id": "a1", "team_name": "core"}
    )
    child.says("API Error: 529 overloaded", model="<synthetic>", isApiErrorMessage=True)
    child.lines[-1] |= {"isSidechain": True, "agentId": "a1"}
    child.write(tmp_path, f"{child.session}/subagents/agent-a1.jsonl")
    log.write(tmp_path)
    ingest(tmp_path)
    assert signals("toolu_01") == {"teammate_spawned", "no_result"}


def test_a_notice_in_an_attachment_ends_the_agent(tmp_path: Path, ingest: Any, tasks: Any, signals: Any) -> None:
    log = _in_background(True)
    notice = (
        "<system-reminder>\n[SYSTEM NOTIFICATION - NOT USER INPUT]\n<task-notification>\n<task-id>a1</task-id>\n"
        '<tool-use-id>toolu_01</tool-use-id>\n<status>failed</status>\n<summary>Agent "x" failed: '
        "Agent terminated early "
        "due to an API error: Overloaded</summary>\n<result>I have begun.</result>\n<usage><subagent_tokens>4321"
        "</subagent_tokens></usage>\n</task-notification>\n</system-reminder>"
    )
    prompt = [{"type": "text", "text": notice}]
    log.line("attachment", attachment={"type": "queued_command", "prompt": prompt, "commandMode": "task-notification"})
    log.write(tmp_path)
    ingest(tmp_path)
    assert signals("toolu_01") == {"async_launched", "api_error"}
    assert tasks()["toolu_01"]["reported_tokens"] == 4_321


def test_a_result_is_used_when_the_parent_goes_on(tmp_path: Path, ingest: Any, signals: Any) -> None:
    log = _session()
    log.write(tmp_path)
    ingest(tmp_path)
    assert signals("toolu_01") == {"result_returned"}
    log.says("Good, on to the next.")
    log.write(tmp_path)
    ingest(tmp_path)
    assert signals("toolu_01") == {"result_returned", "result_used"}


def test_a_parent_that_does_it_itself_is_noted_and_one_that_reads_on_is_not(
    tmp_path: Path, ingest: Any, signals: Any
) -> None:
    log = _session()
    log.says("The agent could not find the file. Let me search for it directly.")
    log.write(tmp_path)
    ingest(tmp_path)
    assert "parent_redid" in signals("toolu_01")
    assert "parent_alarm" not in signals("toolu_01"), "of one sentence, one sign"
    other = Transcript(session="1d5f8a52-6f2e-4b43-8a30-1f0b6d1f7a01")
    other.spawn("toolu_02")
    other.result("toolu_02", status="completed", agentId="a2")
    other.says("Good. Let me read the file directly to see how the test failed.")
    other.user("fine, go on")
    other.write(tmp_path)
    ingest(tmp_path)
    assert signals("toolu_02") == {"result_returned", "result_used"}


def test_pushback_counts_only_as_the_next_word_of_the_user(tmp_path: Path, ingest: Any, signals: Any) -> None:
    log = _session()
    log.says("It is done.")
    log.user("No, that's wrong: the limit is elsewhere")
    log.write(tmp_path)
    ingest(tmp_path)
    assert "user_pushback" in signals("toolu_01")


@pytest.mark.parametrize(("output", "expected"), [("3 passed", "test_passed_after"), ("1 failed", "test_failed_after")])
def test_the_test_after_a_spawn_that_wrote_judges_it(
    output: str, expected: str, tmp_path: Path, ingest: Any, signals: Any
) -> None:
    log = Transcript()
    for key, tool in (("toolu_01", "Edit"), ("toolu_02", "Read")):
        log.spawn(key)
        child = log.child_says(key)
        child["data"]["message"]["message"]["content"] = [{"type": "tool_use", "id": "t", "name": tool, "input": {}}]
        log.result(key, status="completed", agentId=f"a{key[-1]}")
    log.says({"type": "tool_use", "id": "toolu_t", "name": "Bash", "input": {"command": "cd x && pytest -q"}})
    log.returned("toolu_t", output, {"stdout": output})
    log.write(tmp_path)
    ingest(tmp_path)
    assert expected in signals("toolu_01")
    assert expected not in signals("toolu_02"), "it wrote nothing"


def test_a_respawn_marks_the_first(tmp_path: Path, ingest: Any, signals: Any) -> None:
    log = _session()
    log.spawn("toolu_02", subagent_type="builder")
    log.write(tmp_path)
    ingest(tmp_path)
    assert "respawned_in_session" in signals("toolu_01")
    assert "respawned_in_session" not in signals("toolu_02")


def _in_background(launch: Any = None) -> Transcript:
    log = Transcript(version="2.1.119")
    log.spawn(tool="Agent")
    said = "Async agent launched successfully.\nagentId: a1 (internal)"
    log.returned("toolu_01", said, {"isAsync": True, "status": "async_launched", "agentId": "a1"} if launch else None)
    return log


@pytest.mark.parametrize("launch", [True, False])
def test_a_launch_is_no_result_and_the_end_is_found_by_the_agent(
    launch: bool, tmp_path: Path, ingest: Any, tasks: Any, signals: Any
) -> None:
    log = _in_background(launch)
    log.write(tmp_path)
    ingest(tmp_path)
    assert signals("toolu_01") == {"async_launched", "no_result"}
    log.notified("a1", "failed", "API Error: 529 overloaded")
    log.write(tmp_path)
    ingest(tmp_path)
    assert signals("toolu_01") == {"async_launched", "api_error"}
    assert tasks()["toolu_01"]["status"] == "failed"
    assert tasks()["toolu_01"]["agent_run_id"] == "a1"


def test_how_an_agent_ends_that_has_delivered_and_was_asked_to_go_on_is_not_how_the_spawn_went(
    tmp_path: Path, ingest: Any, signals: Any
) -> None:
    log = _in_background(True)
    log.notified("a1", report="It is set in retry.py.")
    log.says("Good.")
    log.notified("a1", "failed", "API Error: 529 overloaded")
    log.notified("a1", "killed", "")
    log.write(tmp_path)
    ingest(tmp_path)
    assert signals("toolu_01") == {"async_launched", "result_returned", "result_used"}


def test_who_stopped_an_agent_is_told_only_by_the_parents_own_call(tmp_path: Path, ingest: Any, signals: Any) -> None:
    log = _in_background(True)
    log.notified("a1", "killed", "")
    log.write(tmp_path)
    ingest(tmp_path)
    assert signals("toolu_01") == {"async_launched", "run_stopped"}
    log.says({"type": "tool_use", "id": "toolu_s", "name": "TaskStop", "input": {"task_id": "a1"}})
    log.returned("toolu_s", "Stopped", {"message": "Stopped", "task_id": "a1", "task_type": "local_agent"})
    log.write(tmp_path)
    ingest(tmp_path)
    assert {"run_stopped", "task_stopped"} <= signals("toolu_01")


def test_a_notice_in_an_agents_own_log_ends_what_it_spawned(tmp_path: Path, ingest: Any, signals: Any) -> None:
    child = Transcript(version="2.1.119")
    child.spawn("toolu_02", tool="Agent")
    child.returned("toolu_02", "", {"isAsync": True, "status": "async_launched", "agentId": "b1"})
    child.notified("b1", report="It is three.")
    child.lines = [
        line | {"isSidechain": True, "agentId": "a1"} for line in child.lines if line["type"] != "queue-operation"
    ]
    child.write(tmp_path, f"{child.session}/subagents/agent-a1.jsonl")
    ingest(tmp_path)
    assert signals("toolu_02") == {"async_launched", "result_returned"}


def test_the_notice_of_a_shell_is_not_the_users_word(tmp_path: Path, ingest: Any, signals: Any) -> None:
    log = _session()
    summary = '<summary>Background command "build" completed (exit code 0)</summary>'
    log.user(f"<task-notification>\n<task-id>sh1</task-id>\n<status>completed</status>\n{summary}</task-notification>")
    log.says("Good, on to the next.")
    log.write(tmp_path)
    ingest(tmp_path)
    assert signals("toolu_01") == {"result_returned", "result_used"}


@pytest.mark.parametrize(
    ("command", "output", "expected"),
    [
        ("npm run build", "12 passed; 0 failed", "test_passed_after"),
        (".venv/bin/python -m pytest -q", "FAILED tests/test_x.py", "test_failed_after"),
        ("cd x && CI=1 npx vitest run", "ok", "test_passed_after"),
        ("grep -rn jest package.json", "jest", None),
        ("git commit -m 'make test pass'", "1 file changed", None),
    ],
)
def test_only_a_test_that_runs_judges(
    command: str, output: str, expected: str | None, tmp_path: Path, ingest: Any, signals: Any
) -> None:
    log = Transcript()
    log.spawn()
    child = log.child_says()
    child["data"]["message"]["message"]["content"] = [{"type": "tool_use", "id": "t", "name": "Edit", "input": {}}]
    log.result(status="completed", agentId="a1")
    log.says({"type": "tool_use", "id": "toolu_t", "name": "Bash", "input": {"command": command}})
    log.returned("toolu_t", output, {"stdout": output})
    log.write(tmp_path)
    ingest(tmp_path)
    assert signals("toolu_01") & {"test_passed_after", "test_failed_after"} == ({expected} if expected else set())


def test_feedback_survives_another_reading(tmp_path: Path, ingest: Any, signals: Any, warehouse: Warehouse) -> None:
    log = _session()
    log.write(tmp_path)
    ingest(tmp_path)
    with warehouse.connect() as connection:
        connection.execute(
            "insert into learning.outcome_signals (task_id, signal) "
            "select id, 'feedback_bad' from learning.task_history"
        )
    log.says("On.")
    log.write(tmp_path)
    ingest(tmp_path)
    assert {"feedback_bad", "result_used"} <= signals("toolu_01")


def test_evidence_stands_where_it_is_said(tmp_path: Path, ingest: Any, warehouse: Warehouse) -> None:
    log = _session()
    log.write(tmp_path)
    ingest(tmp_path)
    with warehouse.connect() as connection:
        rows = connection.execute("select evidence_file, evidence_line from learning.outcome_signals").fetchall()
    assert rows == [(f"{log.session}.jsonl", 2)]


SECRET = "sk-ant-api03-" + "Ab1dE2fG3" * 8


def test_no_secret_is_stored_anywhere(tmp_path: Path, ingest: Any, warehouse: Warehouse) -> None:
    log = Transcript()
    log.spawn(description=f"Use {SECRET}", prompt=f"The key is {SECRET}.", subagent_type=SECRET, model=SECRET)
    log.error(f"Failed with {SECRET}")
    log.spawn("toolu_02")
    log.notified("a1", report=f"API Error: 401 {SECRET}")
    for line in log.lines:
        line["cwd"] = f"/home/somebody/{SECRET}"
    path = log.write(tmp_path / SECRET)
    path.write_bytes(path.read_bytes() + b'{"broken": "' + SECRET.encode() + b"\n")
    report = ingest(tmp_path)
    assert report.lines_quarantined == 1
    with warehouse.connect() as connection:
        for table in (
            "task_history",
            "spawn_facts",
            "outcome_signals",
            "main_threads",
            "main_messages",
            "ingest_files",
            "ingest_quarantine",
        ):
            dump = connection.execute(f"select string_agg(t::text, ' ') from learning.{table} t").fetchone()
            assert SECRET not in str(dump), table
    assert ingest(tmp_path).files_read == 0, "a path that was redacted is known again"
