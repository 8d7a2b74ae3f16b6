from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as budget
from hypothesis import strategies as st

from pipelines.estimate.costs import reference_log_prices
from pipelines.estimate.defaults import default_model
from pipelines.estimate.estimates import Estimates, estimate
from pipelines.estimate.history import Knowledge, TaskRow, newest_versions, outcomes_of, scope_defaults
from pipelines.estimate.list_prices import list_price_usd
from pipelines.estimate.model import score_dispersion
from pipelines.estimate.outcomes import Outcomes, outcome_information, sum_cells
from pipelines.settings import Settings
from recommender.snapshot import Tier

MODELS = ("haiku", "opus")
COSTS = {"haiku": 0.05, "opus": 0.5}


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
        clusters=clusters,
        models=MODELS,
        agent=agent,
        cluster=cluster,
        model=model,
        success=np.array(columns[3]),
        information=np.ones(len(agent)),
        propensity=np.full(len(agent), np.nan),
        cost_usd=np.array(columns[4]),
    )


def learn(outcomes: Outcomes, default: str = "opus", prices: dict[str, float | None] | None = None) -> Estimates:
    scopes = {(agent, kind) for agent in (*outcomes.agents, "*") for kind in (*outcomes.clusters, -1)}
    return estimate(outcomes, Settings(), dict.fromkeys(scopes, default), prices or {})


def place(estimates: Estimates, agent: str, cluster: int) -> int:
    return list(zip(estimates.scopes.agent_names, estimates.scopes.cluster_ids, strict=True)).index((agent, cluster))


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
    spread = estimates.success_sd[:, 0]
    assert spread[place(estimates, "B", 1)] > spread[place(estimates, "A", 1)]


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
    scopes = set(zip(first.scopes.agent_names, first.scopes.cluster_ids, strict=True))
    moved = {scope for scope in scopes if chosen(first, *scope) != chosen(second, *scope)}
    assert moved == {("A", 0), ("*", 0)}


@pytest.mark.parametrize(("tasks", "model"), [(5, "opus"), (30, "haiku")])
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
    assert len(estimates.decisions.chosen) == len(estimates.scopes.agent_names)
    assert {(cell[0], cell[1]) for cell in cells} <= set(
        zip(estimates.scopes.agent_names, estimates.scopes.cluster_ids, strict=True)
    )


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
    assert estimates.evidence.cost_usd[place(estimates, "A", 0)] == pytest.approx([0.02, 0.1], rel=0.05)


def test_without_any_price_cost_is_unknown_and_the_default_stays() -> None:
    estimates = learn(spawns(("A", 0, "opus", 0.7, 60), ("A", 0, "haiku", 0.9, 60), costs={}))
    assert np.isnan(estimates.evidence.cost_usd).all()


def test_list_prices_are_set_to_the_costs_that_were_seen() -> None:
    cells = sum_cells(spawns(("A", 0, "opus", 0.9, 30), costs={"opus": 1.0}), propensity_limit=10)
    reference = reference_log_prices(MODELS, {"haiku": 0.02, "opus": 0.1}, cells)
    assert np.exp(reference) == pytest.approx([0.2, 1.0])


def test_list_prices_know_families_and_versions() -> None:
    haiku, opus = list_price_usd("haiku"), list_price_usd("opus", {"opus": "claude-opus-4-5"})
    assert haiku is not None
    assert opus is not None
    assert haiku < opus
    assert list_price_usd("no-such-model") is None


@pytest.mark.parametrize(
    ("declared", "tiers", "usage", "model"),
    [
        ("claude-opus-4-5-20251101", {"QA": "haiku"}, {"sonnet": 9}, "opus"),
        (None, {"QA": "haiku", "Q*": "opus"}, {"sonnet": 9}, "haiku"),
        (None, {"qa": "haiku"}, {"sonnet": 9}, "haiku"),
        (None, {"Q*": "opus", "*": "haiku"}, {"sonnet": 9}, "opus"),
        (None, {}, {"sonnet": 9, "haiku": 10}, "haiku"),
        (None, {"X": "opus"}, {}, "fallback"),
    ],
)
def test_default_is_the_specs_then_the_tiers_then_the_usual_then_the_settings(
    declared: str | None, tiers: dict[str, str], usage: dict[str, int], model: str
) -> None:
    known = [Tier(*tier) for tier in tiers.items()]
    assert default_model("QA", declared=declared, tiers=known, usage=usage, fallback="fallback") == model


def row(minute: int, **changes: object) -> TaskRow:
    created = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    return TaskRow("A", 0, "opus", None, created, True, 1.0, None, None, False)._replace(**changes)  # type: ignore[arg-type]


def test_a_new_version_starts_from_its_familys_record_discounted() -> None:
    rows = [row(0, version="claude-opus-4-5-20251101"), row(1, version="claude-opus-5"), row(2, version=None)]
    assert newest_versions(rows) == {"opus": "claude-opus-5"}
    information = outcomes_of(rows, ["opus"], Settings()).information
    assert information == pytest.approx([0.5, 1.0, 1.0], rel=1e-3)


def test_a_bare_family_or_another_spelling_is_no_new_version() -> None:
    rows = [row(0, version="claude-opus-5"), row(1, version="opus"), row(2, version="eu.anthropic.claude-opus-5-v1:0")]
    assert newest_versions(rows) == {"opus": "claude-opus-5"}
    assert outcomes_of(rows, ["opus"], Settings()).information == pytest.approx([1.0, 1.0, 1.0], rel=1e-3)
    bare = [row(0, version="opus")]
    assert newest_versions(bare) == {}
    assert outcomes_of(bare, ["opus"], Settings()).information == pytest.approx([1.0])


def test_age_is_counted_from_the_newest_spawn() -> None:
    rows = [row(0), row(90 * 24 * 60)]
    assert outcomes_of(rows, ["opus"], Settings()).information == pytest.approx([0.5, 1.0])


def test_any_agents_default_is_what_mostly_ran_in_that_kind_unadvised() -> None:
    rows = [row(0, model="haiku"), row(1, cluster_id=1), row(2, model="haiku", cluster_id=1, is_advised=True)]
    defaults = scope_defaults(rows, Knowledge({}, ()), "sonnet")
    assert (defaults["*", 0], defaults["*", 1]) == ("haiku", "opus")
