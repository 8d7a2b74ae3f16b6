import pytest

from recommender.models import model_family, model_version, price_rank


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("claude-haiku-4-5-20251001", "haiku"),
        ("claude-3-5-sonnet-20241022", "sonnet"),
        ("claude-opus-4-6", "opus"),
        ("claude-opus-4.5", "opus"),
        ("anthropic/claude-opus-4.5", "opus"),
        ("us.anthropic.claude-sonnet-4-20250514-v1:0", "sonnet"),
        ("claude-sonnet-4-5@20250929", "sonnet"),
        ("claude-fable-5", "fable"),
        ("claude-newfamily-7", "newfamily"),
        (" Sonnet ", "sonnet"),
        ("opus[1m]", "opus"),
        ("sonnet-4.5", "sonnet"),
        ("haiku", "haiku"),
        ("openai/gpt-5-2025-08-07", "gpt-5"),
        ("gpt-5-codex", "gpt-5-codex"),
        ("openrouter/qwen/Qwen3-Max", "qwen3-max"),
        ("arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-opus-4-6-v1", "opus"),
        ("arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-haiku-4-5-20251001-v1:0", "haiku"),
        ("anthropic/claude-sonnet-4.5:beta", "sonnet"),
        ("anthropic--claude-4.5-sonnet", "sonnet"),
        ("deepseek/deepseek-r1:free", "deepseek-r1"),
        ("us.deepseek.r1-v1:0", "r1"),
        ("us-gov.amazon.nova-pro-v1:0", "nova-pro"),
        ("claude-opus-4-6@default", "opus"),
        ("gemini-2.5-pro-latest", "gemini-2.5-pro"),
        ("opusplan", "opusplan"),
        ("", ""),
    ],
)
def test_a_model_is_named_by_its_family(name: str, family: str) -> None:
    assert model_family(name) == family


def test_families_are_stable_under_their_own_name() -> None:
    for name in ("haiku", "gpt-5", "qwen3-max", "fable"):
        assert model_family(model_family(name)) == model_family(name)


def test_unknown_models_rank_as_the_dearest() -> None:
    ranks = [price_rank(family) for family in ("haiku", "sonnet", "opus", "gpt-9")]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) == 4


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("claude-haiku-4-5-20251001", "claude-haiku-4-5"),
        ("us.anthropic.claude-haiku-4-5-20251001-v1:0", "claude-haiku-4-5"),
        ("anthropic/claude-haiku-4.5", "claude-haiku-4-5"),
        ("arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-opus-4-6-v1", "claude-opus-4-6"),
        ("anthropic--claude-4.5-sonnet", "claude-sonnet-4-5"),
        ("claude-3-5-haiku-20241022", "claude-3-5-haiku"),
        ("claude-3.5-haiku", "claude-3-5-haiku"),
        ("claude-opus-4-20250514", "claude-opus-4"),
        ("claude-opus-4@20250514", "claude-opus-4"),
        ("claude-opus-5[1m]", "claude-opus-5"),
        ("openai/gpt-5-2025-08-07", "gpt-5"),
        ("haiku", None),
        ("opus[1m]", None),
    ],
)
def test_one_version_has_one_name_however_it_is_spelled(name: str, version: str | None) -> None:
    assert model_version(name) == version
