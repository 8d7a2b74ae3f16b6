"""How a value of a row becomes a cell of a table."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, NamedTuple

from pipelines.publish.report.columns import Column
from pipelines.publish.report.reading import Row
from pipelines.publish.report.wording import (
    MISSING,
    agent_in_words,
    arm_in_words,
    count,
    day,
    duration,
    estimated,
    moment,
    number,
    percent,
    usd,
)

STATUS = {
    "never_spawned": "never spawned",
    "not_spawned_in_window": "not spawned in the window",
    "no_spec": "spawned without a spec",
}
MODEL_FIELDS = (
    "baseline_model",
    "candidate_model",
    "model",
    "other_model",
    "recommended_model",
    "declared_model",
    "previous_model",
)


class Cell(NamedTuple):
    """A cell: its text, what to sort it by, and how it is drawn; `parts` are numbers or words for the drawing."""

    text: str
    order: float | str
    form: str
    parts: tuple[Any, ...] = ()


def cell(column: Column, row: Row) -> Cell:
    """Return the cell of a row."""
    values = tuple(row.get(field) for field in column.fields)
    value, order = values[0], _order(values[0])
    match column.form:
        case "share":
            share = row[column.fields[0]] / row[column.fields[1]] if values[1] else None
            return Cell(percent(share), -1 if share is None else share, "number")
        case "usd_estimated":
            return Cell(usd(value) + estimated(values[1], value), order, "number")
        case "model" if value is not None:
            value = arm_in_words(row, column.fields[0])
            order = value.lower()
        case "models" | "titles":
            return Cell("", order, column.form, tuple(value or ()))
        case "flag":
            return Cell("yes" if value else MISSING if value is None else "no", order, "text")
        case form if form.endswith("interval") and None not in values[:2]:
            return _interval(form, [float(each) for each in values if each is not None], order)
    return _plain(column.form, value, order)


def _interval(form: str, values: list[float], order: float | str) -> Cell:
    """Return the cell of a value, its lower and its upper bound; the upper one may not be known."""
    value, low, high = [*values, values[0]][:3]
    if form == "interval":
        between = f"at least {percent(low)}" if len(values) < 3 else f"{percent(low)} to {percent(high)}"
        return Cell(f"{percent(value)}, {between}", order, "interval", (value, low, high))
    if form == "usd_interval":
        return Cell(f"{usd(value)} ({usd(low)} to {usd(high)})", order, "number")
    if form == "number_interval":
        return Cell(f"{value:+.1f} ({low:+.1f} to {high:+.1f})", order, "number")
    points, lowest, highest = (round(each * 100) for each in (value, low, high))
    return Cell(f"{points:+d} points ({lowest:+d} to {highest:+d})", order, "number")


def _plain(form: str, value: Any, order: float | str) -> Cell:
    numbers: dict[str, Callable[[Any], str]] = {
        "count": count,
        "percent": percent,
        "usd": usd,
        "duration": duration,
        "interval": percent,
    }
    numbers |= {"usd_interval": usd, "points_interval": percent, "number_interval": number}
    if form in numbers:
        return Cell(numbers[form](value), order, "number")
    if value is None:
        return Cell(MISSING, "", "text")
    texts: dict[str, Callable[[Any], str]] = {
        "day": day,
        "moment": moment,
        "status": lambda status: STATUS.get(status, status),
        "agent": agent_in_words,
        "any_model": lambda model: "any model" if model == "*" else model,
        "words": lambda words: str(words).replace("_", " "),
    }
    return Cell(texts.get(form, str)(value), order, form if form in {"model", "code", "sentence"} else "text")


def models_of(row: Row) -> list[str]:
    """Return the models that a row speaks of, for the page's filter."""
    named = [str(row[field]) for field in MODEL_FIELDS if row.get(field)]
    return sorted({*named, *(row.get("models") or ())})


def arms_of(row: Row) -> dict[str, str]:
    """Return the models that a row speaks of, by how a cell shows them: with their efforts."""
    return {arm_in_words(row, field): str(row[field]) for field in MODEL_FIELDS if row.get(field)}


def agents_of(row: Row) -> list[str]:
    """Return the agents that a row speaks of; none where it speaks of all."""
    return [str(row[field]) for field in ("agent_name", "other_agent_name") if row.get(field) not in (None, "*")]


def projects_of(row: Row) -> list[str]:
    """Return the projects that a row speaks of; none where it speaks of all."""
    return [str(row["project"])] if row.get("project") else list(row.get("projects") or ())


def users_of(row: Row) -> list[str]:
    """Return the people that a row speaks of; none where it speaks of all."""
    return [str(row["user_name"])] if row.get("user_name") else list(row.get("user_names") or ())


def _order(value: Any) -> float | str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, bool | int | float):
        return float(value)
    return "" if value is None else str(value).lower()
