from pathlib import Path

import pytest

from recommender.baseline import Baseline, baseline_of
from recommender.efforts import arm_among, candidate_arm, default_effort, effort_level, split_arm, words_of
from recommender.settings import claude_home


@pytest.mark.parametrize(
    ("model", "default"),
    [
        ("claude-opus-5-5", "medium"),
        ("claude-haiku-5-5-20261001", "medium"),
        ("eu.anthropic.claude-sonnet-5-5-v1:0", "high"),
        ("claude-opus-5", "high"),
        ("opus", "medium"),
        ("sonnet", "high"),
        ("claude-opus-4-6", ""),
        ("gpt-6", ""),
    ],
)
def test_the_default_is_that_of_the_version(model: str, default: str) -> None:
    assert default_effort(model) == default


def test_levels_are_read_as_they_are_written_anywhere() -> None:
    words = ("low", "HIGH", "x-high", "extra_high", "ultracode", "", None, 3)
    assert [effort_level(word) for word in words] == ["low", "high", "xhigh", "xhigh", "", "", "", ""]


def test_only_a_level_behind_the_last_mark_is_an_effort() -> None:
    assert split_arm("opus@low") == ("opus", "low")
    assert split_arm("llama3@q4") == ("llama3@q4", "")
    assert candidate_arm("claude-opus-4@20250514") == "opus"
    assert candidate_arm("claude-opus-5-5@Low") == "opus@low"
    assert words_of("opus@low") == "opus at low effort"


def test_an_effort_that_nobody_tells_is_the_usual_one() -> None:
    arms = ["haiku", "opus@high", "opus@low", "opus@medium"]
    assert arm_among(arms, "opus") == "opus@medium"
    assert arm_among(arms, "opus", usual="opus@high") == "opus@high"
    assert arm_among(arms, "opus", "low", usual="opus@high") == "opus@low"
    assert arm_among(arms, "opus", "max") == "opus@high"
    assert arm_among(arms, "haiku", "max") == "haiku"
    assert arm_among(arms, "sonnet") is None


@pytest.mark.parametrize(
    ("baseline", "allowed"),
    [
        (Baseline("opus", "parent", "high", "session"), ["opus@high", "opus@low", "opus@medium", "sonnet@high"]),
        (Baseline("opus", "parent", "medium", "default"), ["opus@low", "opus@medium", "sonnet@high"]),
        (Baseline("opus", "parent", "low", "spec"), ["opus@low"]),
        (Baseline("opus", "parent", "medium", "call"), ["opus@medium"]),
        (Baseline("opus", "parent", "low", "forced"), ["opus@low"]),
        (Baseline("opus", "usual"), ["opus@high", "opus@low", "opus@max", "opus@medium", "sonnet@high"]),
    ],
)
def test_no_effort_above_the_one_that_a_person_has_set_is_allowed(baseline: Baseline, allowed: list[str]) -> None:
    arms = ["opus@high", "opus@low", "opus@max", "opus@medium", "sonnet@high"]
    assert [arm for arm in arms if baseline.allows(arm)] == allowed
    assert baseline.allows("haiku")


def test_the_effort_is_the_environments_the_calls_the_specs_the_sessions(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = claude_home() / "agents"
    folder.mkdir(parents=True)
    Path(folder, "own.md").write_text("---\nname: own\ndescription: d\neffort: low\n---\nDo it.")

    def effort(agent: str, **known: str) -> tuple[str, str]:
        found = baseline_of(agent, parent_model="claude-opus-5-5", **known)  # type: ignore[arg-type]
        assert found is not None
        return found.effort, found.effort_source

    assert effort("other") == ("", "")
    assert effort("other", session_effort="medium") == ("medium", "default")
    assert effort("other", session_effort="xhigh") == ("xhigh", "session")
    assert effort("other", session_effort="xhigh", asked="haiku") == ("medium", "default")
    assert effort("own", session_effort="xhigh") == ("low", "spec")
    assert effort("own", session_effort="xhigh", asked_effort="max") == ("max", "call")
    monkeypatch.setenv("CLAUDE_CODE_SUBAGENT_EFFORT", "high")
    assert effort("other", session_effort="xhigh") == ("high", "environment")
    monkeypatch.setenv("CLAUDE_CODE_EFFORT_LEVEL", "medium")
    assert effort("own", asked_effort="max") == ("medium", "forced")
