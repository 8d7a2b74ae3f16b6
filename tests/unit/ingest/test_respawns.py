"""A task that was given out again, told apart from siblings."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pipelines.ingest.signals.respawns import PROJECT_WINDOW, Spawned, across_sessions, in_sessions, with_notes

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TASK = "Find out why the nightly import drops rows, and name the file and the line where it happens."


def _spawned(title: str, minutes: float = 0, session: str = "one", task: str = TASK, **given: Any) -> Spawned:
    created = NOON + timedelta(minutes=minutes)
    finished = created + timedelta(minutes=5)
    fields = {"project": "orchard", "finished_at": finished, "returned_status": "completed", **given}
    return Spawned(
        id=uuid.uuid4(), session_id=session, title=title, task=f"{title} {task}", created_at=created, **fields
    )


@pytest.mark.parametrize("again", ["Find dropped rows", "Find dropped rows again", "Retry: find dropped rows"])
def test_the_same_words_or_more_in_the_session_are_a_respawn(again: str) -> None:
    first, second = _spawned("Find dropped rows"), _spawned(again, 10)
    assert [(found.first, found.again) for found in in_sessions([second, first])] == [(first, second)]


@pytest.mark.parametrize(
    ("title", "again"),
    [
        ("Execute plan 14-01", "Execute plan 14-02"),
        ("Implement task 1: header", "Implement task 2: header"),
        ("Translate menu.ts", "Translate login.ts"),
        ("Code review of the parser", "Code review of the parser"),
        ("Verify phase 12 plans", "Verify phase 12 plans"),
        ("Run tests once more", "Run tests once more"),
        ("コードレビュー", "コードレビュー"),
        ("Prüfe Plan Phase 2", "Prüfe Plan Phase 2"),
        ("Explore auth", "Explore auth tests"),
    ],
)
def test_siblings_and_repeated_checks_are_none(title: str, again: str) -> None:
    assert not list(in_sessions([_spawned(title), _spawned(again, 10)]))


def test_prompts_of_one_template_are_siblings() -> None:
    first, second = (_spawned("Do the next task", 10 * n, task=f"Do task {n} of the plan. {TASK}") for n in (1, 2))
    assert not list(in_sessions([first, second]))
    longer = _spawned("Do the next task", 30, task=f"Do task 1 of the plan. {TASK} Look at the log of the night too.")
    assert [(found.first, found.again) for found in in_sessions([first, longer])] == [(first, longer)]


def test_what_a_session_does_often_is_a_loop() -> None:
    spawns = [_spawned("Do the next task", 10 * number) for number in range(4)]
    assert list(in_sessions(spawns[:3]))
    assert not list(in_sessions(spawns))


def test_a_new_session_explores_anew() -> None:
    for title in ("Explore the codebase structure", "Research routing and i18n", "Plan the next phase"):
        assert not list(across_sessions([_spawned(title), _spawned(title, 10, "two")]))


def test_what_runs_side_by_side_or_reads_otherwise_is_none() -> None:
    first = _spawned("Find dropped rows")
    assert not list(in_sessions([first, _spawned("Find dropped rows", 4.9)]))
    assert not list(in_sessions([first, _spawned("Find dropped rows", 10, task="Something else altogether.")]))
    assert not list(in_sessions([_spawned("Find dropped rows", returned_status="teammate_spawned"), first]))
    assert not list(in_sessions([_spawned("Find dropped rows", finished_at=None), _spawned("Find dropped rows", 9)]))


def test_the_same_title_in_a_later_session_within_a_week() -> None:
    first = _spawned("Mend dropped rows")
    week = PROJECT_WINDOW.total_seconds() / 60
    assert len(list(across_sessions([first, _spawned("mend dropped rows", week, "two", task="Look anew.")]))) == 1
    assert not list(across_sessions([first, _spawned("Mend dropped rows", week + 1, "two")]))
    assert not list(across_sessions([first, _spawned("Mend dropped rows", 10, "two", project="meadow")]))
    assert not list(across_sessions([_spawned("Mend rows"), _spawned("Mend rows", 10, "two")])), "too general"


def test_a_title_that_recurs_is_a_template() -> None:
    spawns = [_spawned("Mend dropped rows", 10 * number, f"session {number}") for number in range(4)]
    assert list(across_sessions(spawns[:3]))
    assert not list(across_sessions(spawns))


@pytest.mark.parametrize(
    "note", ["(retry)", "(with permissions)", "[bypass plan mode]", "(direct)", "(attempt 2)", "(mobile)"]
)
def test_the_same_title_with_a_note_on_how_is_a_respawn(note: str) -> None:
    first, again = _spawned("Mend dropped rows"), _spawned(f"Mend dropped rows {note}", 10)
    assert [(found.first, found.again) for found in with_notes([again, first])] == [(first, again)]


@pytest.mark.parametrize("note", ["(part 2)", "(phase B)", "(2/3)", "(continued)", "(frontend)", "(corrected)", "(II)"])
def test_a_note_on_what_comes_next_is_none(note: str) -> None:
    assert not list(with_notes([_spawned("Mend dropped rows"), _spawned(f"Mend dropped rows {note}", 10)]))


@pytest.mark.parametrize("note", ["mobile", "utils", "src/lib"])
def test_a_note_that_names_what_the_prompt_is_about_is_none(note: str) -> None:
    first, again = (
        _spawned("Mend dropped rows"),
        _spawned(f"Mend dropped rows ({note})", 10, task=f"{TASK} See {note}."),
    )
    assert not list(with_notes([first, again]))


def test_a_noted_title_for_other_work_or_while_the_first_runs_is_none() -> None:
    first = _spawned("Mend dropped rows")
    assert not list(with_notes([first, _spawned("Mend dropped rows (retry)", 4)]))
    assert not list(with_notes([first, _spawned("Mend dropped rows (retry)", 10, task="Now for something else.")]))
    assert not list(with_notes([first, _spawned("Mend dropped rows (retry)", 10, session="two")]))
