from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from pipelines.estimate.arms import arms_in_question, with_arms
from pipelines.estimate.nightly import learn_from
from pipelines.estimate.rows import estimate_rows
from pipelines.settings import Settings
from recommender.published_rows import ANY_AGENT, ANY_KIND, ANY_TYPE, Scope
from tests.support.history import TaskRow, columns_of, names_of

NOW = datetime(2026, 4, 6, tzinfo=UTC)
EVERYTHING = Scope(ANY_AGENT, ANY_TYPE, ANY_KIND)


def row(model: str = "opus", effort: str | None = None, place: int = 0, **changes: object) -> TaskRow:
    found = TaskRow(
        agent="A",
        cluster_id=0,
        project="shop",
        session_id=f"s{place}",
        task_hash=f"t{place}",
        model=model,
        version=f"claude-{model}-5-5",
        baseline=model,
        is_model_observed=True,
        created_at=NOW - timedelta(days=1),
        success=True,
        confidence=1.0,
        is_self_reported=False,
        propensity=None,
        cost_usd=None,
        calls=None,
        effort=effort,
    )
    return found._replace(**changes)  # type: ignore[arg-type]


def many(count: int, model: str, effort: str | None, good: float = 1.0, cost: float = 0.5) -> list[TaskRow]:
    places = range(count)
    return [
        row(model, effort, 1_000 * len(model + str(effort)) + place, success=place < good * count, cost_usd=cost)
        for place in places
    ]


def learn(rows: list[TaskRow], **chosen: object):  # type: ignore[no-untyped-def]
    estimates = learn_from(columns_of(rows), {0: "fix"}, Settings(**chosen), now=NOW)
    assert estimates is not None
    return estimates


def arms(rows: list[TaskRow]) -> list[tuple[str | None, str | None]]:
    found = with_arms(columns_of(rows))
    return list(zip(names_of(found.model), names_of(found.baseline), strict=True))


def test_where_no_effort_is_told_an_arm_is_a_model() -> None:
    rows = [row(), row("haiku")]
    assert arms(rows) == [(found.model, found.baseline) for found in rows]
    assert arms_in_question(["opus", "haiku"], ["opus"], ()) == ["haiku", "opus", "sonnet"]


def test_an_unset_effort_is_the_default_of_its_version_and_no_chosen_one() -> None:
    rows = [row(effort="low"), row(), row(effort="MEDIUM"), row(version="claude-opus-5"), row("haiku")]
    assert [model for model, _ in arms(rows)] == ["opus@low", "opus@medium", "opus@medium", "opus@high", "haiku"]


def test_a_default_that_nobody_documents_is_what_spawns_get_that_ask_for_none() -> None:
    old = {"version": "claude-opus-4-6"}
    rows = [row(effort="high", **old), row(effort="low", is_effort_asked=True, **old), row(**old)]
    assert [model for model, _ in arms(rows)] == ["opus@high", "opus@low", "opus@high"]


def test_the_baseline_of_advised_work_is_what_would_have_run() -> None:
    rows = [row(effort="low", baseline_effort="high"), row("haiku", baseline="opus", baseline_effort="high")]
    assert arms(rows) == [("opus@low", "opus@high"), ("haiku", "opus@high")]


def test_the_next_lower_effort_of_what_runs_may_be_tried() -> None:
    seen = with_arms(columns_of([row(effort="high"), row("haiku", "low")])).model.distinct
    assert arms_in_question(seen, ["opus@high"], ("opus@max", "fable")) == [
        "fable",
        "haiku@low",
        "opus@high",
        "opus@max",
        "opus@medium",
        "sonnet",
    ]
    assert "opus@none" not in arms_in_question(seen, ["opus@low"], ())


def test_efforts_of_a_model_share_what_is_known_of_it() -> None:
    """Failures of opus at high effort speak against opus at medium, hardly against sonnet."""
    good, bad = (
        learn([*many(30, "opus", "high", rate), *many(4, "opus", "medium"), *many(4, "sonnet", None)])
        for rate in (1.0, 0.5)
    )
    row_of = good.scopes.row_of[EVERYTHING]
    column = {arm: index for index, arm in enumerate(good.models)}
    fall = (good.success_rate - bad.success_rate)[row_of]
    assert fall[column["opus@medium"]] > 0.1
    assert fall[column["opus@medium"]] > 1.5 * fall[column["sonnet"]]


def test_more_effort_is_expected_to_cost_and_to_succeed_a_little_more() -> None:
    estimates = learn(many(40, "opus", "high", 0.9))
    row_of, column = estimates.scopes.row_of[EVERYTHING], {arm: i for i, arm in enumerate(estimates.models)}
    lower, usual = column["opus@medium"], column["opus@high"]
    success, cost = estimates.success_rate[row_of], estimates.evidence.cost_usd[row_of]
    assert 0 < success[usual] - success[lower] < 0.05
    assert 0.5 < cost[lower] / cost[usual] < 0.9


def test_what_efforts_of_a_model_share_does_not_blur_how_they_compare() -> None:
    rows = [*many(8, "opus", "high", 0.9), *many(60, "sonnet", None, 0.9), *many(60, "haiku", None, 0.9)]
    estimates = learn([found._replace(baseline="opus", baseline_effort="high") for found in rows])
    row_of, column = estimates.scopes.row_of[EVERYTHING], {arm: i for i, arm in enumerate(estimates.models)}
    lower, usual = column["opus@medium"], column["opus@high"]
    kin = estimates.evidence.kin
    assert kin is not None
    assert kin[row_of, lower] == kin[row_of, usual] > 0.1
    assert kin[row_of, column["haiku"]] == 0
    apart = replace(estimates.evidence, kin=None, log_cost_kin=None)
    assert _gap_sd(estimates.evidence, row_of, lower, usual) < 0.8 * _gap_sd(apart, row_of, lower, usual)


def _gap_sd(evidence, row_of: int, one: int, other: int) -> float:  # type: ignore[no-untyped-def]
    from recommender.decision import posterior_draws

    rates, _ = posterior_draws(evidence, slice(row_of, row_of + 1))
    return float(np.std(rates[0, :, one] - rates[0, :, other]))


def test_a_lower_effort_that_does_as_well_is_chosen_and_stored_beside_its_model() -> None:
    rows = [*many(60, "opus", "high", 0.97, cost=1.0), *many(40, "opus", "low", 0.98, cost=0.2)]
    for place, found in enumerate(rows):
        rows[place] = found._replace(baseline="opus", baseline_effort="high")
    stored = estimate_rows(learn(rows), 1, Settings())
    (chosen,) = [found for found in stored if found.is_chosen and found.agent_name == "*" and found.work_type == "*"]
    assert (chosen.model, chosen.effort) == ("opus", "low")
    assert "Use opus at low effort" in chosen.reason
    (usual,) = [found for found in stored if found.is_baseline and found.agent_name == "*" and found.work_type == "*"]
    assert (usual.model, usual.effort) == ("opus", "high")


@pytest.mark.parametrize(("weights", "chosen"), [({}, "haiku"), ({"haiku": 50.0}, "opus")])
def test_costs_are_compared_as_the_weights_have_them(weights: dict[str, float], chosen: str) -> None:
    rows = [*many(60, "opus", None, 0.97, cost=1.0), *many(60, "haiku", None, 0.97, cost=0.1)]
    rows = [found._replace(baseline="opus") for found in rows]
    estimates = learn(rows, model_weights=weights)
    place = estimates.scopes.row_of[EVERYTHING]
    assert estimates.models[int(estimates.decisions.chosen[place])] == chosen
    cost = dict(zip(estimates.models, estimates.evidence.cost_usd[place].tolist(), strict=True))
    assert cost["haiku"] / cost["opus"] == pytest.approx(0.1 * weights.get("haiku", 1.0), rel=0.2)
