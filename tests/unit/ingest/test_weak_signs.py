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
