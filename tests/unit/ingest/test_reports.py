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
        ("Cannot read properties of undefined (reading 'x')", "tool_error"),
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
