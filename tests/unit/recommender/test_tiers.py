from recommender.published_rows import Tier
from recommender.tiers import is_listed, is_of_work_type, own_tier, proposed_tiers, shipped_tier, shipped_tiers

OWN = (
    Tier("QA_TESTER", "sonnet", True),
    Tier("QA_*", "opus", True),
    Tier("*", "opus", True),
    Tier("type:docs", "haiku", True),
    Tier("docs", "fable", True),
)


def model_of(tier: Tier | None) -> str | None:
    return tier.model if tier else None


def test_an_agents_own_name_goes_before_patterns_and_these_before_its_work_type() -> None:
    assert model_of(own_tier("plugin:qa-tester", "docs", OWN)) == "sonnet"
    assert model_of(own_tier("QA_LEAD", "docs", OWN)) == "opus"
    assert model_of(own_tier("WRITER", "docs", OWN[3:])) == "haiku"
    assert model_of(own_tier(None, "docs", OWN)) == "haiku"
    assert own_tier("WRITER", "fix", OWN[3:]) is None


def test_a_tier_for_a_work_type_is_none_for_an_agent_of_that_name() -> None:
    assert own_tier("docs", "fix", OWN[3:4]) is None
    assert model_of(own_tier("docs", "fix", OWN[3:])) == "fable"
    assert is_of_work_type(OWN[3])
    assert not is_of_work_type(OWN[4])


def test_shipped_tiers_are_never_orders() -> None:
    assert not any(tier.is_own for tier in shipped_tiers())
    assert own_tier("QA_TESTER", "docs", shipped_tiers()) is None
    assert model_of(shipped_tier("qa-tester", shipped_tiers())) == "sonnet"
    assert model_of(shipped_tier("COORD_QA", shipped_tiers())) == "opus"
    assert shipped_tier("somebody", shipped_tiers()) is None
    assert [tier.pattern for tier in proposed_tiers("DBA", "docs", shipped_tiers())] == ["DBA", "type:docs"]
    assert proposed_tiers("DBA", "docs", OWN) == []


def test_names_and_patterns_are_listed() -> None:
    assert is_listed("plugin:security reviewer", ["other", "SECURITY_*"])
    assert not is_listed("reviewer", ["SECURITY_*"])
