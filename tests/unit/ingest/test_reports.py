"""What reports and errors stand for: each signal has samples that must give it, and honest work that must not."""

import pytest

from pipelines.ingest.claude_code.reports import RETURNED, error_kind, report_kind


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("User rejected tool use", "user_rejected"),
        ("The user doesn't want to proceed with this tool use.", "user_rejected"),
        ("Error: [Request interrupted by user for tool use]", "user_interrupted"),
        ("Error: Agent type 'reviewer' not found. Available agents: Explore, Plan", "launch_failed"),
        ("InputValidationError: [{ 'code': 'invalid_type' }]", "launch_failed"),
        ("Error: No such tool available: Agnt", "launch_failed"),
        ("<tool_use_error>Sibling tool call errored</tool_use_error>", "sibling_failed"),
        ("<tool_use_error>Cancelled: parallel tool call Bash(ls) errored</tool_use_error>", "sibling_failed"),
        ("Permission to use Task with prompt x has been denied.", "launch_failed"),
        ("API Error: 529 Overloaded", "api_error"),
        ("Claude usage limit reached. Your limit will reset at 3pm", "usage_limit"),
        ("OAuth token has expired", "login_expired"),
        # The harness's own faults, some of which struck when the work was done.
        ("Cannot read properties of undefined (reading 'x')", "run_failed"),
        ("classifyHandoffIfNeeded is not defined", "run_failed"),
        ("The operation was aborted", "user_interrupted"),
        ("AbortError: aborted by the user", "user_interrupted"),
        ("Permission for this action has been denied. Reason: ...", "launch_failed"),
        ("Teammates cannot spawn other teammates", "launch_failed"),
        ("Already leading team 'x'", "launch_failed"),
        ("Cannot resume agent a1: it is still running", "launch_failed"),
        ("The index of the archive is out of range", "tool_error"),
    ],
)
def test_an_error_in_place_of_a_result(message: str, kind: str) -> None:
    assert error_kind(message) == kind


@pytest.mark.parametrize(
    ("report", "kind"),
    [
        (
            'API Error: 401 {"type":"error","error":{"type":"authentication_error"}} · Please run /login',
            "login_expired",
        ),
        ("API Error: 500 Internal server error", "api_error"),
        ("API Error: Request was aborted.", "api_error"),
        ("Prompt is too long", "api_error"),
        ("You've hit your limit · resets 3am (Europe/Berlin)", "usage_limit"),
        ("Claude AI usage limit reached|1760000000", "usage_limit"),
        ("5-hour limit reached ∙ resets 4pm", "usage_limit"),
        ("Credit balance is too low", "usage_limit"),
        ("Invalid API key · Please run /login", "login_expired"),
        ("I could not edit the file: permission to use Edit was denied.", "permission_denied"),
        ("Bash access was auto-denied, so the tests did not run.", "permission_denied"),
        ("Permission to use Bash with command npm test has been denied.", "permission_denied"),
        ("I couldn\u2019t write the file because permission for it was denied by the settings.", "permission_denied"),
        ("I need permission to write the report to docs/.", "permission_denied"),
        ("Writeツールの使用権限が拒否されたため、ファイルを作成できませんでした。", "permission_denied"),
        ("El permiso: Bash sin permiso, fue denegado.", "permission_denied"),
        ("プランモードのため、ファイルを変更できません。", "permission_denied"),
        ("Plan mode is active, so here is what I would change.", "permission_denied"),
        ("Failed to authenticate. API Error: 401 revoked", "login_expired"),
        ("You\u2019ve hit your session limit", "usage_limit"),
        ("Claude Opus is experiencing high load", "api_error"),
        ("This organization has been disabled.", "login_expired"),
        ("Request rejected (429)", "api_error"),
        ("Unable to connect to API (ECONNRESET)", "api_error"),
        ("(Subagent completed but returned no output.)", "empty_report"),
        ("[Request interrupted by user]", "user_interrupted"),
        ("I'm in plan mode and cannot make changes. Here is what I would do: ...", "permission_denied"),
        ("Cannot draw the mockups: the Pencil MCP tools are not available in this session.", "tool_unavailable"),
        ("", "empty_report"),
        (" \n", "empty_report"),
    ],
)
def test_a_result_that_is_none(report: str, kind: str) -> None:
    assert report_kind(report, 1_000) == kind


@pytest.mark.parametrize(
    "report",
    [
        "Found three critical issues: the rate limit is never reached, and errors are swallowed.",
        "The middleware returns 403 when permission is missing. See auth.ts:12.",
        "No matches. The word does not occur in the repository.",
        "The API error handling lives in client.py; internal server errors are retried.",
        "I could not find a place where the limit is configurable; it is a constant in retry.py.",
        "The tool registry is in tools.py. An unavailable tool raises ToolError.",
        "API error handling is in client.py.",
        "Rate limit: set in retry.py as MAX_CALLS, no other limit is reached.",
        "Internal: overloaded operators are in vector.py.",
        "OAuth token handling is in auth.py; expired tokens are refreshed.",
        "Usage: the session limit is set in config.toml and the daily limit in quota.toml.",
        "Plan mode is handled by planner.ts, lines 10 to 40.",
        "In plan mode users cannot edit files: plan.tsx:33.",
        "When the camera permission is denied the app shows a dialog; 12 passed.",
        "Write access is denied for viewers, as rbac.py says.",
        "Users who do not have permission to edit see a lock.",
        "I could not find a place where permissions are denied to admins.",
        "Redirects to /login when the user is not logged in.",
        "Returns 401 'Invalid API key' where the header is missing.",
        "When rate limit exceeded, it waits a minute.",
        "Max retry limit reached is thrown in retry.py.",
        "The 'quota exceeded' toast is in Toast.tsx.",
        "Overloaded methods are listed in vector.py.",
        "Connection error handling: see net.ts.",
        "The connection pool cannot be null. When the server is unavailable, retry.py reconnects.",
        "Die Berechtigung fehlt in rbac.py, Zeile 12.",
        "認証の実装は auth.ts にあります。問題は見つかりませんでした。",
        "Done. " + "All tests pass. " * 20,
    ],
)
def test_honest_work_is_no_failure(report: str) -> None:
    assert report_kind(report, 1_000) == RETURNED


def test_a_long_report_outweighs_a_refused_step() -> None:
    refused = "Permission to use Write was denied, so here is the whole plan.\n"
    assert report_kind(refused, 1_000) == "permission_denied"
    assert report_kind(refused + "A step of the plan. " * 200, 1_000) == RETURNED


def test_no_token_no_work() -> None:
    assert report_kind("Done.", 0) == "zero_tokens"
    assert report_kind("Done.", None) == RETURNED
    assert report_kind("A finding. " * 300, 0) == RETURNED, "a gateway that counts nothing"


def test_a_long_plan_made_in_plan_mode_is_work() -> None:
    assert report_kind("I'm in plan mode and cannot write files. " + "A step of the plan. " * 200, 1_000) == RETURNED
