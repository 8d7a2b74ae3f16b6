"""A cron expression as the times that each machine's scheduler understands."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from recommender.errors import SpawnwiseError

SHORTHANDS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
WEEKDAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LIMITS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))


class UnusableScheduleError(SpawnwiseError):
    """SPAWNWISE_SCHEDULE says what a scheduler of a machine cannot do."""


@dataclass(frozen=True)
class Times:
    """The values of each field of a cron expression; None where any will do."""

    minutes: tuple[int, ...] | None
    hours: tuple[int, ...] | None
    days: tuple[int, ...] | None
    months: tuple[int, ...] | None
    weekdays: tuple[int, ...] | None  # 0 is Sunday


def read_cron(expression: str) -> Times:
    """Read a cron expression of five fields; raise `UnusableScheduleError` in words."""
    fields = SHORTHANDS.get(expression.lower(), expression).split()
    try:
        if len(fields) != len(LIMITS):
            raise ValueError
        minutes, hours, days, months, weekdays = (
            _values(field.lower(), *limits, names)
            for field, limits, names in zip(fields, LIMITS, ((), (), (), MONTHS, WEEKDAYS), strict=True)
        )
    except ValueError:
        message = (
            f"SPAWNWISE_SCHEDULE is {expression!r}, which the scheduler of a machine cannot do. Give five fields of "
            "numbers, names, lists, ranges and steps, such as '0 2 * * *' or '30 6 * * mon-fri'."
        )
        raise UnusableScheduleError(message) from None
    if weekdays is not None:
        weekdays = tuple(sorted({day % 7 for day in weekdays}))
    return Times(minutes, hours, days, months, weekdays)


def _values(field: str, lowest: int, highest: int, names: tuple[str, ...]) -> tuple[int, ...] | None:
    numbers = {name.lower(): number for number, name in enumerate(names, start=lowest)}
    if field == "*":
        return None
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        if span == "*":
            low, high = lowest, highest
        else:
            low = numbers[first] if first in numbers else int(first)
            high = (numbers[last] if last in numbers else int(last)) if last else (highest if step else low)
        if not lowest <= low <= high <= highest or (step and int(step) < 1):
            raise ValueError
        found.update(range(low, high + 1, int(step or 1)))
    return tuple(sorted(found))


def on_calendar(times: Times) -> list[str]:
    """Return systemd's calendar events; two where cron runs on a day of the month or of the week."""
    clock = f"{_listed(times.hours)}:{_listed(times.minutes)}:00"
    months, days = _listed(times.months), _listed(times.days)
    if times.weekdays is None:
        return [f"*-{months}-{days} {clock}"]
    week = f"{','.join(WEEKDAYS[day] for day in times.weekdays)} *-{months}-* {clock}"
    return [week] if times.days is None else [week, f"*-{months}-{days} {clock}"]


def _listed(values: tuple[int, ...] | None) -> str:
    return "*" if values is None else ",".join(map(str, values))


def calendar_intervals(times: Times) -> list[dict[str, int]]:
    """Return launchd's calendar intervals, which know no lists: one for each combination."""
    shared = {"Minute": times.minutes, "Hour": times.hours, "Month": times.months}
    if times.days is None or times.weekdays is None:
        return list(_combined({**shared, "Day": times.days, "Weekday": times.weekdays}))
    return [*_combined({**shared, "Day": times.days}), *_combined({**shared, "Weekday": times.weekdays})]


def _combined(fields: dict[str, tuple[int, ...] | None]) -> Iterator[dict[str, int]]:
    given = {name: values for name, values in fields.items() if values is not None}
    for choice in product(*given.values()):
        yield dict(zip(given, choice, strict=True))
