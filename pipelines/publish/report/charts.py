"""The charts: Vega-Lite specifications from charts/, the data they draw, and in words what they show."""

import json
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from pipelines.publish.report.reading import ReportFacts, Row
from pipelines.publish.report.wording import (
    arm_in_words,
    count,
    counted,
    day,
    estimated,
    is_quota,
    listed,
    percent,
    short_names,
    usd,
)

CHARTS = ("agents", "evidence", "task_map", "projects", "costs_over_time", "outcomes_over_time", "failures")
COLOURED_MODELS = 7
FAMILIES = ("haiku", "sonnet", "opus", "fable")  # their colours stay the same from report to report
COLOURLESS = ("unknown", "none")


def colours_of(models: set[str]) -> dict[str, str]:
    """Return a CSS colour for each model, known families first; models beyond the palette share the last colour."""
    others = sorted(models - set(FAMILIES) - set(COLOURLESS))
    numbers = {model: FAMILIES.index(model) + 1 for model in FAMILIES if model in models}
    numbers |= {model: min(len(FAMILIES) + 1 + place, COLOURED_MODELS) for place, model in enumerate(others)}
    grey = {model: "var(--model-0)" for model in COLOURLESS if model in models}
    return {model: f"var(--model-{number})" for model, number in numbers.items()} | grey


def specifications(colours: dict[str, str], facts: ReportFacts, *, with_text: bool) -> dict[str, Any]:
    """Return the Vega-Lite specification of each chart, with the models and their colours filled in."""
    folder = Path(__file__).parent / "charts"
    models = list(colours)
    values: dict[str, Any] = {
        "$models": models,
        "$money_axis": ",.2~f" if is_quota() else "$,.2~f",
        "$money_exact": ",.2f" if is_quota() else "$,.2f",
        "$colours": list(colours.values()),
        "$title": [{"field": "title", "title": "task"}] if with_text else [],
    }
    return {
        name: _filled(json.loads((folder / f"{name}.vl.json").read_text(encoding="utf-8")), values) for name in CHARTS
    }


def _filled(part: Any, values: dict[str, Any]) -> Any:
    """Replace a name by its list, and within a list by its elements."""
    if isinstance(part, dict):
        return {key: _filled(value, values) for key, value in part.items()}
    if isinstance(part, list):
        return [
            filled
            for value in part
            for filled in (values[value] if _is_name(value, values) else [_filled(value, values)])
        ]
    return values[part] if _is_name(part, values) else part


def _is_name(part: Any, values: dict[str, Any]) -> bool:
    return isinstance(part, str) and part in values


NAMED = ("project", "user", "agent", "model", "work", "fault", "cause", "meaning", "from", "until", "day")


def packed(rows: list[Row]) -> dict[str, Any]:
    """Return rows as lists of numbers, names as places in lists of names: the page unpacks them."""
    columns = list(rows[0]) if rows else []
    names: dict[str, dict[Any, int]] = {column: {} for column in columns if column in NAMED}
    lists = [
        [
            names[column].setdefault(value, len(names[column])) if column in names else value
            for column, value in row.items()
        ]
        for row in rows
    ]
    return {"names": {column: list(places) for column, places in names.items()}, "columns": columns, "rows": lists}


def activity_data(facts: ReportFacts) -> list[Row]:
    """Return what the filters choose from: counts, costs and tokens by period, project, person, agent and model."""
    return [
        {
            **_filtered_by(row, facts.period),
            "work": row["work_type"],
            "spawns": row["count_spawns"],
            "success": row["count_successes"],
            "own": row["count_agent_failures"],
            "unknown": row["count_unknown"],
            "priced": row["count_cost_known"],
            "cost": round(row["cost_usd"], 4),
            "estimated": round(row["estimated_cost_usd"], 4),
            "cached": row["cache_read_tokens"],
            "read": row["read_tokens"],
        }
        for row in facts.activity
    ]


def _filtered_by(row: Row, period: str) -> Row:
    """Return what every filter of the page goes by."""
    return {
        "from": row["period"].isoformat(),
        "until": _end(row["period"], period).isoformat(),
        "project": row["project"],
        "user": row["user_name"],
        "agent": row["agent_name"],
        "model": row["model"],
    }


def failure_data(facts: ReportFacts) -> list[Row]:
    """Return failures by period, project, person, agent, model, fault and cause."""
    return [
        {
            **_filtered_by(row, facts.period),
            "fault": row["fault"],
            "cause": row["cause"],
            "meaning": row["cause_meaning"],
            "spawns": row["count_spawns"],
        }
        for row in facts["failures"]
    ]


def _end(start: date, period: str) -> date:
    days = {"day": 1, "week": 7}
    return start + timedelta(days=days[period]) if period in days else (start + timedelta(days=31)).replace(day=1)


def evidence_data(facts: ReportFacts) -> list[Row]:
    """Return the rows of the chart of evidence, kinds with many tasks first."""
    return [
        {
            "agent": row["agent_name"],
            "kind": row["kind"],
            "id": row["cluster_id"],
            "size": row["kind_size"],
            "model": row["model"],
            "arm": arm_in_words(row),
            "rate": round(row["success_rate"], 4),
            "low": round(row["success_low_90"], 4),
            "high": round(row["success_high_90"], 4),
            "tasks": row["tasks_observed"],
            "chosen": row["is_chosen"],
        }
        for row in facts["evidence"]
    ]


def summaries(facts: ReportFacts, points: list[Row]) -> dict[str, str]:
    """Return what each chart shows, in words, for anyone who does not see it."""
    span = facts.span
    known = span["count_successes"] + span["count_agent_failures"]
    spent: Counter[str] = Counter()
    for row in facts.activity:
        spent[row["model"]] += row["cost_usd"]
    by_model = listed([f"{model} {usd(cost)}" for model, cost in spent.most_common() if cost])
    by_project: Counter[str] = Counter()
    for row in facts.activity:
        by_project[row["project"]] += row["cost_usd"]
    names = short_names(by_project)
    costly = listed([f"{names[project]} {usd(cost)}" for project, cost in by_project.most_common(3) if cost])
    by_fault: Counter[str] = Counter()
    for row in facts["failures"]:
        by_fault[row["fault"]] += row["count_spawns"]
    recommended = Counter(point["recommended"] for point in points)
    kinds = {point["kind"] for point in points if point["cluster_id"] >= 0}
    chosen = Counter(arm_in_words(row) for row in facts["evidence"] if row["agent_name"] == "*" and row["is_chosen"])
    return {
        "agents": (
            f"{counted(span['count_agents'], 'agent')} in {counted(span['count_spawns'], 'spawn')}; how often each "
            "succeeded where a log tells, those with most spawns first."
        ),
        "projects": (
            f"{counted(span['count_projects'], 'project')} of {counted(span['count_users'], 'person', 'people')}"
            + (f"; most was spent on {costly}" if costly else "")
            + "."
        ),
        "failures": (
            f"{counted(by_fault.total(), 'spawn')} failed"
            + (
                ": " + listed([f"{count(number)} by the {fault}" for fault, number in by_fault.most_common()], 5)
                if by_fault
                else ""
            )
            + "."
        ),
        "outcomes_over_time": (
            f"Spawns by {facts.period} from {day(span['first_day'])} to {day(span['last_day'])}: "
            f"{count(span['count_successes'])} succeeded, {count(span['count_agent_failures'])} failed by their own "
            f"fault, {count(span['count_other_failures'])} by another's, {count(span['count_unknown'])} are unknown. "
            f"Of those that say something of the agent, "
            f"{percent(span['count_successes'] / known if known else None)} succeeded."
        ),
        "costs_over_time": (
            f"{usd(span['cost_usd'])}{estimated(span['estimated_cost_usd'], span['cost_usd'])} by {facts.period}"
            + (f" ({by_model})" if by_model else "")
            + f". {counted(span['count_cost_unknown'], 'spawn')} of unknown cost not counted."
        ),
        "task_map": (
            f"{counted(len(points), 'task')} of {counted(len(kinds), 'kind')}; tasks that are alike lie near each "
            "other, the axes have no other meaning. Recommended: "
            + (listed([f"{model} for {count(tasks)}" for model, tasks in recommended.most_common()]) or "nothing yet")
            + "."
        ),
        "evidence": (
            "For each kind of task, no matter who does it, how often each model succeeds: the estimate, and its 90% "
            "interval. Chosen: "
            + (listed([f"{model} for {counted(kinds, 'kind')}" for model, kinds in chosen.most_common()]) or "none yet")
            + "."
        ),
    }
