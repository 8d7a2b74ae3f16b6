from datetime import date

import pytest

from pipelines.publish.trial_words import (
    Proof,
    at_stake,
    gap_in_words,
    odds_in_words,
    proof_in_words,
    proof_to_date,
    proposal_in_words,
)
from tests.support.report_facts import proven, trial

WEEK = date(2026, 1, 5)


def week(trial_id: str, saving: float, monday: date = WEEK) -> dict[str, object]:
    return proven(trial_id=trial_id, period="week", week=monday, saving_usd=saving)


def test_errors_of_trials_add_up_in_squares_and_losses_are_subtracted() -> None:
    rows = [
        proven(trial_id="a", saving_usd=10.0, saving_low_usd=7.0, saving_high_usd=13.0),
        proven(trial_id="b", saving_usd=-4.0, saving_low_usd=-8.0, saving_high_usd=0.0),
        week("a", 2.5),
        week("b", -1.0),
        week("a", 99.0, date(2025, 12, 29)),
    ]
    proof = proof_to_date(rows)
    assert proof is not None
    assert (proof.saving_usd, proof.saving_low_usd, proof.saving_high_usd) == (6.0, 1.0, 11.0)
    assert (proof.count_spawns, proof.week, proof.week_saving_usd) == (80, WEEK, 1.5)
    # 1.6 more failures, from 3.2 * sqrt(2) fewer to as many more, in 80 spawns
    assert proof.success_difference == pytest.approx((-0.02, -0.02 - 3.2 * 2**0.5 / 80, -0.02 + 3.2 * 2**0.5 / 80))
    assert "$1.50 of it in the week of 5 Jan 2026" in proof_in_words(rows)


def test_proof_says_how_much_of_the_costs_behind_it_is_estimated() -> None:
    assert "estimated" not in proof_in_words([proven()])
    rows = [proven(candidate_estimated_cost_share=0.4), proven(trial_id="b", baseline_estimated_cost_share=None)]
    assert proof_in_words(rows).endswith(" Up to 40% of these costs is estimated.")


def test_money_at_stake_says_how_much_of_the_cost_behind_it_is_estimated() -> None:
    assert at_stake(trial(spend_estimated_share=0)) == at_stake(trial()) == "$12.40 a month"
    assert at_stake(trial(spend_estimated_share=0.25)).endswith("a month (25% of the cost behind it is estimated)")
    assert at_stake(trial(saving_usd_month=None, spend_estimated_share=0.25)) == "unknown cost"


def test_a_trial_without_an_interval_proves_nothing() -> None:
    unsure = proven(trial_id="b", saving_usd=1000.0, saving_low_usd=None, saving_high_usd=None)
    proof = proof_to_date([proven(trial_id="a"), unsure, week("b", 1000.0)])
    assert isinstance(proof, Proof)
    assert (proof.saving_usd, proof.week_saving_usd) == (12.0, 0)
    assert proof_to_date([unsure]) is None


@pytest.mark.parametrize(
    ("gap", "low", "high", "text"),
    [
        (0.021, -0.004, 0.06, "2.1 points lower (90% interval: 0.4 higher to 6 lower)"),
        (-0.015, -0.03, 0.0004, "1.5 points higher (90% interval: 3 higher to the same)"),
    ],
)
def test_a_gap_reads_as_what_it_does_to_success(gap: float, low: float, high: float, text: str) -> None:
    assert gap_in_words(gap, low, high) == f"Expected success: {text}"


def test_a_trial_of_one_project_names_it() -> None:
    assert "tester: Write tests in /home/dev/app, haiku" in proposal_in_words(trial(project="/home/dev/app"))


def test_a_trial_that_logs_decide_says_what_the_hook_does_already() -> None:
    already = "in mode enforce, a call that asks for opus gets haiku already"
    assert already in proposal_in_words(trial(is_decided_by_logs=True))
    assert already not in proposal_in_words(trial())


def test_the_odds_of_a_trial_are_told_with_its_gap() -> None:
    told = odds_in_words(trial(worth_probability=0.31, spawns_to_decide=14))
    assert told.endswith(". Worth it with 31% probability; about 14 spawns will decide.")
    assert odds_in_words(trial(worth_probability=0.31, spawns_to_decide=None)).endswith("31% probability.")
