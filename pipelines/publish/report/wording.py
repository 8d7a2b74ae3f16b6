"""How numbers and moments read on the page."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

MISSING = "\N{EN DASH}"


def percent(share: float | None) -> str:
    """Return a share as a whole percentage; 100% only where nothing is missing from it."""
    if share is None:
        return MISSING
    whole = round(share * 100)
    return "99%" if whole == 100 and share < 0.995 else f"{whole}%"


def usd(amount: float | None) -> str:
    """Return dollars: cents from one dollar on, two digits that count below."""
    if amount is None:
        return MISSING
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


def quoted(label: str | None) -> str:
    """Return a kind of task in quotation marks."""
    return f"\N{LEFT DOUBLE QUOTATION MARK}{label or 'any kind'}\N{RIGHT DOUBLE QUOTATION MARK}"
