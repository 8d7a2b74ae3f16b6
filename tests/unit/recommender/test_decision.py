from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.blend import NEAREST, WIDTH, blend, nearness
from recommender.decision import DecisionReason, Evidence, Rule, claims_of, decide, posterior_draws
from recommender.exploration import exploration_shares, propensities
from recommender.reasons import Seen, reason_of

HAIKU, SONNET, OPUS = 0, 1, 2
COST = (0.2, 0.5, 1.0)


def evidence(
    rates: tuple[float, ...],
    *,
    sd: float = 0.02,
    n: tuple[float, ...] = (50, 50, 50),
    cost: tuple[float, ...] = COST,
    cost_sd: float = 0.0,
    baseline: int = OPUS,
) -> Evidence:
    rate = np.array([rates])
    return Evidence(
        logit=np.log(rate / (1 - rate)),
        sd=np.full(rate.shape, sd),
        shared=np.zeros(1),
        known=np.array([n], dtype=float),
        log_cost=np.log(np.array([cost])),
        log_cost_sd=np.full(rate.shape, cost_sd),
        baseline=np.array([baseline]),
    )


def choice(known: Evidence, rule: Rule | None = None) -> tuple[int, DecisionReason]:
    decisions = decide(known, rule or Rule())
    return int(decisions.chosen[0]), decisions.reasons[0]


def test_net_benefit_is_the_saving_less_the_price_of_more_failures() -> None:
    claims = claims_of(evidence((0.9, 0.9, 0.95), sd=1e-6), Rule(failure_cost=10))
    assert claims.net_benefit[0] == pytest.approx([1 - 0.2 - 10 * 0.05, 1 - 0.5 - 10 * 0.05, 0], abs=1e-4)
    assert claims.gap[0] == pytest.approx([0.05, 0.05, 0], abs=1e-4)
    assert claims.worth[0, [HAIKU, OPUS]].tolist() == [1, 0]


@pytest.mark.parametrize(("haiku", "chosen"), [(0.875, HAIKU), (0.865, SONNET)])
def test_the_largest_net_benefit_is_chosen(haiku: float, chosen: int) -> None:
    assert choice(evidence((haiku, 0.9, 0.9), sd=0.001)) == (chosen, DecisionReason.CHEAPER)


@pytest.mark.parametrize(("price", "chosen"), [(15, HAIKU), (17, OPUS)])
def test_the_price_of_a_failure_decides_which_gap_is_tolerated(price: float, chosen: int) -> None:
    known = evidence((0.85, 0.5, 0.9), sd=0.001)  # (1 - 0.2) / 0.05 = 16
    assert choice(known, Rule(failure_cost=price))[0] == chosen


@pytest.mark.parametrize(("required", "chosen"), [(0.6, HAIKU), (0.99, OPUS)])
def test_the_required_probability_decides_how_much_evidence_is_enough(required: float, chosen: int) -> None:
    known = evidence((0.87, 0.5, 0.9), sd=0.5)
    assert 0.6 < claims_of(known, Rule()).worth[0, HAIKU] < 0.99
    assert choice(known, Rule(required_probability=required))[0] == chosen


@pytest.mark.parametrize(("n", "chosen"), [(2.9, OPUS), (3.0, HAIKU)])
def test_a_model_needs_the_least_evidence(n: float, chosen: int) -> None:
    assert choice(evidence((0.95, 0.5, 0.9), n=(n, 50, 50)))[0] == chosen


def test_without_evidence_for_another_the_baseline_stays() -> None:
    assert choice(evidence((0.9, 0.9, 0.9), n=(0, 0, 50))) == (OPUS, DecisionReason.UNTRIED)
    assert choice(evidence((0.8, 0.8, 0.9), sd=0.8)) == (OPUS, DecisionReason.UNDECIDED)


def test_a_baseline_that_fails_often_gives_way_to_a_dearer_model() -> None:
    assert choice(evidence((0.3, 0.9, 0.9), baseline=HAIKU)) == (SONNET, DecisionReason.BETTER)
    assert choice(evidence((0.85, 0.9, 0.9), baseline=HAIKU))[0] == HAIKU  # 1.5 spawns more for .05 fewer failures


@pytest.mark.parametrize(("floor", "chosen"), [(0.55, HAIKU), (0.62, OPUS)])
def test_below_the_floor_saving_is_no_reason(floor: float, chosen: int) -> None:
    assert choice(evidence((0.59, 0.5, 0.6)), Rule(success_floor=floor))[0] == chosen


def test_below_the_floor_a_cheaper_model_that_does_better_is_chosen_all_the_same() -> None:
    assert choice(evidence((0.4, 0.3, 0.2)))[0] == HAIKU


def test_an_unknown_cost_is_not_cheaper() -> None:
    assert choice(evidence((0.9, 0.5, 0.9), cost=(np.nan, 0.5, 1.0)))[0] == OPUS
    assert choice(evidence((0.9, 0.5, 0.9), cost=(0.1, 0.5, np.nan)))[0] == OPUS
    assert choice(evidence((0.9, 0.5, 0.9), cost=(0.1, 0.5, 1.0)))[0] == HAIKU


def test_expected_cost_decides_not_the_name() -> None:
    assert choice(evidence((0.9, 0.9, 0.9), cost=(2.0, 0.5, 1.0)))[0] == SONNET


def test_a_cost_that_is_hardly_known_is_no_reason_to_change() -> None:
    known = evidence((0.9, 0.1, 0.9), cost=(0.9, 0.5, 1.0))
    assert choice(known)[0] == HAIKU
    assert choice(evidence((0.9, 0.1, 0.9), cost=(0.9, 0.5, 1.0), cost_sd=0.5))[0] == OPUS


def test_shared_difficulty_does_not_hide_a_difference() -> None:
    apart = evidence((0.89, 0.5, 0.9), sd=0.4)
    together = replace(apart, shared=np.array([0.39]))
    assert claims_of(together, Rule()).worth[0, HAIKU] > claims_of(apart, Rule()).worth[0, HAIKU] + 0.05


def test_draws_are_the_same_on_every_call() -> None:
    known = evidence((0.9, 0.8, 0.7), sd=0.5, cost_sd=0.3)
    for first, second in zip(posterior_draws(known, slice(0, 1)), posterior_draws(known, slice(0, 1)), strict=True):
        assert np.array_equal(first, second)


rates = st.tuples(*[st.floats(0.02, 0.98)] * 3)
costs = st.tuples(*[st.floats(0.01, 5.0)] * 3)
counts = st.tuples(*[st.floats(0, 100)] * 3)


@settings(deadline=None, max_examples=150)
@given(rates, costs, counts, st.floats(0.01, 2.0), st.integers(0, 2))
def test_a_choice_off_the_baseline_always_has_its_evidence(
    rate: tuple[float, ...], cost: tuple[float, ...], n: tuple[float, ...], sd: float, baseline: int
) -> None:
    known = evidence(rate, sd=sd, n=n, cost=cost, cost_sd=0.2, baseline=baseline)
    model, reason = choice(known)
    claims = claims_of(known, Rule())
    if model != baseline:
        assert n[model] >= 3
        assert claims.worth[0, model] >= 0.8
    assert (reason is DecisionReason.CHEAPER) == (model != baseline and claims.cost_ratio[0, model] < 1)
    shares = exploration_shares(known, Rule())
    assert shares.sum() == pytest.approx(1)
    chances = propensities(shares, decide(known, Rule()), np.array([0.25]))
    assert chances.sum() == pytest.approx(1)
    assert chances[0, model] >= 0.75


def test_a_protected_agent_is_never_explored_on() -> None:
    known = evidence((0.8, 0.8, 0.85), sd=1.0)
    chances = propensities(exploration_shares(known, Rule()), decide(known, Rule()), np.array([0.0]))
    assert chances.tolist() == [[0, 0, 1]]


def test_exploration_goes_to_models_that_may_be_worth_it() -> None:
    shares = exploration_shares(evidence((0.88, 0.2, 0.9), sd=0.3), Rule())[0]
    assert shares[HAIKU] > 0.4
    assert shares[SONNET] == 0


def test_a_task_at_a_centroid_is_judged_by_that_kind_alone_when_others_are_far() -> None:
    kinds, weights = nearness(np.array([[0.0, 0.9]]), np.array([0.5, 0.5]))
    assert kinds.tolist() == [[0, 1]]
    assert weights.tolist() == [[1.0, 0.0]]


def test_weights_fall_with_distance_beyond_the_nearest() -> None:
    distances = np.array([[0.3, 0.3 + WIDTH * 0.5]])
    _, weights = nearness(distances, np.array([0.5, 0.5]))
    assert weights[0, 1] / weights[0, 0] == pytest.approx(np.exp(-1))


def test_a_task_outside_every_radius_is_judged_by_the_nearest() -> None:
    _, weights = nearness(np.array([[0.8, 0.81]]), np.array([0.5, 0.5]))
    assert weights.tolist() == [[1.0, 0.0]]


@settings(deadline=None, max_examples=50)
@given(st.integers(1, 40), st.integers(0, 9))
def test_weights_sum_to_one_and_name_the_nearest_first(kinds: int, seed: int) -> None:
    distances = np.random.default_rng(seed).random((3, kinds))
    near, weights = nearness(distances, np.full(kinds, 0.4))
    assert near.shape == (3, min(kinds, NEAREST))
    assert np.allclose(weights.sum(axis=1), 1)
    assert (near[:, 0] == distances.argmin(axis=1)).all()


def test_many_vague_kinds_do_not_make_a_sure_one() -> None:
    one = evidence((0.9, 0.8, 0.9), sd=0.5)
    four = one.of(np.zeros(4, dtype=np.int64))
    blended = blend(four, np.array([[0, 1, 2, 3]]), np.full((1, 4), 0.25))
    assert np.allclose(blended.sd, 0.5)
    assert np.allclose(blended.known, 50)


def seen(model: str, success: float, outcomes: int, cost: float, worth: float = 0.0) -> Seen:
    return Seen(model, success, outcomes, cost, 0.0, worth)


def test_a_cheaper_choice_is_told_with_the_price_at_which_it_stops_to_pay() -> None:
    haiku, opus = seen("haiku", 0.97, 34, 0.02), seen("opus", 0.98, 50, 0.1)
    assert reason_of(DecisionReason.CHEAPER, haiku, opus, [haiku], Rule()) == (
        "Use haiku: 97% success in 34 runs against 98%, at a fifth of the cost; "
        "worth it unless a failure costs more than 80 spawns."
    )
    better = seen("haiku", 0.99, 34, 0.037)
    assert reason_of(DecisionReason.CHEAPER, better, opus, [better], Rule()).endswith(
        "at 37% of the cost; worth it whatever a failure costs."
    )


def test_runs_that_only_their_program_tells_of_are_told_apart() -> None:
    haiku, opus = seen("haiku", 0.97, 34, 0.02), seen("opus", 0.98, 50, 0.1)
    claimed = haiku._replace(self_reported=12)
    assert "97% success in 34 runs (12 self-reported) against" in reason_of(
        DecisionReason.CHEAPER, claimed, opus, [claimed], Rule()
    )
    assert "self-reported" not in reason_of(DecisionReason.CHEAPER, haiku, opus, [haiku], Rule())


def test_a_baseline_that_stays_is_told_with_what_came_nearest() -> None:
    opus = seen("opus", 0.96, 18, 0.1)
    assert reason_of(DecisionReason.UNTRIED, opus, opus, [], Rule()) == (
        "Keep opus: 96% success in 18 runs, and no other model has been tried enough."
    )
    tried = [seen("haiku", 0.9, 1, 0.02, 0.55), seen("sonnet", 0.9, 7, 0.05, 0.2)]
    assert reason_of(DecisionReason.UNDECIDED, opus, opus, tried, Rule()) == (
        "Keep opus: 96% success in 18 runs. Haiku has 90% in 1 run; it is worth a switch with 55% probability, and "
        "80% is required."
    )
