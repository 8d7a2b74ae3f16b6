import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.blend import NEAREST, WIDTH, blend, nearness
from recommender.decision import Evidence, Ground, Rule, claims_of, decide, posterior_draws
from recommender.exploration import propensities, trial_shares
from recommender.reasons import reason_of

HAIKU, SONNET, OPUS = 0, 1, 2
COST = (0.1, 0.5, 1.0)


def evidence(
    rates: tuple[float, ...],
    *,
    sd: float = 0.05,
    n: tuple[float, ...] = (50, 50, 50),
    cost: tuple[float, ...] = COST,
    default: int = OPUS,
) -> Evidence:
    rate = np.array([rates])
    return Evidence(
        logit=np.log(rate / (1 - rate)),
        sd=np.full(rate.shape, sd),
        shared=np.zeros(1),
        effective_n=np.array([n], dtype=float),
        cost_usd=np.array([cost]),
        default=np.array([default]),
    )


def choice(known: Evidence, rule: Rule | None = None) -> tuple[int, Ground]:
    decisions = decide(known, rule or Rule())
    return int(decisions.chosen[0]), decisions.grounds[0]


@pytest.mark.parametrize(("haiku", "chosen"), [(0.885, HAIKU), (0.86, SONNET)])
def test_the_cheapest_within_the_tolerated_gap_is_chosen(haiku: float, chosen: int) -> None:
    assert choice(evidence((haiku, 0.9, 0.9), sd=0.02)) == (chosen, Ground.CHEAPER)


def test_a_wider_gap_lets_a_cheaper_one_in() -> None:
    known = evidence((0.86, 0.9, 0.9), sd=0.02)
    assert choice(known, Rule(tolerated_gap=0.06))[0] == HAIKU


@pytest.mark.parametrize(("required", "chosen"), [(0.6, HAIKU), (0.99, OPUS)])
def test_the_required_probability_decides_how_much_evidence_is_enough(required: float, chosen: int) -> None:
    known = evidence((0.9, 0.5, 0.9), sd=0.25)
    assert 0.6 < claims_of(known, Rule()).as_good[0, HAIKU] < 0.99
    assert choice(known, Rule(required_probability=required))[0] == chosen


@pytest.mark.parametrize(("n", "chosen"), [(2.9, OPUS), (3.0, HAIKU)])
def test_a_model_needs_the_least_evidence(n: float, chosen: int) -> None:
    assert choice(evidence((0.95, 0.5, 0.9), n=(n, 50, 50)))[0] == chosen


def test_without_evidence_for_a_cheaper_one_the_default_stays() -> None:
    assert choice(evidence((0.9, 0.9, 0.9), n=(0, 0, 50))) == (OPUS, Ground.DEFAULT_UNCHALLENGED)
    assert choice(evidence((0.9, 0.9, 0.9), sd=0.8)) == (OPUS, Ground.DEFAULT_UNDECIDED)


def test_a_default_that_is_shown_to_be_worse_gives_way_to_a_dearer_one() -> None:
    assert choice(evidence((0.6, 0.9, 0.9), default=HAIKU)) == (SONNET, Ground.BETTER)


def test_a_default_that_may_be_as_good_does_not_give_way() -> None:
    assert choice(evidence((0.85, 0.9, 0.9), sd=0.5, default=HAIKU))[0] == HAIKU


@pytest.mark.parametrize(("floor", "chosen"), [(0.55, HAIKU), (0.62, OPUS)])
def test_below_the_floor_saving_is_no_reason(floor: float, chosen: int) -> None:
    assert choice(evidence((0.59, 0.5, 0.6), sd=0.02), Rule(success_floor=floor))[0] == chosen


def test_where_none_reaches_the_floor_the_best_takes_the_defaults_place() -> None:
    assert choice(evidence((0.4, 0.3, 0.2))) == (HAIKU, Ground.ONLY_BEST)


def test_an_unknown_cost_is_not_cheaper() -> None:
    assert choice(evidence((0.9, 0.5, 0.9), sd=0.02, cost=(np.nan, 0.5, 1.0)))[0] == OPUS
    assert choice(evidence((0.9, 0.5, 0.9), sd=0.02, cost=(0.1, 0.5, np.nan)))[0] == OPUS
    assert choice(evidence((0.9, 0.5, 0.9), sd=0.02, cost=(0.1, 0.5, 1.0)))[0] == HAIKU


def test_expected_cost_decides_not_the_name() -> None:
    assert choice(evidence((0.9, 0.9, 0.9), cost=(2.0, 0.5, 1.0)))[0] == SONNET


def test_shared_difficulty_does_not_hide_a_difference() -> None:
    apart = evidence((0.9, 0.5, 0.88), sd=0.4)
    together = Evidence(apart.logit, apart.sd, np.array([0.39]), apart.effective_n, apart.cost_usd, apart.default)
    assert claims_of(together, Rule()).as_good[0, HAIKU] > claims_of(apart, Rule()).as_good[0, HAIKU] + 0.1


def test_draws_are_the_same_on_every_call() -> None:
    known = evidence((0.9, 0.8, 0.7), sd=0.5)
    assert np.array_equal(posterior_draws(known, slice(0, 1)), posterior_draws(known, slice(0, 1)))


rates = st.tuples(*[st.floats(0.02, 0.98)] * 3)
costs = st.tuples(*[st.floats(0.01, 5.0)] * 3)
counts = st.tuples(*[st.floats(0, 100)] * 3)


@settings(deadline=None, max_examples=150)
@given(rates, costs, counts, st.floats(0.01, 2.0), st.integers(0, 2))
def test_a_choice_off_the_default_always_has_its_evidence(
    rate: tuple[float, ...], cost: tuple[float, ...], n: tuple[float, ...], sd: float, default: int
) -> None:
    known = evidence(rate, sd=sd, n=n, cost=cost, default=default)
    model, ground = choice(known)
    claims = claims_of(known, Rule())
    if model != default:
        assert claims.tried[0, model]
        assert claims.as_good[0, model] >= 0.9 or ground is Ground.BETTER
    if ground in (Ground.CHEAPER, Ground.ONLY_BEST):
        assert cost[model] < cost[default]
    shares = trial_shares(known, Rule())
    assert shares.sum() == pytest.approx(1)
    chances = propensities(shares, decide(known, Rule()), np.array([0.25]))
    assert chances.sum() == pytest.approx(1)
    assert chances[0, model] >= 0.75


def test_a_protected_agent_is_never_tried_on() -> None:
    known = evidence((0.8, 0.8, 0.8), sd=1.0)
    chances = propensities(trial_shares(known, Rule()), decide(known, Rule()), np.array([0.0]))
    assert chances.tolist() == [[0, 0, 1]]


def test_trials_go_to_models_that_may_be_cheaper_and_good_enough() -> None:
    shares = trial_shares(evidence((0.88, 0.2, 0.9), sd=0.3), Rule())[0]
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
    four = Evidence(*(np.repeat(values, 4, axis=0) for values in vars(one).values()))
    blended = blend(four, np.array([[0, 1, 2, 3]]), np.full((1, 4), 0.25))
    assert np.allclose(blended.sd, 0.5)
    assert np.allclose(blended.effective_n, 50)


def test_a_reason_tells_what_was_seen_how_often_and_why_not_cheaper() -> None:
    known = evidence((0.8, 0.8, 0.9), n=(12, 0, 50))
    decisions = decide(known, Rule())
    row = {
        "success_rate": np.array([0.8, 0.8, 0.9]),
        "success_low": np.array([0.6, 0.6, 0.85]),
        "tasks": np.array([12, 0, 50]),
        "effective_n": known.effective_n[0],
        "cost_usd": known.cost_usd[0],
        "reliable": decisions.reliable[0],
    }
    reason = reason_of(
        decisions.grounds[0], ("haiku", "sonnet", "opus"), row, chosen=OPUS, default=OPUS, best=OPUS, rule=Rule()
    )
    assert "opus succeeds in about 90 % (at least 85 %) by 50 known outcomes" in reason
    assert "haiku succeeds in about 80 %" in reason
    assert "where 0.90 is asked" in reason
