from pipelines.trials.pace import Pace
from pipelines.trials.propose import Proposal, proposals
from recommender.decision import Rule
from recommender.judgement import Records, records_in
from recommender.published_rows import ANY_AGENT, ANY_KIND, Scope, Tier
from tests.support.snapshots import evidence

RULE = Rule(failure_cost=10)
DOCS = Scope(ANY_AGENT, "docs")
TIER_OF_DOCS = Tier("type:docs", "sonnet")


def records(known: float = 30.0) -> Records:
    rows = [
        evidence(ANY_AGENT, ANY_KIND, "opus", 0.9, logit=3.5, known=known, work_type="docs"),
        evidence(ANY_AGENT, ANY_KIND, "sonnet", 0.4, logit=3.4, known=0, work_type="docs"),
        evidence(ANY_AGENT, ANY_KIND, "haiku", 0.1, logit=3.3, known=0, work_type="docs"),
    ]
    return records_in({DOCS: rows}, [DOCS])


def proposed(known: float = 30.0, *tiers: Tier, excluded: tuple[str, ...] = ()) -> list[Proposal]:
    return proposals(records(known), {(DOCS, "opus"): Pace(40, 36.0)}, RULE, excluded, tiers)


def test_the_candidate_with_most_at_stake_is_proposed() -> None:
    (found,) = proposed()
    assert (found.candidate_model, found.is_of_tier) == ("haiku", False)


def test_a_shipped_tier_says_which_candidate_to_try() -> None:
    (found,) = proposed(30, TIER_OF_DOCS)
    assert found.candidate_model == "sonnet"
    assert "The shipped tier of type:docs names sonnet." in found.reason


def test_a_tier_of_a_person_is_an_order_and_proposes_nothing() -> None:
    (found,) = proposed(30, TIER_OF_DOCS._replace(is_own=True))
    assert found.candidate_model == "haiku"


def test_a_tier_proposes_nothing_where_too_little_is_known() -> None:
    assert proposed(9, TIER_OF_DOCS) == []


def test_an_excluded_agent_is_in_no_proposal() -> None:
    assert proposed(30, excluded=(ANY_AGENT,)) == []


def test_what_audits_took_from_success_does_not_close_the_gate() -> None:
    rows = [
        evidence(ANY_AGENT, ANY_KIND, "opus", 0.9, logit=2.0, known=30, work_type="docs"),
        evidence(ANY_AGENT, ANY_KIND, "haiku", 0.1, logit=1.9, known=0, work_type="docs"),
    ]
    known, pace = records_in({DOCS: rows}, [DOCS]), {(DOCS, "opus"): Pace(40, 36.0)}
    assert proposals(known, pace, RULE) == []
    (found,) = proposals(known, pace, RULE, corrections={(ANY_AGENT, "opus"): 0.03})
    assert found.candidate_model == "haiku"
    assert found.baseline_success < 0.9  # what is told stays corrected
