import pytest

from pipelines.trials.rule import MOST_OUTCOMES, START_OUTCOMES, Outlook, Seen, may_start, verdict
from recommender.decision import Rule

RULE = Rule(failure_cost=10)
GOOD = Outlook(worth=0.9, success=0.95, baseline_success=0.96, cost_ratio=0.3)


def state_after(state: str, seen: Seen, outlook: Outlook = GOOD) -> str | None:
    found = verdict(state, seen, outlook, RULE)
    return found.state if found else None


@pytest.mark.parametrize(
    ("known", "success", "worth", "may"),
    [
        (START_OUTCOMES, 0.9, 0.3, True),
        (START_OUTCOMES - 1, 0.9, 0.3, False),
        (START_OUTCOMES, 0.89, 0.3, False),
        (START_OUTCOMES, 0.9, 0.24, False),
    ],
)
def test_a_trial_may_start_where_the_work_is_known_and_easy_and_saving_is_likely(
    known: float, success: float, worth: float, may: bool
) -> None:
    assert may_start(known, success, worth) is may


@pytest.mark.parametrize(
    ("seen", "state"),
    [
        (Seen(8, 0, 0), "adopted"),
        (Seen(7, 0, 0), None),
        (Seen(0, 0, 0), None),
        (Seen(3, 2, 2), "paused"),
        (Seen(3, 2, 2, is_resumed=True), "dropped"),
        (Seen(4, 1, 1, is_resumed=True), None),
        (Seen(10, 4, 1), "dropped"),
    ],
)
def test_a_running_trial_ends_by_what_it_has_shown(seen: Seen, state: str | None) -> None:
    assert state_after("running", seen) == state


def test_a_trial_is_adopted_only_where_the_evidence_is_sure_enough() -> None:
    seen = Seen(12, 0, 0)
    assert state_after("running", seen, GOOD._replace(worth=0.8)) == "adopted"
    assert state_after("running", seen, GOOD._replace(worth=0.79)) is None
    assert state_after("running", seen, GOOD._replace(worth=0.2)) == "dropped"


def test_what_other_kinds_say_does_not_outvote_the_trials_own_failures() -> None:
    assert state_after("running", Seen(10, 0, 0)) == "adopted"
    assert state_after("running", Seen(10, 3, 1)) == "dropped"


def test_an_undecided_trial_ends() -> None:
    unsure = GOOD._replace(worth=0.5)
    assert state_after("running", Seen(MOST_OUTCOMES - 1, 1, 0), unsure) is None
    assert state_after("running", Seen(MOST_OUTCOMES, 1, 0), unsure) == "undecided"


def test_an_adopted_trial_can_be_taken_back() -> None:
    assert state_after("adopted", Seen(40, 1, 0)) is None
    assert state_after("adopted", Seen(40, 1, 0), GOOD._replace(worth=0.49)) == "withdrawn"
    assert state_after("adopted", Seen(40, 8, 0)) == "withdrawn"


@pytest.mark.parametrize("state", ["paused", "proposed", "dropped", "stopped"])
def test_a_trial_that_does_not_draw_stays_as_it_is(state: str) -> None:
    assert state_after(state, Seen(40, 20, 3), GOOD._replace(worth=0.01)) is None
