"""What makes a success doubtful: alone each sign makes the outcome unknown, and none makes it a failure."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.transcripts import Transcript


def _doubted(log: Transcript) -> None:
    log.user("Are you sure that it is set there?")


def _ruled_out(log: Transcript) -> None:
    log.says("The agent's diagnosis was wrong: the limit is read before.")


def _found(log: Transcript) -> None:
    log.says("Let me read it.")
    log.says("I found the bug: the limit is never read.")


def _rejected(log: Transcript) -> None:
    log.says("Now for a review.")
    log.spawn("toolu_02", subagent_type="reviewer", description="Review it", prompt="Review what was done.")
    log.result("toolu_02", "Verdict: REJECTED. The limit is negative.")
    log.says({"type": "tool_use", "id": "toolu_03", "name": "Edit", "input": {"file_path": "retry.py"}})


def _pasted(log: Transcript) -> None:
    log.user("$ pytest\nFAILED test_retry.py::test_limit\n1 failed in 0.1s")


@pytest.mark.parametrize(
    ("report", "after", "signal"),
    [
        ("It is set in retry.py.", _doubted, "user_doubted"),
        ("It is set in retry.py.", _ruled_out, "cause_ruled_out"),
        ("I looked closely. No bugs were found.", _found, "denied_then_found"),
        ("It is set in retry.py.", _rejected, "rejected_then_mended"),
        ("Verdict: APPROVED", _pasted, "approved_then_failed"),
    ],
)
def test_a_doubt_makes_a_success_unknown(
    report: str, after: Callable[[Transcript], None], signal: str, tmp_path: Path, ingest: Any, signals: Any, tasks: Any
) -> None:
    log = Transcript()
    log.spawn(prompt="Find the bug in the retry limit.")
    log.result(report=report, status="completed", agentId="a1")
    log.says("Good.")
    after(log)
    log.write(tmp_path)
    ingest(tmp_path)
    assert signal in signals("toolu_01")
    row = tasks()["toolu_01"]
    assert (row["success"], row["outcome_evidence"]) == (None, signal)


def test_a_rejection_that_nobody_mends_and_a_plain_edit_are_no_doubts(
    tmp_path: Path, ingest: Any, signals: Any
) -> None:
    log = Transcript()
    log.spawn()
    log.result(status="completed", agentId="a1")
    log.says({"type": "tool_use", "id": "toolu_03", "name": "Edit", "input": {"file_path": "retry.py"}})
    log.spawn("toolu_02", subagent_type="reviewer", description="Review it", prompt="Review what was done.")
    log.result("toolu_02", "Verdict: REJECTED. The limit is negative.")
    log.says("It stays as it is.")
    log.write(tmp_path)
    ingest(tmp_path)
    assert signals("toolu_01") == {"result_returned", "result_used"}
