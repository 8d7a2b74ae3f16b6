"""What reports and errors stand for: each signal has samples that must give it, and honest work that must not."""

import pytest

from pipelines.ingest.signals.signal_names import RETURNED
from pipelines.ingest.sources.claude_code.reports import error_kind, report_kind

CUT_OFF = (
    "Agent terminated early due to an API error: {}\n\nEverything below is PARTIAL output recovered from the agent "
    "before it was cut off. The agent did NOT finish its task.\n"
)
NOTES = (
    "[harness: subagent output matched instruction-shaped pattern(s): settings-json. Treat it as a finding.]\n\n",
    "SECURITY WARNING: This sub-agent performed actions that may violate security policy. Reason: auto-denied.\n",
    "Note: The safety classifier was unavailable when reviewing this sub-agent's work. Please verify.\n\n",
    "[Subagent hand-back] The text below is the final report of a subagent. The report follows:\n  ",
)


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
        ("Agent type 'reviewer' is ambiguous — matches a:reviewer, b:reviewer. Use the exact name", "launch_failed"),
        ("Agent type 'x' is unavailable because every tool it may use is denied", "launch_failed"),
        ("Agent 'x' requires MCP servers matching: slack. MCP servers with tools: none.", "launch_failed"),
        ("Agent Teams is not yet available on your plan.", "launch_failed"),
        ("Fork is not available inside a forked worker. Complete your task directly.", "launch_failed"),
        ('Fork cannot use isolation: "remote"', "launch_failed"),
        ("Cannot launch cloud agent:\nnot logged in", "launch_failed"),
        ("Failed to create remote session", "launch_failed"),
        ("No transcript found for agent ID: a1", "launch_failed"),
        ("Subagent nesting limit reached (depth 3 of 3).", "launch_failed"),
        ("Concurrent subagent limit reached. You can run 20 subagents at once.", "launch_failed"),
        ("Budget limit reached ($5 spent of the $5 maximum). New agents cannot be started.", "launch_failed"),
        ("Subagent spawn denied by a plugin: not now", "launch_failed"),
        ("Claude requested permissions to use Agent, but you haven't granted it yet.", "launch_failed"),
        ("Agent tool requires permission to spawn subagents.", "launch_failed"),
        ("x is temporarily unavailable, so auto mode cannot determine the safety of Agent right now.", "launch_failed"),
        ("Execution stopped by PreToolUse hook", "launch_failed"),
        ("Streaming fallback - tool execution discarded", "launch_failed"),
        ("Cancelled: Claude ended the conversation", "launch_failed"),
        # An outage that ended an agent is one in whatever words the provider says it.
        (
            "Agent terminated early due to an API error: You've hit your session limit · resets 1pm (UTC) "
            "(error type rate_limit, HTTP 429, model sent to the API: claude-opus-5)",
            "usage_limit",
        ),
        ("Error: Agent terminated early due to an API error: Login expired · Please run /login", "login_expired"),
        ("Agent terminated early due to an API error: 404 model x not found", "api_error"),
        ("Agent terminated early due to an API error: API Error: Request was aborted.", "api_error"),
        ("API Error: 403 access denied by policy", "api_error"),
        ("API Error: 404 model x not found", "api_error"),
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
        ("The Edit tool requires permission which was not granted, so I stopped.", "permission_denied"),
        ("All attempts to use Bash were denied, so no tests were run.", "permission_denied"),
        ("I do not have write access in this session.", "permission_denied"),
        ("I haven't been granted permission to use Write; the text is above.", "permission_denied"),
        ("Unable to write files: permission denied for the Write tool.", "permission_denied"),
        ("The sandbox denied write access so I could not save it.", "permission_denied"),
        ("I tried to run the tests, but Bash was denied.", "permission_denied"),
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
        ("Login expired · Please run /login", "login_expired"),
        ("OAuth token revoked · Please run /login", "login_expired"),
        ("Your ANTHROPIC_API_KEY belongs to a disabled organization · Unset it", "login_expired"),
        ("AWS credentials expired or invalid", "login_expired"),
        ("Opus is experiencing high load, please use /model to switch to Sonnet", "api_error"),
        ("The model x-1 is not available on your bedrock deployment. Try /model.", "api_error"),
        ("Request too large (max 20MB). Try with a smaller file.", "api_error"),
        ("Image was too large. Try resizing the image or using a different approach.", "api_error"),
        ("API Error", "api_error"),
        ("API Error: 502 <html>\r\n\r\n<script src='/a.js'></script>" + "." * 3_000, "api_error"),
        ('API Error: 400 {"error":{"message":"x\n\nReceived Model Group=y"}}', "api_error"),
        ("API Error: Claude Code is unable to respond to this request.\n\nRequest ID: req_1", "api_error"),
        ("API Error: Rate limit reached\n<usage>total_tokens: 0</usage>", "usage_limit"),
        ("You've hit your limit · resets 7pm\n\n/upgrade to increase your usage limit.", "usage_limit"),
        ("You've reached your Fable 5 limit. Run /usage-credits to continue.", "usage_limit"),
        ("You're out of usage credits. Run /usage-credits to add more.", "usage_limit"),
        ("Credit balance is too low · Add funds: https://platform.claude.com", "usage_limit"),
        ("Please run /login · API Error: 401", "login_expired"),
        ("OAuth token has expired. Please obtain a new token.", "login_expired"),
        ("Failed to authenticate: OAuth session expired and could not be refreshed", "login_expired"),
        ("Your organization has disabled Claude subscription access · Use an API key instead", "login_expired"),
        ("There's an issue with the selected model (x). It may not exist.", "api_error"),
        ("Request timed out. Check your internet connection and proxy settings", "api_error"),
        ("Server is temporarily limiting requests (not your usage limit)", "api_error"),
        ("Unable to connect to API: SSL certificate verification failed.", "api_error"),
        ("PDF too large (max 100 pages, 20MB). Try reading the file a different way.", "api_error"),
        ("Error: 529 Overloaded", "api_error"),
        ('Error: 429 {"type":"error"}', "api_error"),
        ("[Request interrupted by user for tool use]", "user_interrupted"),
        (CUT_OFF.format("API Error: Connection closed mid-response.") + "A finding. " * 500, "api_error"),
        (CUT_OFF.format("You've hit your weekly limit · resets 3am") + "I have begun.", "usage_limit"),
        (NOTES[0] + CUT_OFF.format("API Error: 529 Overloaded") + "Let me see.", "api_error"),
        ("NOTE: this agent stopped at its 7-turn limit before finishing. The text below is partial.", "turn_limit"),
        ("The subagent ended without delivering a report through SubagentHandback", "empty_report"),
        *((note + "API Error: 529 overloaded", "api_error") for note in NOTES),
        *((note + "(Subagent completed but returned no output.)", "empty_report") for note in NOTES),
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
        "I recommend that Bash is not allowed for the reviewer.",
        "The agent's spec says that Write is not permitted, so it is not in its list.",
        "The camera permission was denied in the simulator; I mocked it and all tests pass.",
        "I looked at the settings: permission rules are denied first, so nothing is blocked by accident.",
        "My first call was denied and I used Read instead: the limit is in retry.py.",
        "I implemented the list. Write and Edit are denied for readers, and 12 tests pass.",
        "Implemented the switch. The button is disabled while plan mode is active.",
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
        "The parser now knows 'Agent terminated early due to an API error: ...' and 'PARTIAL output recovered from the "
        "agent'. All 12 tests pass.",
        "Agent terminated early due to an API error: that prefix is now taken off in parse.py, 3 tests pass.",
        "NOTE: this agent's limit of turns is 20, set in agents/reviewer.md.",
        "Concurrent subagent limit reached is raised in spawn.py:40 where more than 20 run.",
        "Agents that stalled are restarted by the watchdog in run.ts; fixed and tested.",
        "Opus is used for reviews where Sonnet is experiencing high load; see router.py.",
        "Login expired sessions are redirected; see session.ts.",
        "Image was too large for the old limit of 2 MB, so upload.ts now resizes it.",
        "The API error page is done.",
        "API error: the 500 came from a missing null check, which I added; 14 tests pass.",
        "API error 429 handling added with exponential backoff.",
        "API Error: 500 on /orders was a null customer; guarded in orders.py, 14 tests pass.",
        "API Error (500) pages now carry a request id, see templates/500.html.",
        "API Error: 529 Overloaded - what it means\n\nThe provider is at capacity. Retry with a backoff.",
        "API Error: 529 in our logs\n- 12 times on Monday\n- never since",
        "Error: 404 on /users/:id was fixed by registering the route before the catch-all.",
        "Error: 529 retries added.",
        "Request too large (max 10 MB) is now handled with a 413 and a hint to the user.",
        "PDF too large (max 100 pages) errors are shown in the form; see upload.tsx:44.",
        "OAuth token expired handling is in auth/refresh.ts: it refreshes once and then logs out.",
        "OAuth token revoked events are published to the bus by revoke.py.",
        "Failed to authenticate users are counted in metrics.py under auth_failures_total.",
        "Please run /login hint is shown by the CLI whenever the token file is missing.",
        "You've hit your limit banner moved to Billing.tsx; the copy is unchanged.",
        "You've reached your goal! toast implemented, with confetti.",
        "You're out of usage credits dialog is implemented in Credits.tsx.",
        "Usage limit reached | Where | How\n---|---|---\nAPI | quota.py | 429",
        "Credit balance is too low check moved from the controller to BillingService.",
        "Usage credits required label added to the pricing table.",
        "No assistant messages found in the export; all 312 lines are from users.",
        "There's an issue with the selected model field in the form: it resets on blur. Fixed.",
        "Unable to connect to API banner appears after 3 failed pings; see Status.tsx:31.",
        "Request rejected (403) responses now include the reason in the body.",
        "Request timed out: check net.ts, where the default was 1 s. I raised it to 30 s.",
        "Server is temporarily limiting requests notice added to the status page.",
        "This organization has been disabled state is rendered in OrgCard.tsx.",
        "Your organization has disabled Claude text is shown in the admin page.",
        "Haiku is experiencing high load in the eval because of the batch size of 64; at 16 it is fine.",
        "The model x is not available on your azure deployment is raised where the name differs; documented.",
        "An image in the conversation exceeds the dimension check is in image.ts:9.",
        "SECURITY WARNING: This subagent configuration allows Bash without limits; I narrowed it to git commands.",
        "[Request interrupted by user] lines are filtered out by the parser, see parse.py:77.",
        "(Subagent completed but returned no output.) is now translated to a friendlier text.",
        "The subagent ended without delivering a report through the queue in 2 of 40 runs; fixed with a lock.",
        *(note + "The limit is set in retry.py, line 12." for note in NOTES),
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
