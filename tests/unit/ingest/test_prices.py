"""Prices are those of the list that genai-prices brings, whatever its models, steps and modes."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from genai_prices import Usage as Counted
from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import ConditionalPrice, StartDateConstraint, TieredPrices, TimeOfDateConstraint

from pipelines.ingest.prices import TOLD_CONDITIONS, UNTOLD_CONDITIONS, Mode, Rates, Usage, rates
from pipelines.ingest.sellers import find_listing

NOVEMBER = datetime(2026, 11, 1, 12, tzinfo=UTC)
# Priced, but nothing that an agent's messages count: sounds, pictures, pages, hours. Web searches have a test below.
NOT_COUNTED = ("audio", "image", "video", "hours", "mchars", "pages", "messages", "storage", "reasoning", "citation")
COUNTED = {"input_mtok", "output_mtok", "cache_read_mtok", "cache_write_mtok", "cache_write_1h_mtok"}
COUNTED |= {"web_searches_kcount", "requests_kcount"}
OWN_NAMES = ("anthropic", "openai", "google", "deepseek", "mistral", "x-ai")  # sold under their own names


def at_ms(moment: datetime = NOVEMBER) -> int:
    return round(moment.timestamp() * 1000)


STANDARD = Mode()


def rates_of(model: str, mode: Mode = STANDARD, prompt: int = 1_000, at: datetime = NOVEMBER) -> Rates:
    found = rates(model, at_ms(at), mode, prompt)
    assert found is not None
    return found


def listed() -> Iterator[tuple[str, Any]]:
    for provider in get_snapshot().providers:
        for model in provider.models:
            yield provider.id, model


def price_lists(model: Any) -> Iterator[Any]:
    standard = model.prices if isinstance(model.prices, list) else [ConditionalPrice(prices=model.prices)]
    yield from (*standard, *(model.price_variants or ()))


def told(mode: dict[str, str]) -> Mode:
    return Mode(speed=mode.get("speed", ""), tier=mode.get("service_tier", mode.get("processing", "")))


def test_every_condition_of_the_list_is_known() -> None:
    for seller, model in listed():
        for variant in model.price_variants or ():
            for name, value in variant.when.items():
                is_known = name in UNTOLD_CONDITIONS or value in TOLD_CONDITIONS.get(name, ())
                assert is_known, f"{seller} {model.id} has a price for {name} {value}, which nothing here reads"
        for price in price_lists(model):
            assert isinstance(price.constraint, StartDateConstraint | TimeOfDateConstraint | None), model.id
            for unit, value in vars(price.prices).items():
                is_known = unit in COUNTED or any(word in unit for word in NOT_COUNTED)
                assert is_known or value is None, (
                    f"{seller} {model.id} has a price by {unit}, which nothing here counts"
                )


def test_every_model_step_and_mode_of_the_list_costs_what_the_list_says() -> None:
    compared = 0
    for seller, model in listed():
        listing = find_listing(model.id)
        if seller not in OWN_NAMES or listing is None or listing.model is not model:
            continue
        modes = [
            {},
            *(variant.when for variant in model.price_variants or () if not UNTOLD_CONDITIONS & {*variant.when}),
        ]
        for mode in modes:
            price = model.get_prices(NOVEMBER, mode)
            steps = {
                tier.start for each in vars(price).values() if isinstance(each, TieredPrices) for tier in each.tiers
            }
            for prompt in sorted({20_000, *steps, *(step + 1 for step in steps)}):
                usage = Usage(prompt - 9_000, 700, 5_000, 4_000, 1_000)
                counts = usage._asdict() | {"input_tokens": prompt}
                right = float(price.calc_price(Counted(**counts))["total_price"])
                ours = rates_of(model.id, told(mode), prompt)
                assert ours.cost(usage) == pytest.approx(right), (model.id, mode, prompt)
                assert ours.is_exact, (model.id, mode)
                compared += 1
    assert compared > 300


def test_a_price_is_that_of_its_step_to_the_token() -> None:
    below, above = rates_of("claude-haiku-5-5", prompt=100_000), rates_of("claude-haiku-5-5", prompt=100_001)
    assert above.input == pytest.approx(5 * below.input)
    assert above.output == pytest.approx(5 * below.output)


def test_a_price_is_that_of_its_day() -> None:
    before, after = (
        rates_of("claude-opus-4-6", prompt=300_000, at=datetime(2026, 3, day, 12, tzinfo=UTC)) for day in (12, 13)
    )
    assert before.input == pytest.approx(2 * after.input)


def test_a_price_is_that_of_its_hour_where_the_list_has_hours() -> None:
    (start, end, model) = next(
        (price.constraint.start_time, price.constraint.end_time, model.id)
        for seller, model in listed()
        if seller == "deepseek"
        for price in price_lists(model)
        if isinstance(price.constraint, TimeOfDateConstraint) and find_listing(model.id)
    )
    day = datetime(2026, 11, 1, tzinfo=UTC)
    within = day.replace(hour=start.hour, minute=start.minute)
    beyond = day.replace(hour=end.hour, minute=end.minute)
    assert rates_of(model, at=within).output != rates_of(model, at=beyond).output


@pytest.mark.parametrize(
    ("mode", "times"),
    [
        (Mode(speed="fast"), 2),
        (Mode(tier="batch"), 0.5),
        (Mode(region="us"), 1.1),
        (Mode(speed="fast", region="us"), 2.2),
        (Mode(tier="priority"), 1),
    ],
)
def test_modes_and_regions_change_the_price_of_every_token(mode: Mode, times: float) -> None:
    standard, changed = rates_of("claude-opus-5"), rates_of("claude-opus-5", mode)
    assert changed[:5] == pytest.approx(tuple(times * rate for rate in standard[:5]))
    assert changed.web_search == standard.web_search == pytest.approx(0.01)
    assert changed.is_exact


def test_a_fast_mode_that_only_a_router_still_lists_has_its_price() -> None:
    assert rates_of("claude-opus-4-6", Mode(speed="fast")).input == pytest.approx(30e-6)


@pytest.mark.parametrize(
    ("model", "mode"),
    [
        ("claude-haiku-4-5", Mode(speed="fast")),
        ("claude-opus-5", Mode(region="atlantis")),
        ("us.anthropic.claude-opus-5", Mode(tier="batch")),
    ],
)
def test_a_mode_that_is_on_no_list_is_at_the_standard_price_and_not_exact(model: str, mode: Mode) -> None:
    assert rates_of(model, mode)[:-1] == rates_of(model)[:-1]
    assert not rates_of(model, mode).is_exact


@pytest.mark.parametrize(
    ("name", "seller", "dollars"),
    [
        ("claude-haiku-4-5-20251001", "anthropic", 1),
        ("claude-fable-5[1m]", "anthropic", 10),
        ("us.anthropic.claude-haiku-4-5-20251001-v1:0", "aws", 1.1),
        ("global.anthropic.claude-haiku-4-5-20251001-v1:0", "aws", 1),
        ("eu.anthropic.claude-haiku-5-5-20260901-v1:0", "aws", 0.11),
        ("bedrock/us-east-1/anthropic.claude-opus-4-6-v1:0", "aws", 5.5),
        ("arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.anthropic.claude-sonnet-4-6-v1", "aws", 3.3),
        ("arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-opus-5", "aws", 5.5),
        ("claude-opus-4-5@20251101", "anthropic", 5),
        ("claude-opus-5-5@20260501", "anthropic", 4),
        ("vertex_ai/claude-opus-4-5@20251101", "google", 5),
        ("projects/p/locations/us-east5/publishers/anthropic/models/claude-opus-4-5@20251101", "anthropic", 5),
        ("anthropic/claude-sonnet-4.5:beta", "anthropic", 3),
        ("openrouter/anthropic/claude-opus-4.5", "anthropic", 5),
        ("anthropic/claude-opus-4.5:batch", "openrouter", 2.5),
        ("openrouter/qwen/qwen3-coder:free", "openrouter", 0),
        ("vercel/anthropic/claude-opus-5-fast", "anthropic", 10),
        ("github_copilot/claude-opus-4.8-fast", "github-copilot", 10),
        ("claude-opus-4-8-fast", "anthropic", 10),
        ("grok-4-fast", "x-ai", 0.2),
        ("azure_ai/claude-opus-4-5", "azure", 5),
        ("azure/team-gpt-5.4-west", "openai", 2.5),
        ("databricks-claude-sonnet-4-5", "anthropic", 3),
        ("anthropic--claude-4.5-sonnet", "anthropic", 3),
    ],
)
def test_a_model_is_found_under_every_sellers_name(name: str, seller: str, dollars: float) -> None:
    listing = find_listing(name)
    assert listing is not None
    assert listing.seller == seller
    assert rates_of(name).input == pytest.approx(dollars / 1e6)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "opus",
        "claude-nosuchfamily-7",
        "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3",
    ],
)
def test_a_name_that_tells_no_model_has_no_price(name: str) -> None:
    assert rates(name, at_ms(), Mode(), 1_000) is None
