"""What marts price is what a lookup answers: the same work is asked of both."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.advise.ask_lookup import Work, answers_to, best_models
from recommender.lookup import Recommender
from recommender.published import Published, SnapshotFile
from recommender.published_rows import ANY_AGENT, ANY_KIND, ANY_TYPE, AgentSpec, ModelEvidence, Scope, Tier
from recommender.snapshot import Snapshot
from recommender.snapshot_file import write_snapshot
from tests.support.snapshots import TESTING, best, evidence, learned_snapshot, trial

MODELS = ("opus", "sonnet", "haiku")
SCOPES = (
    Scope("a", "test", 0),
    Scope("a", "test", ANY_KIND),
    Scope(ANY_AGENT, "test", 0),
    Scope(ANY_AGENT, "test", ANY_KIND),
    Scope("a", ANY_TYPE, ANY_KIND),
)
LOGITS = st.sampled_from([0.0, 2.0, 2.5, 3.0])


@st.composite
def records(draw: st.DrawFn, scope: Scope) -> list[ModelEvidence]:
    """Draw what is known of some models in a scope: one usually runs, and one was chosen."""
    models = draw(st.lists(st.sampled_from(MODELS), min_size=1, unique=True))
    usual, chosen = draw(st.sampled_from(models)), draw(st.sampled_from(models))
    agent, work_type, kind = scope
    rows = [
        evidence(agent, kind, model, 0.9 / (1 + 3 * place), logit=draw(LOGITS), work_type=work_type)
        for place, model in enumerate(models)
    ]
    return [row._replace(is_baseline=row.model == usual, is_chosen=row.model == chosen) for row in rows]


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    scopes = draw(st.lists(st.sampled_from(SCOPES), min_size=1, unique=True))
    known = tuple(row for scope in scopes for row in draw(records(scope)))
    states = draw(st.lists(st.sampled_from(["running", "adopted", "dropped"]), max_size=1))
    return replace(
        learned_snapshot(),
        evidence=known,
        best=best_models(known),
        trials=tuple(trial(state, agent="a") for state in states),
        tiers=tuple(draw(st.lists(st.just(Tier("a", "sonnet", is_own=True)), max_size=1))),
        protected_agents=tuple(draw(st.lists(st.just("a"), max_size=1))),
        exploration_share=0.0,
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(snapshot=snapshots())
def test_marts_are_given_what_a_lookup_answers_to_the_same_work(snapshot: Snapshot, tmp_path: Path) -> None:
    write_snapshot(tmp_path / "snapshot", snapshot)
    lookup = Recommender(Published(SnapshotFile(tmp_path / "snapshot")))
    assert lookup.prepare()

    asked = answers_to(snapshot, [Work("a", "test", 0, MODELS)])

    answered = {model: lookup.recommend(TESTING, "a", parent_model=model).model for model in MODELS}
    assert {answer.from_model: answer.to_model for answer in asked} == answered
    assert sum(answer.is_usual for answer in asked) == 1


def test_only_an_agents_own_record_moves_it_from_the_model_of_its_spec() -> None:
    snapshot = replace(
        learned_snapshot(),
        best=(best(ANY_AGENT, 0, "haiku"),),
        evidence=(evidence(ANY_AGENT, 0, "opus", 0.9), evidence(ANY_AGENT, 0, "haiku", 0.1, is_chosen=True)),
        agents=(AgentSpec("declared", "claude-opus-4-6"), AgentSpec("open")),
    )
    asked = answers_to(snapshot, [Work(agent, "test", 0, ["opus"]) for agent in ("declared", "open")])
    assert [(answer.agent_name, answer.to_model) for answer in asked] == [("declared", "opus"), ("open", "haiku")]


@pytest.mark.parametrize(("agent", "kind"), [("nobody", 0), ("QA_TESTER", 7)])
def test_work_of_which_nothing_is_known_has_no_answer(agent: str, kind: int) -> None:
    known = replace(learned_snapshot(), best=(best("QA_TESTER", 0, "haiku"),))
    assert answers_to(known, [Work(agent, "test", kind, ["opus"])]) == []


def test_work_in_no_kind_has_its_agents_answer() -> None:
    (answer,) = answers_to(learned_snapshot(), [Work("QA_TESTER", None, ANY_KIND, [])])
    assert (answer.from_model, answer.to_model, answer.is_usual) == ("opus", "opus", True)
