from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as budget
from hypothesis import strategies as st

from pipelines.estimate.estimates import Estimates, estimate
from pipelines.estimate.history import newest_versions, outcomes_of, scope_baselines
from pipelines.estimate.list_prices import list_price_usd
from pipelines.estimate.model import score_dispersion
from pipelines.estimate.outcomes import Cells, Outcomes, outcome_information, sum_cells
from pipelines.estimate.priors import cost_shift, model_prior
from pipelines.settings import Settings
from recommender.published_rows import ANY_AGENT, Scope
from tests.support.history import TaskRow, columns_of

MODELS = ("haiku", "opus")
COSTS = {"haiku": 0.05, "opus": 0.5}
WORK = "fix"


def spawns(*cells: tuple[str, int, str, float, int], costs: dict[str, float] | None = None) -> Outcomes:
    """Make outcomes of cells (agent, cluster, model, success rate, tasks); -1 is no cluster."""
    agents = tuple(sorted({cell[0] for cell in cells}))
    clusters = tuple(sorted({cell[1] for cell in cells if cell[1] >= 0}))
    columns: list[list[float]] = [[], [], [], [], []]
    for agent, cluster, model, rate, tasks in cells:
        for task in range(tasks):
            place = clusters.index(cluster) if cluster >= 0 else -1
            cost = (COSTS if costs is None else costs).get(model, np.nan)
            row = (agents.index(agent), place, MODELS.index(model), float(task < rate * tasks), cost)
            for column, value in zip(columns, row, strict=True):
                column.append(value)
    agent, cluster, model = (np.array(column, dtype=np.int64) for column in columns[:3])
    return Outcomes(
        agents=agents,
        work_types=(WORK,),
        clusters=clusters,
        projects=("",),
        models=MODELS,
        cluster_type=np.zeros(len(clusters), dtype=np.int64),
        agent=agent,
        cluster=cluster,
        project=np.zeros(len(agent), dtype=np.int64),
        model=model,
        success=np.array(columns[3]),
        information=np.ones(len(agent)),
        counted=np.ones(len(agent)),
        propensity=np.full(len(agent), np.nan),
        cost_usd=np.array(columns[4]),
        calls=np.full(len(agent), np.nan),
    )


def learn(outcomes: Outcomes, baseline: str = "opus", prices: dict[str, float | None] | None = None) -> Estimates:
    kinds = [("*", -1), *((name, kind) for name in outcomes.work_types for kind in (*outcomes.clusters, -1))]
    scopes = {Scope(agent, *kind) for agent in (*outcomes.agents, ANY_AGENT) for kind in kinds}
    return estimate(outcomes, Settings(), dict.fromkeys(scopes, baseline), prices or {})


def scope_of(agent: str, cluster: int) -> Scope:
    return Scope(agent, "*", -1) if cluster < 0 else Scope(agent, WORK, cluster)


def place(estimates: Estimates, agent: str, cluster: int) -> int:
    return estimates.scopes.row_of[scope_of(agent, cluster)]


def chosen(estimates: Estimates, agent: str, cluster: int) -> str:
    return estimates.models[estimates.decisions.chosen[place(estimates, agent, cluster)]]


def test_half_life_halves_and_confidence_weighs() -> None:
    information = outcome_information(np.array([0.0, 90.0, 180.0, -5.0]), np.array([1.0, 1.0, 0.5, 1.0]), 90.0)
    assert information.tolist() == [1.0, 0.5, 0.125, 1.0]


def test_unknown_outcomes_are_left_out_and_their_work_still_counts() -> None:
    known = spawns(("A", 0, "opus", 0.8, 20), ("A", 1, "opus", 0.8, 20))
    success = known.success.copy()
    success[known.cluster == 1] = np.nan
    unknown = Outcomes(**{**vars(known), "success": success})
    cells = sum_cells(unknown, propensity_limit=10)
    assert cells.tasks.tolist() == [20, 0]
    estimates = learn(unknown)
    assert estimates.tasks[place(estimates, "A", 1)].tolist() == [0, 0]


def test_equal_propensities_in_a_cell_change_nothing() -> None:
    plain = spawns(("A", 0, "opus", 0.8, 20))
    drawn = Outcomes(**{**vars(plain), "propensity": np.full(20, 0.05)})
    assert sum_cells(drawn, propensity_limit=10).weight == pytest.approx(sum_cells(plain, propensity_limit=10).weight)


@pytest.mark.parametrize(("limit", "rate"), [(2.0, 2 / 5), (100.0, 50 / 53)])
def test_a_rare_draw_weighs_its_clipped_inverse_propensity(limit: float, rate: float) -> None:
    plain = spawns(("A", 0, "opus", 0.25, 4))
    drawn = Outcomes(**{**vars(plain), "propensity": np.array([0.02, np.nan, np.nan, np.nan])})
    cells = sum_cells(drawn, propensity_limit=limit)
    assert cells.rate[0] == pytest.approx(rate)
    assert cells.weight[0] < 4


def test_a_cell_without_its_own_record_borrows_from_wider_ones() -> None:
    estimates = learn(spawns(("A", 0, "opus", 0.9, 60), ("B", 1, "opus", 0.3, 60), ("A", 1, "haiku", 0.5, 1)))
    easy, hard = (estimates.success_rate[place(estimates, "*", kind), 1] for kind in (0, 1))
    assert easy > 0.8
    assert hard < 0.4
    spread = estimates.evidence.sd[:, 1]
    assert spread[place(estimates, "A", 1)] > 1.5 * spread[place(estimates, "B", 1)]


def test_hard_work_given_to_a_strong_model_is_not_held_against_it() -> None:
    confounded = spawns(
        ("easy", 0, "haiku", 0.85, 90), ("easy", 0, "opus", 0.95, 10), ("hard", 1, "opus", 0.6, 90),
        ("hard", 1, "haiku", 0.2, 10),
    )  # fmt: skip
    estimates = learn(confounded)
    anywhere = estimates.success_rate[place(estimates, "*", -1)]
    raw = [confounded.success[confounded.model == model].mean() for model in (0, 1)]
    assert raw[0] > raw[1]
    assert anywhere[1] > anywhere[0] + 0.1


def test_a_rarely_tried_model_does_not_look_better_than_it_is() -> None:
    estimates = learn(spawns(("A", 0, "opus", 0.9, 100), ("A", 0, "haiku", 1.0, 2)))
    assert estimates.success_low[place(estimates, "A", 0), 0] < estimates.success_low[place(estimates, "A", 0), 1]
    assert chosen(estimates, "A", 0) == "opus"


def test_thirty_outcomes_of_one_kind_change_that_kind_and_no_far_one() -> None:
    before = [(agent, kind, "opus", 0.9, 40) for agent, kind in (("A", 0), ("A", 1), ("B", 2))]
    added = ("A", 0, "haiku", 0.95, 30)
    first, second = learn(spawns(*before)), learn(spawns(*before, added))
    moved = {
        scope
        for scope in first.scopes.keys
        if first.decisions.chosen[first.scopes.row_of[scope]] != second.decisions.chosen[second.scopes.row_of[scope]]
    }
    assert {(scope.agent_name, scope.cluster_id) for scope in moved if scope.cluster_id >= 0} == {("A", 0), ("*", 0)}


@pytest.mark.parametrize(("tasks", "model"), [(2, "opus"), (30, "haiku")])
def test_enough_good_outcomes_of_a_cheaper_model_change_the_choice(tasks: int, model: str) -> None:
    assert chosen(learn(spawns(("A", 0, "opus", 0.9, 40), ("A", 0, "haiku", 0.97, tasks))), "A", 0) == model


def test_what_would_change_the_choice_is_said_in_outcomes() -> None:
    estimates = learn(spawns(("A", 0, "opus", 0.9, 200), ("A", 0, "haiku", 1.0, 3)))
    needed = estimates.outcomes_to_choose[place(estimates, "A", 0)]
    assert 3 <= needed[0] <= 50
    more = learn(spawns(("A", 0, "opus", 0.9, 200), ("A", 0, "haiku", 1.0, 3 + int(needed[0]))))
    assert chosen(more, "A", 0) == "haiku"
    assert needed[1] == 0


@budget(deadline=None, max_examples=25)
@given(st.lists(st.tuples(st.sampled_from("AB"), st.integers(-1, 2), st.sampled_from(MODELS), st.floats(0, 1),
                          st.integers(1, 9)), min_size=1, max_size=8))  # fmt: skip
def test_any_history_gives_sound_estimates_and_one_choice_per_scope(
    cells: list[tuple[str, int, str, float, int]],
) -> None:
    estimates = learn(spawns(*cells))
    assert ((estimates.success_rate > 0) & (estimates.success_rate < 1)).all()
    assert (estimates.success_low <= estimates.success_rate + 1e-9).all()
    assert np.isfinite(estimates.success_sd).all()
    assert len(estimates.decisions.chosen) == len(estimates.scopes.keys)
    assert {scope_of(cell[0], cell[1]) for cell in cells} <= set(estimates.scopes.keys)


def test_more_outcomes_narrow_the_posterior() -> None:
    few, many = (learn(spawns(("A", 0, "opus", 0.8, tasks))) for tasks in (10, 200))
    assert many.success_sd[place(many, "A", 0), 1] < few.success_sd[place(few, "A", 0), 1] / 2


def test_true_or_false_outcomes_have_the_dispersion_of_coin_flips() -> None:
    flips = spawns(("A", 0, "opus", 0.8, 20), ("A", 1, "opus", 0.5, 20))
    scores = Outcomes(**{**vars(flips), "success": np.tile([0.45, 0.55], 20)})
    assert score_dispersion(sum_cells(flips, propensity_limit=10)) == 1.0
    assert score_dispersion(sum_cells(scores, propensity_limit=10)) < 0.5


def test_costs_are_learned_per_kind_and_model() -> None:
    outcomes = spawns(("A", 0, "opus", 0.9, 30), ("A", 1, "opus", 0.9, 30), ("A", 0, "haiku", 0.9, 30))
    cost = np.where(outcomes.cluster == 1, outcomes.cost_usd * 10, outcomes.cost_usd)
    estimates = learn(Outcomes(**{**vars(outcomes), "cost_usd": cost}))
    small, large = (estimates.evidence.cost_usd[place(estimates, "A", kind)] for kind in (0, 1))
    assert large[1] == pytest.approx(5.0, rel=0.3)
    assert small[1] == pytest.approx(0.5, rel=0.3)
    assert large[0] > 2 * small[0]  # unseen there: haiku's cost follows the kind's


def test_without_real_costs_list_prices_stand() -> None:
    estimates = learn(spawns(("A", 0, "opus", 0.9, 30), costs={}), prices={"haiku": 0.02, "opus": 0.1})
    longer = np.exp(0.9 * np.log(12 / 6) / np.log(20 / 6))  # of an agent that makes the usual 12 calls
    assert estimates.evidence.cost_usd[place(estimates, "A", 0)] == pytest.approx([0.02 * longer, 0.1], rel=0.05)


def test_without_any_price_cost_is_unknown_and_the_default_stays() -> None:
    estimates = learn(spawns(("A", 0, "opus", 0.7, 60), ("A", 0, "haiku", 0.9, 60), costs={}))
    assert np.isnan(estimates.evidence.cost_usd).all()


def test_list_prices_are_set_to_the_costs_that_were_seen() -> None:
    estimates = learn(spawns(("A", 0, "opus", 0.9, 30), costs={"opus": 1.0}), prices={"haiku": 0.02, "opus": 0.1})
    haiku, opus = estimates.evidence.cost_usd[place(estimates, "A", 0)]
    assert opus == pytest.approx(1.0, rel=0.1)
    assert 0.2 < haiku / opus < 0.45  # list says .2, and smaller models take more calls
    assert estimates.evidence.log_cost_sd[place(estimates, "A", 0)][0] > 0.3


def test_measured_costs_outweigh_what_list_prices_lead_to_expect() -> None:
    outcomes = spawns(("A", 0, "opus", 0.9, 60), ("A", 0, "haiku", 0.9, 60), costs={"opus": 1.0, "haiku": 1.1})
    estimates = learn(outcomes, prices={"haiku": 0.02, "opus": 0.1})
    haiku, opus = estimates.evidence.cost_usd[place(estimates, "A", 0)]
    assert haiku / opus == pytest.approx(1.1, rel=0.1)
    assert chosen(estimates, "A", 0) == "opus"


def test_smaller_models_are_expected_to_take_more_calls_the_longer_the_work() -> None:
    prices, vendor = np.array([1.0, 3.0, 5.0, np.nan]), np.array([0, 0, 0, 1])
    shift = cost_shift(prices, vendor, np.array([4.0, 6.0, 20.0, 60.0]))
    assert shift[:, 0] == pytest.approx([0, 0, 0.9, 0.9])
    assert shift[:, 1] == pytest.approx([0.1, 0.1, 0.4, 0.4])
    assert (shift[:, 2:] == 0).all()


def test_within_a_vendor_a_smaller_model_is_expected_to_trail_before_any_outcome_of_it() -> None:
    prior = model_prior(("haiku", "opus", "sonnet", "gpt-5.4-mini", "gpt-5.4"))
    assert prior.mean[1] > prior.mean[2] > prior.mean[0]
    assert prior.mean[4] - prior.mean[3] == pytest.approx(1.0)
    assert prior.vendors == 2
    estimates = learn(spawns(("A", 0, "opus", 0.95, 100)))
    haiku, opus = estimates.evidence.logit[place(estimates, "A", 0)]
    assert 0.3 < opus - haiku < 0.9


def test_good_outcomes_in_one_kind_speak_for_the_same_model_in_another_of_its_type() -> None:
    alone = learn(spawns(("A", 0, "opus", 0.95, 100), ("A", 1, "opus", 0.95, 100)))
    beside = learn(spawns(("A", 0, "opus", 0.95, 100), ("A", 1, "opus", 0.95, 100), ("A", 1, "haiku", 1.0, 60)))
    at = place(alone, "A", 0)
    assert beside.evidence.logit[at, 0] > alone.evidence.logit[at, 0] + 0.1
    assert beside.evidence.sd[at, 0] < alone.evidence.sd[at, 0]


def test_list_prices_know_families_and_versions() -> None:
    haiku, opus = list_price_usd("haiku"), list_price_usd("opus", {"opus": "claude-opus-4-5"})
    assert haiku is not None
    assert opus is not None
    assert haiku < opus
    assert list_price_usd("no-such-model") is None


NOW = datetime(2026, 4, 6, tzinfo=UTC)  # a Monday
KINDS = {0: WORK, 1: "search"}


def row(days_ago: float, **changes: object) -> TaskRow:
    created = NOW - timedelta(days=days_ago)
    found = TaskRow(
        agent="A",
        cluster_id=0,
        project="shop",
        session_id=f"s{days_ago}",
        task_hash=f"t{days_ago}",
        model="opus",
        version=None,
        baseline="opus",
        is_model_observed=True,
        created_at=created,
        success=True,
        confidence=1.0,
        is_self_reported=False,
        propensity=None,
        cost_usd=None,
        calls=None,
    )
    return found._replace(**changes)  # type: ignore[arg-type]


def arrays(rows: list[TaskRow], settings: Settings | None = None) -> Outcomes:
    return outcomes_of(columns_of(rows), ["haiku", "opus"], KINDS, NOW, settings or Settings())


def test_a_new_version_starts_from_its_familys_record_discounted() -> None:
    rows = [row(2, version="claude-opus-4-5-20251101"), row(1, version="claude-opus-5"), row(0, version=None)]
    assert newest_versions(columns_of(rows)) == {"opus": "claude-opus-5"}
    assert arrays(rows).information == pytest.approx([0.5, 1.0, 1.0], rel=2e-2)


def test_a_bare_family_or_another_spelling_is_no_new_version() -> None:
    rows = [row(2, version="claude-opus-5"), row(1, version="opus"), row(0, version="eu.anthropic.claude-opus-5-v1:0")]
    assert newest_versions(columns_of(rows)) == {"opus": "claude-opus-5"}
    assert arrays(rows).information == pytest.approx([1.0, 1.0, 1.0], rel=2e-2)
    bare = [row(0, version="opus")]
    assert newest_versions(columns_of(bare)) == {}
    assert arrays(bare).information == pytest.approx([1.0])


def test_ages_count_from_the_week_of_the_night() -> None:
    rows = [row(0), row(180), row(360)]
    assert arrays(rows).information == pytest.approx([1.0, 0.5, 0.25])
    later = outcomes_of(columns_of(rows), ["haiku", "opus"], KINDS, NOW + timedelta(days=6, hours=23), Settings())
    assert later.information == pytest.approx([1.0, 0.5, 0.25])
    next_week = outcomes_of(columns_of(rows), ["haiku", "opus"], KINDS, NOW + timedelta(days=7), Settings())
    assert next_week.information[1] < 0.5


def test_a_model_that_was_guessed_is_no_evidence() -> None:
    outcomes = arrays([row(0), row(0.1, is_model_observed=False)])
    assert np.isfinite(outcomes.success).tolist() == [True, False]
    assert len(outcomes.model) == 2  # its work still counts as work there was


@pytest.mark.parametrize(
    ("name", "setting", "limit"), [("session_id", "session_limit", 10), ("task_hash", "text_limit", 5)]
)
def test_one_session_and_one_text_say_only_so_much(name: str, setting: str, limit: float) -> None:
    same = [row(place / 1000, **{name: "one"}) for place in range(40)]
    outcomes = arrays(same)
    assert outcomes.counted.sum() == pytest.approx(limit)
    assert outcomes.information.sum() == pytest.approx(limit, rel=1e-2)
    assert arrays(same, Settings(**{setting: 20})).counted.sum() == pytest.approx(20)  # type: ignore[arg-type]
    assert arrays([row(place / 1000) for place in range(40)]).counted.sum() == 40


def test_what_a_program_says_of_itself_weighs_less_and_counts_for_no_change() -> None:
    claimed = [row(place / 1000, is_self_reported=True, model="haiku") for place in range(30)]
    outcomes = arrays(claimed)
    assert outcomes.information == pytest.approx(np.full(30, 0.3), rel=1e-2)
    assert outcomes.counted.sum() == 0
    trusted = arrays(claimed, Settings(self_report_weight=1))
    assert trusted.counted.sum() == 30


def test_the_usual_baseline_is_what_ran_unadvised_of_late_in_each_scope() -> None:
    rows = [
        *(row(200 + day, baseline="sonnet") for day in range(3)),
        *(row(day) for day in range(2)),
        row(1, cluster_id=1, model="haiku", baseline="haiku"),
        row(1, cluster_id=1, model="haiku", baseline="opus"),  # our own advice: opus would have run
        row(0.5, cluster_id=1, baseline="opus"),
        row(1, agent="B", baseline=None),
    ]
    baselines = scope_baselines(columns_of(rows), KINDS, NOW, Settings())
    assert baselines[Scope("A", WORK, 0)] == "opus"
    assert baselines[Scope("A", "search", 1)] == "opus"
    assert baselines[Scope("A", "search")] == baselines[Scope("A")] == baselines[Scope()] == "opus"
    assert baselines[Scope("B")] == "sonnet"  # the default of the settings


def test_a_probability_is_no_score_and_counts_for_no_more_than_it_is_known() -> None:
    def cells(**fields: object) -> Cells:
        rows = [row(0, success=0.9, task_hash=f"t{n}", session_id=f"s{n}", **fields) for n in range(40)]
        return sum_cells(arrays(rows), propensity_limit=10)

    likely = cells(is_corrected=True)
    assert score_dispersion(cells()) < 1
    assert score_dispersion(likely) == pytest.approx(1, abs=0.05)
    limited = cells(is_corrected=True, pair_limit=40.0, model_limit=1e9)
    assert limited.weight[0] == pytest.approx(likely.weight[0] / 2, rel=0.05)
    assert cells(is_corrected=True, pair_limit=1e9, model_limit=10.0).weight[0] == pytest.approx(8, rel=0.05)
