"""A database that fails in the middle of a learning run: the run goes on, or it fails with a word of what to do."""

import resource
import subprocess
from functools import partial
from pathlib import Path

import pytest

from tests.reliability.conftest import Undisturbed
from tests.reliability.faults import PASSING, STAYING, crash_of_a_backend, no_free_connection, small_disk
from tests.reliability.house import IS_LONG, House
from tests.reliability.proxy import PASSWORD
from tests.reliability.rounds import Round, one_round, stop_at_once

# What a client says to the server in each phase, and nowhere else.
PHASES = {
    "ingest": "insert into learning.task_history",
    "embed": "insert into learning.task_embeddings",
    "outcomes": '"node_id": "model.spawnwise.int_task_outcomes"',
    "estimates": "create temporary table new_estimates",
    "serving": '"node_id": "model.spawnwise.best_model_per_cluster"',
}
GIVES_UP_SOON = {"SPAWNWISE_DATABASE_PATIENCE_S": "2"}
only_long = pytest.mark.skipif(not IS_LONG, reason="of the long profile")


def assert_clear(run: subprocess.CompletedProcess[str], remedy: str) -> None:
    assert run.returncode == 1
    assert remedy in run.stderr
    assert "Traceback" not in run.stderr
    assert len(run.stderr.splitlines()) < 12
    assert PASSWORD not in run.stderr + run.stdout


def assert_ends_as_undisturbed(house: Round, run: subprocess.CompletedProcess[str]) -> None:
    assert run.returncode == 0, run.stderr
    assert house.proxy.unheard == []
    assert house.differences() == set()
    assert "Traceback" not in run.stderr
    assert PASSWORD not in run.stderr + run.stdout


def assert_stays(house: Round, name: str) -> None:
    fault, remedy = STAYING[name]
    with fault(house):
        assert_clear(house.run("learn", **GIVES_UP_SOON), remedy)
    assert house.half_published() == set()


def test_faults_that_stay_are_told_and_faults_that_pass_are_outlived(undisturbed: Undisturbed) -> None:
    with one_round(undisturbed) as house:
        for name in ("read only", "no free connection", "disk full at ingest"):
            assert_stays(house, name)
        house.proxy.at_words(PHASES["ingest"], house.proxy.stall)
        assert_clear(house.run("ingest", **GIVES_UP_SOON), "has not answered for 2 seconds")
        house.proxy.go_on()
        house.proxy.at_words(PHASES["embed"], house.terminate_backends)
        house.proxy.at_words(PHASES["serving"], house.restart_server)
        run = house.run("learn")
        assert "Trying again" in run.stderr
        assert_ends_as_undisturbed(house, run)


@only_long
@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("name", PASSING)
def test_each_passing_fault_in_each_phase(undisturbed: Undisturbed, name: str, phase: str) -> None:
    with one_round(undisturbed) as house:
        house.proxy.at_words(PHASES[phase], partial(PASSING[name], house))
        assert_ends_as_undisturbed(house, house.run("learn"))


@only_long
@pytest.mark.parametrize("phase", PHASES)
def test_frozen_in_each_phase(undisturbed: Undisturbed, phase: str) -> None:
    with one_round(undisturbed) as house:
        house.proxy.at_words(PHASES[phase], house.proxy.stall)
        assert_clear(house.run("learn", **GIVES_UP_SOON), "has not answered for 2 seconds")
        house.proxy.go_on()
        assert house.half_published() == set()
        assert_ends_as_undisturbed(house, house.run("learn"))


@only_long
@pytest.mark.parametrize("name", STAYING)
def test_each_fault_that_stays(undisturbed: Undisturbed, name: str) -> None:
    with one_round(undisturbed) as house:
        assert_stays(house, name)
        assert_ends_as_undisturbed(house, house.run("learn"))


@only_long
@pytest.mark.parametrize("phase", PHASES)
def test_a_server_that_stays_away(undisturbed: Undisturbed, phase: str) -> None:
    with one_round(undisturbed) as house:
        house.proxy.at_words(PHASES[phase], house.stop_server)
        try:
            assert_clear(house.run("learn", **GIVES_UP_SOON), "Postgres")
        finally:
            house.start_server()
        assert house.half_published() == set()
        assert_ends_as_undisturbed(house, house.run("learn"))


@only_long
@pytest.mark.parametrize("phase", ["outcomes", "serving"])
def test_a_crash_of_the_server_by_a_log_that_cannot_be_written(undisturbed: Undisturbed, phase: str) -> None:
    with one_round(undisturbed) as house:
        house.proxy.at_words(PHASES[phase], partial(crash_of_a_backend, house))
        run = house.run("learn")
        if run.returncode:  # a table's file had to grow before the log's: an error, and no crash
            assert_clear(run, "File too large")
            assert house.half_published() == set()
            run = house.run("learn")
        else:
            assert "Trying again" in run.stderr
        assert_ends_as_undisturbed(house, run)


@only_long
def test_connections_that_become_free_again_are_used(undisturbed: Undisturbed) -> None:
    with one_round(undisturbed) as house:
        with no_free_connection(house):
            process = house.start("learn")
            assert process.stderr is not None
            first = process.stderr.readline()
        assert "too many clients" in first
        assert process.communicate()[0]
        assert process.returncode == 0
        assert house.differences() == set()


@only_long
@pytest.mark.parametrize("spare_mb", [0, 1, 2, 3, 4, 6])
def test_a_small_disk_fills_up_wherever_the_run_then_is(undisturbed: Undisturbed, folder: Path, spare_mb: int) -> None:
    with one_round(undisturbed) as house, small_disk(house, folder, spare_mb) as give_it_space:
        assert_clear(house.run("learn", **GIVES_UP_SOON), "disk of Postgres is full")
        assert house.half_published() == set()
        give_it_space()
        assert_ends_as_undisturbed(house, house.run("learn"))


@only_long
def test_a_disk_that_is_full_at_publication_leaves_the_snapshot(undisturbed: Undisturbed) -> None:
    with one_round(undisturbed) as house:
        processes: list[subprocess.Popen[str]] = []

        def no_file_may_grow() -> None:
            resource.prlimit(processes[0].pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))

        house.proxy.at_words(PHASES["serving"], no_file_may_grow)
        processes.append(house.start("learn"))
        output, errors = processes[0].communicate()
        assert_clear(subprocess.CompletedProcess("learn", processes[0].returncode, output, errors), "File too large")
        assert house.half_published() == set()
        assert_ends_as_undisturbed(house, house.run("learn"))


@only_long
def test_the_embedded_server_is_started_again(survivor: House, undisturbed: Undisturbed) -> None:
    for steps in (0, 2, 8):
        before = survivor.steps_done()
        process = survivor.start("learn")
        while process.poll() is None and survivor.steps_done() <= before + steps:
            pass
        stop_at_once(survivor.server.folder)
        errors = process.communicate()[1]
        assert process.returncode == 0, errors
        assert "Trying again" in errors
    ended = survivor.digests()
    assert {table for table in undisturbed.expected if ended.get(table) != undisturbed.expected[table]} == set()
