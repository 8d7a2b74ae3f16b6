"""Signs that halves make together: what a report says counts only with what was asked, of whom, and what followed."""

import uuid

import pytest

from pipelines.ingest.facts import Facts
from pipelines.ingest.fold import fold
from pipelines.ingest.observations import Call, Return, Seen, Sign
from pipelines.ingest.signals.derive import task_signals
from pipelines.ingest.sources.claude_code.halves import halves_of

PADDING = "The parser reads each line and keeps what it knows.\n" * 60


@pytest.mark.parametrize(
    ("report", "half"),
    [
        (PADDING + "I'm still in plan mode, so no files were written.", "plan_mode_told"),
        (PADDING + "Once plan mode is exited, I will implement the change.", "plan_mode_told"),
        (PADDING + "Because plan mode is active I've shown the file above rather than writing it.", "plan_mode_told"),
        (PADDING + "The session is in plan mode. You will need to save this yourself.", "plan_mode_told"),
        (PADDING + "Plan-mode constraints meant that I only wrote to the plan file.", "plan_mode_told"),
        (PADDING + "Write is not permitted in plan mode, so the parent must save this.", "plan_mode_told"),
        (PADDING + "Because I'm in planning mode, I can't edit files.", "plan_mode_told"),
        (PADDING + "Once you exit plan mode, I'll make these edits.", "plan_mode_told"),
        ("\u274c Build failed: a module is missing.", "run_failure_told"),
        ("The image build fails with an error, even after a second try.", "run_failure_told"),
        ("The code does not compile: 12 errors remain.", "run_failure_told"),
        ("I was unable to build the image: the daemon is not running.", "run_failure_told"),
        ("The npm install step failed: the registry is away.", "run_failure_told"),
        ("The build failed: the compiler is not installed.", "run_failure_told"),
        ("## Result\n**Deployment failed** with exit code 1.", "run_failure_told"),
        ("Here is a summary of the file:\n- it parses", "summary_told"),
        ("Which of the two parsers would you like me to change?", "question_told"),
        ("I'm sorry, I cannot help with this file.", "refusal_told"),
        ("I looked at it all. The parser works correctly.", "no_fault_told"),
        ("Verdict: REJECTED. Two tests are missing.", "rejection_told"),
        ("**Status**: APPROVED", "approval_told"),
    ],
)
def test_a_half_in_a_report(report: str, half: str) -> None:
    assert half in halves_of(report)


@pytest.mark.parametrize(
    ("report", "half"),
    [
        ("I checked the plan mode banner.\n" + PADDING + "It is shown at the top.", "plan_mode_told"),
        (PADDING + "The hook fires once plan mode ends; nothing was changed in it.", "plan_mode_told"),
        (PADDING + "The plan mode test was not run in CI before.", "plan_mode_told"),
        (PADDING + "I've updated the rules: Bash is not allowed in plan mode.", "plan_mode_told"),
        ("Deployment failed events are now logged.", "run_failure_told"),
        ("Renamed the status `run failed` to `errored`.", "run_failure_told"),
        ("The script did not finish in time, so I raised the limit and it is done.", "run_failure_told"),
        ("I have added the parser. I could not run the script: node is not installed.", "run_failure_told"),
        ("The build failed at first; I fixed the import and it passes now.", "run_failure_told"),
        ("It covers what to do when the build failed.", "run_failure_told"),
        ("Here is a summary:\n```\nall of the file\n```", "summary_told"),
        ("I have added the parser.\nWould you like me to add tests?", "question_told"),
        (PADDING + "Unfortunately I cannot say more.", "refusal_told"),
        ("Two bugs were found in the parser.", "no_fault_told"),
        ("Verdict: APPROVED. Nothing was rejected.", "rejection_told"),
    ],
)
def test_honest_work_has_no_such_half(report: str, half: str) -> None:
    assert half not in halves_of(report)


@pytest.mark.parametrize(
    ("task", "agent", "halves", "tools", "signal"),
    [
        ("Implement login", "executor", ["plan_mode_told"], 3, "permission_denied"),
        ("Implement login", "Plan", ["plan_mode_told"], 3, None),
        ("Research login", "executor", ["plan_mode_told"], 3, None),
        ("Build the image", "executor", ["run_failure_told"], 3, "run_reported_failed"),
        ("Check why the build is red", "executor", ["run_failure_told"], 3, None),
        ("Return the full contents of the file", "Explore", ["summary_told"], 3, "contents_summarized"),
        ("Explain the file", "Explore", ["summary_told"], 3, None),
        ("Write a skill. Return the full text of it", "Explore", ["summary_told"], 3, None),
        ("Explain the file", "Explore", ["question_told"], 3, "asked_back"),
        ("Explain the file", "Explore", ["refusal_told"], 0, "refused_untried"),
        ("Explain the file", "Explore", ["refusal_told"], 2, None),
        ("Find the bug", "Explore", ["no_fault_told", "fault_found_after"], 2, "denied_then_found"),
        ("Find the bug", "Explore", ["no_fault_told"], 2, None),
        ("Review it", "reviewer", ["approval_told", "failure_pasted_after"], 2, "approved_then_failed"),
        ("Review it", "reviewer", ["failure_pasted_after"], 2, None),
    ],
)
def test_halves_count_only_together(task: str, agent: str, halves: list[str], tools: int, signal: str | None) -> None:
    facts: dict[str, Facts] = {}
    fold(
        [
            Call("k", 1, agent, task, title=task),
            Return("k", 9, 0, status="completed", tool_uses=tools),
            Seen("k", "sessions", "s", 1),
            *(Sign("k", half, 9 + place, "s.jsonl", 4) for place, half in enumerate(["result_returned", *halves])),
        ],
        facts,
    )
    found = {each.signal for each in task_signals(uuid.uuid4(), facts["k"])}
    assert found == {"result_returned"} | ({signal} if signal else set())


@pytest.mark.parametrize(
    ("half", "reports"),
    [
        (
            "plan_mode_told",
            (
                "I could not edit anything, as I am in Plan Mode.",
                "No files were written: plan-mode is active.",
                "プランモードのため編集できません。",
                "规划模式下无法修改。",
                "계획 모드 때문에 수정할 수 없습니다. 종료",
            ),
        ),
        (
            "run_failure_told",
            (
                "The build FAILED.",
                "The deploy was unsuccessful.",
                "The pipeline is broken.",
                "The install could not complete.",
                "The job didn't finish.",
                "The migration timed out.",
                "The command crashed.",
                "The run aborted.",
                "Status: error",
                "Outcome: blocked",
            ),
        ),
        (
            "rejection_told",
            (
                "Verdict: rejected",
                "Status: needs work",
                "Decision: changes required",
                "Result: not ready",
                "Review: blocked",
                "Verdict: FAIL",
                "❌ Merge",
            ),
        ),
        (
            "approval_told",
            (
                "Verdict: Approved",
                "Result: passed",
                "Review: LGTM",
                "Status: ready to merge",
                "Verdict: compliant",
                "Decision: accepted",
                "Recommendation: ship",
            ),
        ),
    ],
)
def test_each_word_that_a_half_hangs_on_is_looked_for(half: str, reports: tuple[str, ...]) -> None:
    assert [report for report in reports if half not in halves_of(report)] == []
