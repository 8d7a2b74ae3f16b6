import pytest

from pipelines.ingest.claude_code.notices import from_notification, signal_of

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
        ("killed", "was stopped", "", "task_stopped"),
    ],
)
def test_the_end_of_a_background_agent_tells_how_it_went(status: str, ending: str, report: str, signal: str) -> None:
    result = f"<result>{report}</result>\n" if report else ""
    notice = from_notification(NOTICE.format(status=status, ending=ending, result=result))
    assert notice is not None
    assert signal_of(notice) == signal
