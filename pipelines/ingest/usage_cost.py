"""What a spawn cost: the tokens of its messages, each at the price of its model, mode, size and time."""

import math
import zlib
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import orjson

from pipelines.ingest.facts import Message
from pipelines.ingest.prices import Mode, Usage, rates
from pipelines.ingest.values import text

# Calibrated on 528 finished messages of real logs that show no thinking: this gives .91 of their true output in total,
# .97 for words alone; the median message has 1.3 times its estimate. Thinking leaves nothing to see, so with it the
# true output is more still (3 times as much in 128 messages): the estimate is a lower one.
BYTES_PER_TOKEN = 3.7  # of UTF-8, so that a script of long characters is not taken for few tokens
TOKENS_PER_CALL = 45  # what frames a tool call beside its arguments
# A count below this share of what can be seen was written when the message began, and is none of its output.
PLACEHOLDER_SHARE = 0.5


class UsageCost(NamedTuple):
    """Tokens and dollars of one spawn, or of one message.

    `cost_usd` is None where a model's price is unknown. The estimated parts are those of tokens that no log counted;
    they are within `usage` and `cost_usd`.
    """

    usage: Usage
    cost_usd: float | None
    estimated_output_tokens: int
    estimated_cost_usd: float
    is_complete: bool


def usage_cost(
    messages: Mapping[str, Iterable[Any]], said: Mapping[str, Mapping[str, int]] | None = None
) -> UsageCost | None:
    """Add up the messages of one child, {id: fields of a Message}, each once; None where there are none.

    `said` holds the estimated tokens of what can be seen of unfinished messages: {id: {part: tokens}}. Complete means
    that every message was seen to its end and is on the price list in its mode.
    """
    if not messages:
        return None
    bills = [message_cost(Message(*fields), (said or {}).get(id_)) for id_, fields in messages.items()]
    is_priced = all(bill.cost_usd is not None for bill in bills)
    # Not sum(): floats add up differently in another order.
    return UsageCost(
        Usage(*map(sum, zip(*(bill.usage for bill in bills), strict=True))),
        round(math.fsum(bill.cost_usd or 0.0 for bill in bills), 9) if is_priced else None,
        sum(bill.estimated_output_tokens for bill in bills),
        round(math.fsum(bill.estimated_cost_usd for bill in bills), 9) if is_priced else 0.0,
        all(bill.is_complete for bill in bills),
    )


def message_cost(message: Message, said: Mapping[str, int] | None = None) -> UsageCost:
    """Return what one message took, by what can be seen of it where it is not finished."""
    visible = sum(said.values()) if said and not message.is_final else 0
    is_placeholder = message.output < PLACEHOLDER_SHARE * visible
    usage = _usage(message, visible if is_placeholder else message.output)
    mode = Mode(message.speed, message.tier, message.region)
    price = rates(message.model, message.at_ms, mode, usage.prompt_tokens)
    return UsageCost(
        usage,
        price.cost(usage, message.web_searches) if price else None,
        visible if is_placeholder else 0,
        visible * price.output if is_placeholder and price else 0.0,
        bool(message.is_final) and price is not None and price.is_exact,
    )


def total_cost(model: str, at_ms: int, usage: Usage, calls: int | None) -> float | None:
    """Return what a whole run cost of which only the sum of tokens is known, None where the model is on no list.

    A price that depends on the size of a prompt is taken at the mean one of the run's calls, at its first step where
    their number is unknown.
    """
    price = rates(model, at_ms, Mode(), usage.prompt_tokens // calls if calls else 0)
    return None if price is None else round(price.cost(usage), 9)


def visible_tokens(block: Mapping[str, Any]) -> tuple[str, int] | None:
    """Return (key, estimated tokens) of a part of a message that can be seen: text, or a call of a tool."""
    if block.get("type") == "text":
        words = text(block.get("text"))
        return (_key(words[:64]), _tokens(len(words.encode("utf-8", "replace")))) if words else None
    if block.get("type") == "tool_use":
        try:
            size = len(orjson.dumps([block.get("name"), block.get("input")]))
        except TypeError:  # half characters, or numbers beyond any machine's
            size = 0
        return _key(text(block.get("id"))), _tokens(size) + TOKENS_PER_CALL
    return None


def _usage(message: Message, output_tokens: int) -> Usage:
    return Usage(message.input, output_tokens, message.cache_read, message.cache_write, message.cache_write_1h)


def _tokens(size: int) -> int:
    return round(size / BYTES_PER_TOKEN)


def _key(words: str) -> str:
    return f"{zlib.crc32(words.encode('utf-8', 'replace')):x}"
