"""How numbers and moments read on the page."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from typing import Any

from recommender.efforts import arm_name, words_of
from recommender.published_rows import ANY_AGENT

_quota: ContextVar[float | None] = ContextVar("quota", default=None)

MISSING = "\N{EN DASH}"
MINUS = "\N{MINUS SIGN}"


def percent(share: float | None) -> str:
    """Return a share as a whole percentage; 100% only where nothing is missing from it."""
    if share is None:
        return MISSING
    whole = round(share * 100)
    return "99%" if whole == 100 and share < 0.995 else f"{whole}%"


def arm_in_words(row: Mapping[str, Any], field: str = "model") -> str:
    """Return a model of a row with its effort; `baseline_model` has its effort in `baseline_effort`."""
    return words_of(arm_name(row[field] or "unknown", row.get(field.removesuffix("model") + "effort") or ""))


@contextmanager
def in_shares_of(quota: float | None) -> Iterator[None]:
    """Tell amounts as shares of a month's quota, in the unit of weighed costs; as dollars where there is none."""
    token = _quota.set(quota)
    try:
        yield
    finally:
        _quota.reset(token)


def month_of_quota() -> float | None:
    """Return the quota of a month in the unit of weighed costs; None where amounts are dollars."""
    return _quota.get() or None


def is_quota() -> bool:
    """Tell whether amounts are told as shares of a quota."""
    return bool(_quota.get())


def usd(amount: float | None) -> str:
    """Return dollars: cents from one dollar on, two digits that count below. Of a quota return the share."""
    if amount is None:
        return MISSING
    if quota := _quota.get():
        share = 100 * amount / quota
        digits = f"{abs(share):.0f}" if abs(share) >= 10 or not share else f"{abs(share):.2g}"
        return f"{MINUS if share < 0 else ''}{digits}% of the quota"
    sign, size = ("\N{MINUS SIGN}" if amount < 0 else ""), abs(amount)
    if size >= 1000:
        return f"{sign}${size:,.0f}"
    if size >= 1 or size < 0.00005:
        return f"{sign}${size:.2f}"
    return f"{sign}${size:.2g}" if size < 0.1 else f"{sign}${size:.2f}"


def estimated(part: float | None, whole: float | None) -> str:
    """Return how much of an amount is estimated, to go after it; nothing where no cent of it is."""
    if not part or not whole or part < 0.00005:
        return ""
    share = "less than 1%" if part / whole < 0.005 else percent(part / whole)
    return f" ({share} of it estimated)"


def audit_in_words(row: Mapping[str, Any]) -> str:
    """Return success as the rules see it and as audits correct it; a row of `marts.audit`."""
    between = f"{percent(row['corrected_low'])} to {percent(row['corrected_high'])}"
    rates = f"{percent(row['observed_success'])} success by the rules, {percent(row['corrected_success'])} corrected"
    if row["count_audits"]:
        looks = "second look" if row["count_audits"] == 1 else "second looks"
        return f"{rates} by {row['count_audits']:,} {looks} ({between})"
    return f"not audited yet: {rates} by what rules usually miss ({between}). `spawnwise review` takes ten minutes"


def audit_on_page(row: Mapping[str, Any]) -> str:
    """Return `audit_in_words` without the marks that set off a command in a terminal."""
    return audit_in_words(row).replace("`", "")


def agent_in_words(name: str) -> str:
    """Return an agent's name, or that it is any agent."""
    return "any agent" if name == ANY_AGENT else name


def usd_between(middle: float, low: float | None, high: float | None) -> str:
    """Return the interval of an amount told without its sign, in parentheses after a space; nothing where unknown."""
    if low is None or high is None:
        return ""
    low, high = (low, high) if middle >= 0 else (-high, -low)
    return f" ({usd(low)} to {usd(high)})"


def duration(milliseconds: float | None) -> str:
    """Return a duration in the unit that a person would use."""
    if milliseconds is None:
        return MISSING
    seconds = milliseconds / 1000
    if seconds < 120:
        return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def day(value: date | datetime | None) -> str:
    """Return a day such as 3 Nov 2026."""
    return f"{value.day} {value:%b %Y}" if value else MISSING


def moment(value: datetime | None) -> str:
    """Return a moment of UTC to the minute."""
    return f"{day(value)}, {value:%H:%M} UTC" if value else MISSING


def count(number: float | None) -> str:
    """Return a whole number with separators."""
    return MISSING if number is None else f"{number:,.0f}"


def number(value: float | None) -> str:
    """Return a signed number with one digit after the point."""
    return MISSING if value is None else f"{value:+.1f}"


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun: 1 spawn, 2 spawns."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(words: list[str], most: int = 4) -> str:
    """Return words as a list in a sentence; what is beyond `most` is counted."""
    shown = words[:most] + ([f"{len(words) - most} more"] if len(words) > most else [])
    return shown[0] if len(shown) == 1 else ", ".join(shown[:-1]) + f" and {shown[-1]}" if shown else ""


def short_names(paths: Iterable[str]) -> dict[str, str]:
    """Return for each path its last part, or as many of its last parts as tell it from the others."""
    parts = {path: path.rstrip("/").split("/") for path in paths}
    shown = dict.fromkeys(parts, 1)
    while True:
        names = {path: "/".join(parts[path][-shown[path] :]) for path in parts}
        taken = Counter(names.values())
        longer = [path for path in parts if taken[names[path]] > 1 and shown[path] < len(parts[path])]
        if not longer:
            return names
        for path in longer:
            shown[path] += 1


def quoted(label: str | None) -> str:
    """Return a kind of task in quotation marks."""
    return f"\N{LEFT DOUBLE QUOTATION MARK}{label or 'any kind'}\N{RIGHT DOUBLE QUOTATION MARK}"
