"""A database that fails in the middle of a learning run: the run goes on, or it fails with a word of what to do."""

import subprocess

from tests.reliability.conftest import Undisturbed
from tests.reliability.faults import PASSING, STAYING
from tests.reliability.proxy import PASSWORD
from tests.reliability.rounds import Round, one_round

# What a client says to the server in each phase, and nowhere else.
PHASES = {
    "ingest": "insert into learning.task_history",
    "embed": "set task_embedding = embedded.vector",
    "outcomes": '"node_id": "model.spawnwise.int_task_outcomes"',
    "estimates": "create temporary table new_estimates",
    "serving": '"node_id": "model.spawnwise.best_model_per_cluster"',
}
ONE_IN_EACH_PHASE = list(zip(PHASES, [*PASSING, "stopped and started"], strict=True))
GIVES_UP_SOON = {"SPAWNWISE_DATABASE_PATIENCE_S": "2"}


def assert_clear(run: subprocess.CompletedProcess[str], remedy: str) -> None:
    assert run.returncode == 1
    assert remedy in run.stderr
    assert "as they were" in run.stderr
    assert "Traceback" not in run.stderr
    assert len(run.stderr.splitlines()) < 12
    assert PASSWORD not in run.stderr + run.stdout


def assert_ends_as_undisturbed(house: Round, run: subprocess.CompletedProcess[str]) -> None:
    assert run.returncode == 0, run.stderr
    assert house.proxy.unheard == []
    assert house.differences() == set()
    assert "Traceback" not in run.stderr
    assert PASSWORD not in run.stderr + run.stdout


def test_faults_that_stay_are_told_and_faults_that_pass_are_outlived(undisturbed: Undisturbed) -> None:
    with one_round(undisturbed) as house:
        for name in ("read only", "no free connection", "disk full at ingest"):
            fault, remedy = STAYING[name]
            with fault(house):
                assert_clear(house.run("learn", **GIVES_UP_SOON), remedy)
            assert house.half_published() == set()
        house.proxy.at_words(PHASES["embed"], house.proxy.stall)
        assert_clear(house.run("learn", **GIVES_UP_SOON), "has not answered for 2 seconds")
        house.proxy.go_on()
        assert house.half_published() == set()
        for phase, name in ONE_IN_EACH_PHASE:
            house.proxy.at_words(PHASES[phase], lambda name=name: PASSING[name](house))
        run = house.run("learn")
        print(run.stderr)
        assert run.stderr.count("Trying again") == len(ONE_IN_EACH_PHASE)
        assert_ends_as_undisturbed(house, run)
