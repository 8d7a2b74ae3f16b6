"""A decision in plain words."""

import math
from typing import NamedTuple

import numpy as np

from recommender.decision import DecisionReason, Rule

_FRACTIONS = {2: "half", 3: "a third", 4: "a quarter", 5: "a fifth", 10: "a tenth"}


class Seen(NamedTuple):
    """What is known of one model in one scope: success in [0, 1], known outcomes, dollars (NaN where unknown).

    `self_reported` counts those of the outcomes that only the program that did the work tells of.
    """

    model: str
    success_rate: float
    outcomes: int
    cost_usd: float
    net_benefit: float
    worth: float
    self_reported: int = 0


def reason_of(reason: DecisionReason, chosen: Seen, baseline: Seen, others: list[Seen], rule: Rule) -> str:
    """Say why `chosen` answers; `others` are the models that were tried besides."""
    money = "quota" if rule.is_quota else "cost"
    if reason is DecisionReason.CHEAPER:
        return (
            f"Use {chosen.model}: {_against(chosen, baseline)}, at {cost_share(chosen.cost_usd, baseline.cost_usd)} "
            f"of the {money}; {_worth_it(chosen, baseline)}."
        )
    if reason is DecisionReason.BETTER:
        return (
            f"Use {chosen.model}: {_against(chosen, baseline)}, at {_times(chosen.cost_usd, baseline.cost_usd)} the "
            f"{money}; worth it as a failure costs {_number(rule.failure_cost)} such spawns."
        )
    record = f"{percent(baseline.success_rate)} success{_in_runs(baseline)}"
    if not baseline.outcomes:
        record = "no run of it on such work is known"
    if reason is DecisionReason.UNTRIED:
        return f"Keep {baseline.model}: {record}, and no other model has been tried enough."
    nearest = max(others, key=lambda seen: seen.worth, default=chosen)
    tried = f"{nearest.model[:1].upper()}{nearest.model[1:]} has {percent(nearest.success_rate)}"
    return (
        f"Keep {baseline.model}: {record}. {tried}"
        f"{_in_runs(nearest)}; it is worth a switch with {percent_below(nearest.worth)} probability, and "
        f"{percent(rule.required_probability)} is required."
    )


def percent(share: float) -> str:
    """Return a share as a whole percentage."""
    return f"{100 * float(share):.0f}%"


def percent_below(share: float) -> str:
    """Return the whole percentage below a share: one that falls short of a bound must not be told as the bound."""
    return f"{math.floor(100 * float(share))}%"


def dollars(amount: float) -> str:
    """Return an amount of dollars, to two digits that count."""
    if not np.isfinite(amount):
        return "an unknown cost"
    return f"${float(amount):,.2f}" if amount >= 0.1 else f"${float(amount):.2g}"


def cost_share(cost: float, of: float) -> str:
    """Return how a cost compares with a larger one: a fifth, 40%."""
    share = cost / of
    whole = _FRACTIONS.get(round(1 / share)) if share > 0 else None
    return whole if whole and abs(share * round(1 / share) - 1) < 0.1 else percent(share)


def _against(chosen: Seen, baseline: Seen) -> str:
    return f"{percent(chosen.success_rate)} success{_in_runs(chosen)} against {percent(baseline.success_rate)}"


def _in_runs(seen: Seen) -> str:
    told = f" ({seen.self_reported:,} self-reported)" if seen.self_reported else ""
    return f" in {seen.outcomes:,} {'run' if seen.outcomes == 1 else 'runs'}{told}" if seen.outcomes else ""


def _worth_it(chosen: Seen, baseline: Seen) -> str:
    """Say up to which price of a failure the choice pays."""
    gap, saved = baseline.success_rate - chosen.success_rate, 1 - chosen.cost_usd / baseline.cost_usd
    if gap <= 0.0005 or saved / gap >= 1000:
        return "worth it whatever a failure costs"
    return f"worth it unless a failure costs more than {_number(saved / gap)} spawns"


def _times(cost: float, of: float) -> str:
    return f"{cost / of:.1f} times" if np.isfinite(cost / of) else "an unknown multiple of"


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.2g}"
