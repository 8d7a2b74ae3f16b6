"""What the messages of a spawn cost, and how much of that is an estimate."""

from datetime import UTC, datetime
from typing import Any

import pytest

from pipelines.ingest.facts import Message, count_message, join
from pipelines.ingest.prices import Usage
from pipelines.ingest.usage_cost import TOKENS_PER_CALL, UsageCost, total_cost, usage_cost, visible_tokens

AT_MS = round(datetime(2026, 11, 1, tzinfo=UTC).timestamp() * 1000)


def message(**changes: Any) -> Message:
    fields = {"is_final": 1, "output": 1_000, "at_ms": AT_MS, "model": "claude-opus-5", "input": 10_000}
    return Message(**(fields | {"cache_read": 0, "cache_write": 0, "cache_write_1h": 0} | changes))


def cost_of(*messages: Message, said: dict[str, dict[str, int]] | None = None) -> UsageCost:
    cost = usage_cost({str(number): each.fields() for number, each in enumerate(messages)}, said)
    assert cost is not None
    return cost


def test_each_message_has_the_price_of_its_own_size() -> None:
    short = message(model="claude-haiku-5-5", input=60_000, output=0)
    long = message(model="claude-haiku-5-5", input=150_000, output=0)
    assert cost_of(short, short, short).cost_usd == pytest.approx(0.018), "three short ones make no long one"
    assert cost_of(short, long).cost_usd == pytest.approx(0.006 + 0.075)
    cached = message(model="claude-haiku-5-5", input=0, cache_read=150_000, output=0)
    assert cost_of(cached).cost_usd == pytest.approx(0.0075), "what is read from the cache is part of the prompt"


def test_mode_region_tier_and_searches_of_a_message_are_priced() -> None:
    standard = cost_of(message()).cost_usd
    assert standard is not None
    for changes, right in (
        ({"speed": "fast"}, 2 * standard),
        ({"region": "us"}, 1.1 * standard),
        ({"tier": "batch"}, 0.5 * standard),
        ({"web_searches": 3}, standard + 0.03),
        ({"effort": "high"}, standard),
    ):
        assert cost_of(message(**changes)).cost_usd == pytest.approx(right), changes


def test_facts_stored_before_there_were_modes_still_count() -> None:
    cost = usage_cost({"m": [1, 1_000, AT_MS, "claude-opus-5", 10_000, 0, 0, 0]})
    assert cost == cost_of(message())


def test_a_placeholder_is_replaced_by_what_can_be_seen_and_marked() -> None:
    cost = cost_of(message(is_final=0, output=2), message(), said={"0": {"a": 300, "b": 100}})
    assert cost.usage.output_tokens == 1_400
    assert cost.estimated_output_tokens == 400
    assert cost.estimated_cost_usd == pytest.approx(400 * 25e-6)
    assert cost.cost_usd == pytest.approx(20_000 * 5e-6 + 1_400 * 25e-6)
    assert not cost.is_complete


@pytest.mark.parametrize(("output", "estimated"), [(199, 400), (200, 0)])
def test_a_count_below_half_of_what_can_be_seen_is_a_placeholder(output: int, estimated: int) -> None:
    cost = cost_of(message(is_final=0, output=output), said={"0": {"a": 400}})
    assert cost.estimated_output_tokens == estimated
    assert cost.usage.output_tokens == (estimated or output)


def test_a_final_count_is_never_replaced() -> None:
    assert cost_of(message(output=2), said={"0": {"a": 400}}).estimated_output_tokens == 0


def test_without_a_price_tokens_are_estimated_and_dollars_unknown() -> None:
    cost = cost_of(message(model="nobodys-model", is_final=0, output=1), said={"0": {"a": 400}})
    assert (cost.cost_usd, cost.estimated_cost_usd, cost.estimated_output_tokens) == (None, 0, 400)
    assert not cost.is_complete


def test_a_mode_that_is_on_no_list_makes_the_cost_incomplete() -> None:
    assert cost_of(message()).is_complete
    assert not cost_of(message(model="claude-haiku-4-5", speed="fast")).is_complete


def test_what_was_seen_of_a_message_is_forgotten_when_its_end_is_known() -> None:
    begun: dict[str, Any] = {}
    count_message(begun, "m", message(is_final=0, output=1), {"a": 10})
    count_message(begun, "m", message(is_final=0, output=1), {"b": 20, "a": 15})
    assert begun["said"] == {"m": {"a": 15, "b": 20}}
    ended: dict[str, Any] = {}
    count_message(ended, "m", message())
    assert "said" not in join(begun, ended)
    count_message(begun, "m", message())
    assert "said" not in begun


def test_text_and_calls_of_tools_can_be_seen_and_thinking_cannot() -> None:
    assert visible_tokens({"type": "text", "text": "x" * 370}) == visible_tokens({"type": "text", "text": "x" * 370})
    assert (visible_tokens({"type": "text", "text": "x" * 370}) or ("", 0))[1] == 100
    _, short = visible_tokens({"type": "tool_use", "id": "t", "name": "Read", "input": {}}) or ("", 0)
    _, long = visible_tokens({"type": "tool_use", "id": "t", "name": "Read", "input": {"path": "x" * 370}}) or ("", 0)
    assert short > TOKENS_PER_CALL
    assert long - short == pytest.approx(102, abs=3)
    damaged = {"type": "tool_use", "id": "t", "name": "Read", "input": {"path": "\ud800", "line": 10**30}}
    assert (visible_tokens(damaged) or ("", 0))[1] == TOKENS_PER_CALL
    assert visible_tokens({"type": "thinking", "thinking": "x" * 370}) is None
    assert visible_tokens({"type": "text", "text": ""}) is None


def test_a_text_that_grew_is_counted_once() -> None:
    begun, whole = (
        visible_tokens({"type": "text", "text": "y" * 100}),
        visible_tokens({"type": "text", "text": "y" * 900}),
    )
    assert begun is not None
    assert whole is not None
    assert begun[0] == whole[0]
    assert begun[1] < whole[1]


def test_a_sum_over_many_calls_is_no_long_prompt() -> None:
    usage = Usage(400_000, 1_000, 0, 0, 0)
    many, unknown, one = (total_cost("claude-haiku-5-5", AT_MS, usage, calls) for calls in (10, None, 1))
    assert many == unknown == pytest.approx(400_000 * 0.1e-6 + 1_000 * 0.5e-6)
    assert one == pytest.approx(5 * (400_000 * 0.1e-6 + 1_000 * 0.5e-6))
    assert total_cost("nobodys-model", AT_MS, usage, 1) is None
