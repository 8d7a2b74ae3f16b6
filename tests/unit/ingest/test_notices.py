import pytest

from pipelines.ingest.claude_code.notices import from_notifications, from_task_result, signal_of

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


def test_several_notices_and_a_prefix_in_one_text() -> None:
    one = NOTICE.format(status="completed", ending="completed", result="<result>Done.</result>\n")
    told = list(from_notifications(f"[SYSTEM NOTIFICATION - NOT USER INPUT]\n{one}\n{one.replace('a1', 'a2')}"))
    assert [(notice.agent_id, notice.report) for notice in told] == [("a1", "Done."), ("a2", "Done.")]
    assert not list(from_notifications(f"What does this mean? {one}"))


def test_a_task_that_failed_tells_why() -> None:
    task = {"task_id": "a1", "task_type": "local_agent", "status": "failed", "error": "API Error 529"}
    notice = from_task_result({"retrieval_status": "success", "task": task})
    assert notice is not None
    assert signal_of(notice) == "api_error"


def test_only_a_stop_of_the_parents_is_one() -> None:
    notice = from_task_result({"message": "Stopped", "task_id": "a1", "task_type": "local_agent"})
    assert notice is not None
    assert signal_of(notice) == "task_stopped"
