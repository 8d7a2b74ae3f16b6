"""`spawnwise review` in a real terminal of 80 columns: one key for each spawn."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from pipelines.warehouse import Warehouse
from tests.integration.audit.test_audit import History

KEYS = "s skip   o open the log   z undo   q quit"


@pytest.fixture
def history(warehouse: Warehouse, tmp_path: Path) -> History:
    history = History(warehouse, tmp_path)
    for number in range(3):
        history.add(f"I have done it, say I of number {number}. " + "It took long. " * 400)
    return history


@pytest.fixture
def terminal(history: History, tmp_path: Path) -> Iterator[pexpect.spawn]:
    environment = os.environ | {"DATABASE_URL": history.warehouse.dsn, "TERM": "xterm", "PAGER": "cat"}
    environment |= {"SPAWNWISE_HOME": str(tmp_path / "home")}
    command = ["-m", "recommender.cli", "review"]
    child = pexpect.spawn(sys.executable, command, env=environment, dimensions=(24, 80), timeout=90, encoding="utf-8")
    yield child
    child.close(force=True)


def answers(history: History) -> list[tuple[str, str | None]]:
    return history.rows("select verdict, fault from learning.audits where judge = 'person' order by judged_at")


def test_one_key_answers_skips_opens_and_takes_back(history: History, terminal: pexpect.spawn) -> None:
    terminal.expect("1 of 3 ")
    terminal.expect_exact(KEYS)
    screen = terminal.before
    assert all(len(line) <= 80 for line in screen.splitlines())
    assert len(screen.splitlines()) <= 23
    for title in ("TASK", "LAST CALLS", "REPORT", "THEN"):
        assert title in screen
    terminal.send("b")
    terminal.expect("2 of 3 ")
    terminal.expect_exact(KEYS)
    assert answers(history) == [("bad", "agent")]
    terminal.send("z")
    terminal.expect("1 of 3 ")
    terminal.expect_exact(KEYS)
    assert answers(history) == []
    assert history.signals() == []
    terminal.send("g")
    terminal.expect("2 of 3 ")
    terminal.expect_exact(KEYS)
    terminal.send("o")
    terminal.expect("WHAT THE PARENT DID NEXT")
    terminal.expect("2 of 3 ")
    terminal.expect_exact(KEYS)
    terminal.send("x")  # which means nothing
    terminal.expect("2 of 3 ")
    terminal.expect_exact(KEYS)
    terminal.send("s")
    terminal.expect("3 of 3 ")
    terminal.expect_exact(KEYS)
    terminal.sendcontrol("d")
    terminal.expect("1 answered")
    terminal.expect(pexpect.EOF)
    assert answers(history) == [("good", None)]
    assert [signal for _, signal in history.signals()] == ["review_good"]


def test_keys_that_are_typed_faster_than_cards_are_shown_all_count(history: History, terminal: pexpect.spawn) -> None:
    terminal.expect_exact(KEYS)
    terminal.send("\x1b[Agbxzs\x04")  # an arrow means nothing; the second answer is taken back, its card skipped
    terminal.expect("1 answered")
    terminal.expect(pexpect.EOF)
    assert answers(history) == [("good", None)]


def test_what_was_answered_does_not_come_again(history: History, terminal: pexpect.spawn) -> None:
    for number in (1, 2, 3):
        terminal.expect(f"{number} of 3 ")
        terminal.expect_exact(KEYS)
        terminal.send("u" if number == 1 else "n")
    terminal.expect("3 answered")
    terminal.expect(pexpect.EOF)
    assert sorted(answers(history), key=str) == [("bad", "environment"), ("bad", "environment"), ("unclear", None)]
    environment = os.environ | {"DATABASE_URL": history.warehouse.dsn, "TERM": "xterm"}
    again = pexpect.spawn(
        sys.executable, ["-m", "recommender.cli", "review"], env=environment, timeout=90, encoding="utf-8"
    )
    again.expect("nothing to review")
    again.expect(pexpect.EOF)
