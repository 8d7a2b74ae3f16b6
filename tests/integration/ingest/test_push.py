"""Several machines send their logs to one server."""

import json
import shutil
from pathlib import Path

import pytest

from pipelines.warehouse import Warehouse
from recommender import feedback
from recommender.cli import main
from recommender.journal.notes import journal_files, note_decision
from recommender.lookup import Recommender
from tests.support.transcripts import Transcript


@pytest.fixture
def team(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> Warehouse:
    monkeypatch.setenv("DATABASE_URL", warehouse.dsn)
    return warehouse


def spawns(warehouse: Warehouse) -> int:
    with warehouse.connect() as connection:
        return int(connection.execute("select count(*) from learning.task_history").fetchall()[0][0])


def test_the_same_path_on_two_machines_is_two_files(
    team: Warehouse, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def push(machine: str) -> dict[str, int]:
        """Send what that machine has at a path that both have."""
        shutil.rmtree(shared, ignore_errors=True)
        shutil.copytree(tmp_path / machine, shared)
        assert main(["push", "--logs", str(shared), "--machine", machine, "--json"]) == 0
        report: dict[str, int] = json.loads(capsys.readouterr().out)
        return report

    shared = tmp_path / "home"
    for machine, count in (("alpha", 1), ("beta", 2)):
        log = Transcript(session=f"session-of-{machine}")
        for number in range(count):
            log.spawn(f"toolu_{machine}_{number}")
        log.write(tmp_path / machine)
    assert push("alpha")["spawns_new"] == 1
    assert push("beta")["spawns_new"] == 2
    for machine in ("alpha", "beta"):
        assert push(machine)["files_read"] == 0  # each is read on from where that machine's own was
    assert spawns(team) == 3
    with team.connect() as connection:
        paths = [path for (path,) in connection.execute("select path from learning.ingest_files order by 1")]
    assert [path.partition(":")[0] for path in paths] == ["alpha", "beta"]


def test_what_was_decided_on_each_machine_comes_too(
    team: Warehouse, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def decide(machine: str, count: int) -> None:
        """Note as many decisions and a word of feedback, in a journal whose path both machines have."""
        for file in journal_files():
            file.unlink()
        for number in range(count):
            note_decision(Recommender().recommend("Count"), "Count", tool_use_id=f"toolu_{machine}_{number}")
        feedback(f"toolu_{machine}_0", is_good=True)
        arguments = ["push", "--logs", str(tmp_path / machine), "--machine", machine, "--json"]
        for sent in (count + 1, 0):
            assert main(arguments) == 0
            assert json.loads(capsys.readouterr().out)["journal_lines"] == sent

    for machine, count in (("alpha", 3), ("beta", 2)):
        log = Transcript(session=f"session-of-{machine}")
        for number in range(count):
            log.spawn(f"toolu_{machine}_{number}")
            log.result(f"toolu_{machine}_{number}")
        log.write(tmp_path / machine)
        decide(machine, count)
    with team.connect() as connection:
        linked = "select count(distinct task_id) from learning.recommendation_log"
        assert connection.execute(linked.encode()).fetchone() == (5,)
        judged = "select count(*) from learning.outcome_signals where signal like 'feedback%'"
        assert connection.execute(judged.encode()).fetchone() == (2,)


def test_machines_need_not_wait_for_the_night(team: Warehouse, tmp_path: Path) -> None:
    from pipelines.warehouse.run_lock import run_lock

    log = Transcript()
    log.spawn()
    log.write(tmp_path / "home")
    with run_lock(team):
        assert main(["push", "--logs", str(tmp_path / "home")]) == 0
    assert spawns(team) == 1


def test_a_machine_without_a_server_or_logs_is_told(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["push"]) == 1
    assert "DATABASE_URL names no server" in capsys.readouterr().err
    monkeypatch.setenv("DATABASE_URL", warehouse.dsn)
    assert main(["push"]) == 1
    assert "no logs on this machine" in capsys.readouterr().err
    assert spawns(warehouse) == 0
