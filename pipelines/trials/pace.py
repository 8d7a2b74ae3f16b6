"""How much work there is of a scope, and what it costs: what a trial there has at stake."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from recommender.decision import Floats
from recommender.efforts import arm_among, effort_level
from recommender.judgement import Records
from recommender.published_rows import ANY_AGENT, ANY_KIND, Scope

ACTIVE_DAYS = 30  # before a scope's last spawn: the pace of its work is taken from these
STALE_DAYS = 90  # before the last spawn of all: work that ended earlier is not worth a trial
PACE_DAYS_AT_LEAST = 7


@dataclass(frozen=True)
class DayOfWork:
    """Spawns of one day, agent, kind of task and baseline: their number, and the cost of those where it is known."""

    day: date
    agent_name: str
    work_type: str
    cluster_id: int
    baseline_model: str
    baseline_effort: str
    count_spawns: int
    count_costs: int
    cost_usd: float


@dataclass(frozen=True)
class Pace:
    """How much work of a scope runs on a baseline: spawns a month, and what they cost a month, None where unknown."""

    spawns_month: float
    spend_usd_month: float | None


def pace_of(
    days: Iterable[DayOfWork], expected_cost_usd: Mapping[tuple[Scope, str], float], arms: Sequence[str] = ()
) -> dict[tuple[Scope, str], Pace]:
    """Return the pace of the work of each scope on each baseline, of the days before its own last spawn.

    A baseline is one of `arms`: where efforts of a model are told apart, its work is counted by effort. Where no cost
    is known, the expected one of (scope, baseline) stands for it.
    """
    found: dict[tuple[Scope, str], list[DayOfWork]] = {}
    newest = date.min
    for day in days:
        newest = max(newest, day.day)
        for scope in scopes_of_work(day.agent_name, day.work_type, day.cluster_id):
            arm = arm_among(arms, day.baseline_model, effort_level(day.baseline_effort)) or day.baseline_model
            found.setdefault((scope, arm), []).append(day)
    paces = {}
    for key, work in found.items():
        last = max(day.day for day in work)
        if last < newest - timedelta(days=STALE_DAYS):
            continue
        recent = [day for day in work if day.day > last - timedelta(days=ACTIVE_DAYS)]
        months = max(PACE_DAYS_AT_LEAST, (last - min(day.day for day in recent)).days + 1) / ACTIVE_DAYS
        spawns, costs = sum(day.count_spawns for day in recent), sum(day.count_costs for day in recent)
        mean = sum(day.cost_usd for day in recent) / costs if costs else expected_cost_usd.get(key, float("nan"))
        paces[key] = Pace(spawns / months, mean * spawns / months if np.isfinite(mean) else None)
    return paces


def scopes_of_work(agent: str, work_type: str, cluster_id: int) -> list[Scope]:
    """Return the scopes in which a trial can be made of such work: never of any work of any agent."""
    kinds = {(work_type, ANY_KIND), (work_type, cluster_id)}
    return [Scope(agent), *(Scope(name, *kind) for name in (ANY_AGENT, agent) for kind in sorted(kinds))]


def expected_costs_of(records: Records) -> dict[tuple[Scope, str], float]:
    """Return the expected cost of a task in dollars of each scope and model where it is known."""
    cost: Floats = records.evidence.cost_usd
    return {
        (scope, model): float(cost[row, column])
        for row, scope in enumerate(records.scopes)
        for column, model in enumerate(records.models)
        if np.isfinite(cost[row, column])
    }
