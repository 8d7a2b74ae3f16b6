import json

import pytest

from pipelines.ingest.sources.claude_code.notices import (
    from_mailbox,
    from_notifications,
    from_task_result,
    from_teammates,
    signal_of,
)

NOTICE = """<task-notification>
<task-id>a1</task-id>
<status>{status}</status>
<summary>Agent "Mend the rate limit" {ending}</summary>
{result}</task-notification>"""


@pytest.mark.parametrize(
    ("status", "ending", "report", "signal"),
    [
        ("completed", "completed", "The limit is mended.", "result_returned"),
        ("completed", "completed", "", "empty_report"),
        ("completed", "completed", "API Error: 529 overloaded", "api_error"),
        ("failed", "failed: API Error: 529 overloaded", "", "api_error"),
        ("failed", "failed: You've hit your limit, resets 3pm", "", "usage_limit"),
        ("failed", "failed: OAuth token has expired", "", "login_expired"),
        # The harness's own bug, and a title that only speaks of limits: the work may have been used.
        ("failed", "failed: classifyHandoffIfNeeded is not defined", "", "run_failed"),
        ("failed", "failed", "", "run_failed"),
        ("failed", "failed: Agent terminated early due to an API error: You've hit your limit", "", "usage_limit"),
        ("failed", "failed: Agent terminated early due to an API error: 404 model x not found", "", "api_error"),
        ("failed", "failed: Agent terminated early due to an API error: Overloaded", "Let me see", "api_error"),
        ("failed", "failed: Agent stalled: no progress for 600s (stream watchdog did not recover)", "", "api_error"),
        ("completed", "finished", "The failed: Agent stalled: no progress case is mended.", "result_returned"),
        (
            "completed",
            "stopped at its 7-turn limit",
            "NOTE: this agent stopped at its 7-turn limit before finishing.",
            "turn_limit",
        ),
        ("killed", "was stopped", "", "run_stopped"),
        ("killed", "was stopped by user", "The limit is mended.", "run_stopped"),
        ("failed", "failed: API Error: 529 overloaded", "I have begun to", "api_error"),
        ("failed", "failed: classifyHandoffIfNeeded is not defined", "The limit is mended.", "result_returned"),
    ],
)
def test_the_end_of_a_background_agent_tells_how_it_went(status: str, ending: str, report: str, signal: str) -> None:
    result = f"<result>{report}</result>\n" if report else ""
    (notice,) = from_notifications(NOTICE.format(status=status, ending=ending, result=result))
    assert signal_of(notice) == signal


def test_a_summary_that_is_an_error_tells_why() -> None:
    words = "<task-notification><task-id>a1</task-id><status>completed</status><summary>API Error: Connection closed"
    (notice,) = from_notifications(words + " mid-response</summary></task-notification>")
    assert signal_of(notice) == "api_error"


@pytest.mark.parametrize(
    "summary",
    [
        'Agent "See why "build" failed: rate limit reached" completed',
        "API error handling was reviewed",
    ],
)
def test_the_title_of_an_agent_that_completed_is_no_reason(summary: str) -> None:
    words = f"<task-id>a1</task-id><status>completed</status><summary>{summary}</summary><result>Done.</result>"
    (notice,) = from_notifications(f"<task-notification>{words}</task-notification>")
    assert signal_of(notice) == "result_returned"


def test_several_notices_and_a_prefix_in_one_text() -> None:
    one = NOTICE.format(status="completed", ending="completed", result="<result>Done.</result>\n")
    told = list(from_notifications(f"[SYSTEM NOTIFICATION - NOT USER INPUT]\n{one}\n{one.replace('a1', 'a2')}"))
    assert [(notice.agent_id, notice.report) for notice in told] == [("a1", "Done."), ("a2", "Done.")]
    assert not list(from_notifications(f"What does this mean? {one}"))


def test_a_notice_may_stand_in_a_reminder_and_count_tokens_by_another_name() -> None:
    usage = "<usage><subagent_tokens>4321</subagent_tokens><tool_uses>2</tool_uses></usage>\n"
    one = NOTICE.format(status="completed", ending="finished", result="<result>Done.</result>\n" + usage)
    (notice,) = from_notifications(
        f"<system-reminder>\n[SYSTEM NOTIFICATION - NOT USER INPUT]\n{one}</system-reminder>"
    )
    assert (notice.tokens, notice.tool_uses) == (4_321, 2)
    assert not list(from_notifications(f"<system-reminder>The date.</system-reminder> What is {one}"))


def test_a_notice_of_what_a_session_left_behind_names_several_agents() -> None:
    ids = "<task-id>a1</task-id>\n<task-id>a2</task-id>\n<tool-use-id>toolu_01</tool-use-id>\n"
    rest = (
        "<status>stopped</status>\n<summary>2 background {} did not finish before the previous session ended.</summary>"
    )
    told = list(from_notifications(f"<task-notification>\n{ids}{rest.format('agents')}</task-notification>"))
    assert [(notice.agent_id, notice.tool_use_id, signal_of(notice)) for notice in told] == [
        ("a1", "", "run_stopped"),
        ("a2", "", "run_stopped"),
    ]
    shells = rest.format("shell command tasks")
    assert not list(from_notifications(f"<task-notification>\n{ids}{shells}</task-notification>"))


def test_what_only_watches_is_no_agent() -> None:
    words = '<task-id>b1</task-id><status>completed</status><summary>Monitor "log" stream ended</summary>'
    assert not list(from_notifications(f"<task-notification>{words}</task-notification>"))


@pytest.mark.parametrize(
    ("report", "signal"),
    [
        ("The limit is mended.", "result_returned"),
        ("Permission to use Bash has been denied.", "permission_denied"),
        ("API Error: 529 overloaded", "api_error"),
    ],
)
def test_a_report_that_is_handed_back_is_the_end_of_the_agent(report: str, signal: str) -> None:
    frame = "[Subagent hand-back] The text below is the final report of a subagent. The report follows:\n  "
    said = f'<agent-message from="a1">\n{frame}{report}\n</agent-message>\nAct on it.'
    words = f"Another Claude session sent a message:\n{said}"
    (notice,) = from_notifications(words)
    assert (notice.agent_id, signal_of(notice)) == ("a1", signal)
    assert not list(from_notifications(words.replace(frame, "I am at it. ")))


def test_an_agent_that_waits_has_not_ended() -> None:
    words = '<task-id>a1</task-id><status>waiting</status><summary>Agent "x" waits</summary>'
    assert not list(from_notifications(f"<task-notification>{words}</task-notification>"))


def test_a_task_that_failed_tells_why() -> None:
    task = {"task_id": "a1", "task_type": "local_agent", "status": "failed", "error": "API Error 529"}
    notice = from_task_result({"retrieval_status": "success", "task": task})
    assert notice is not None
    assert signal_of(notice) == "api_error"


def test_only_a_stop_of_the_parents_is_one() -> None:
    notice = from_task_result({"message": "Stopped", "task_id": "a1", "task_type": "local_agent"})
    assert notice is not None
    assert signal_of(notice) == "task_stopped"


def test_a_notice_that_names_the_file_of_the_report_is_a_delivery() -> None:
    notice = NOTICE.format(status="completed", ending="completed", result="")
    (named,) = from_notifications(f"{notice}\nFull transcript available at: tasks/a1.output")
    assert signal_of(named) == "result_returned"


@pytest.mark.parametrize(
    ("told", "signal"),
    [
        ({"idleReason": "available", "result": "The limit is mended."}, "result_returned"),
        ({"idleReason": "available", "completedStatus": "resolved", "summary": "Mended"}, "result_returned"),
        ({"idleReason": "failed", "failureReason": "API Error: 529 overloaded"}, "api_error"),
        ({"idleReason": "available"}, None),
    ],
)
def test_what_a_teammates_harness_says_of_its_work(told: dict[str, str], signal: str | None) -> None:
    data = json.dumps({"type": "idle_notification", "from": "mia", **told})
    mailbox = {"type": "teammate_mailbox", "messages": [{"from": "mia", "text": data}]}
    for found in (
        list(from_teammates(f'<teammate-message teammate_id="mia">\n{data}\n</teammate-message>')),
        list(from_mailbox(mailbox)),
    ):
        assert [(each.agent_id, signal_of(each)) for each in found] == ([("mia", signal)] if signal else [])
