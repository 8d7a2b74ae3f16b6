"""Facts of a small report, with names as hostile as logs can make them."""

from datetime import UTC, date, datetime
from typing import Any

import numpy as np
from pgvector import Vector

from pipelines.publish.report.reading import ReportFacts, Row
from pipelines.publish.report.runs import LearningRun

HOSTILE = "</script><script>window.pwned=1</script><img src=x onerror=window.pwned=2>'\"&{{7*7}}"
NIGHT = datetime(2026, 1, 2, 2, 0, tzinfo=UTC)


def hostile_facts(**changes: Any) -> ReportFacts:
    """Return facts in which every name, label, reason and title is hostile."""
    advice = recommendation(agent_name=HOSTILE, cluster_label=HOSTILE, reason=HOSTILE)
    tables = {
        "trials": [trial(scope_label=HOSTILE, reason=HOSTILE, project=HOSTILE), trial(state="running", trial_id="u")],
        "proven": [proven(scope_label=HOSTILE)],
        "recommendations": [advice],
        "evidence": [evidence(model, HOSTILE) for model in ("haiku", "sonnet")],
        "changes": [advice | {"change": "changed", "previous_model": "opus", "changed_at": NIGHT}],
        "gaps": [gap(HOSTILE)],
        "failures": [failure(HOSTILE), failure("tester")],
        "projects": [project(HOSTILE), project("/srv/api")],
        "quarantine": [{"reason": HOSTILE, "count_lines": 2, "count_files": 1}],
    }
    values: dict[str, Any] = {
        "run": LearningRun("b", NIGHT, {}),
        "previous": LearningRun("a", NIGHT, {}),
        "span": span(),
        "window": {"window_days": 30, "spawned_from": NIGHT, "spawned_until": NIGHT},
        "new_spawns": {
            "count_spawns": 2,
            "count_successes": 1,
            "count_failures": 1,
            "count_unknown": 0,
            "cost_usd": 0.5,
            "estimated_cost_usd": 0.0,
        },
        "activity": [activity(date(2026, 1, 1), HOSTILE), activity(date(2026, 1, 1), "tester")],
        "tasks": [task(number, HOSTILE) for number in range(5)],
        "tables": tables,
    }
    return ReportFacts(**(values | changes))


def span() -> Row:
    return {
        "count_spawns": 10,
        "count_agents": 2,
        "count_projects": 2,
        "count_users": 2,
        "count_successes": 7,
        "count_agent_failures": 1,
        "count_other_failures": 1,
        "count_unknown": 1,
        "first_day": date(2026, 1, 1),
        "last_day": date(2026, 1, 2),
        "cost_usd": 1.5,
        "estimated_cost_usd": 0.3,
        "count_cost_unknown": 3,
    }


def activity(day: date, agent: str) -> Row:
    counts = {"count_spawns": 5, "count_successes": 3, "count_agent_failures": 1, "count_other_failures": 0}
    costs = {"count_unknown": 1, "count_cost_known": 4, "cost_usd": 1.0, "estimated_cost_usd": 0.2}
    tokens = {"cache_read_tokens": 900, "read_tokens": 1000}
    return {"period": day} | place(agent) | {"model": "sonnet", "work_type": "test"} | counts | costs | tokens


def place(agent: str) -> Row:
    """Return where an agent of that name works, and for whom; hostile names stand for all of it."""
    is_hostile = agent == HOSTILE
    project, user = (HOSTILE, HOSTILE) if is_hostile else ("/srv/api", "ann")
    return {"project": project, "user_name": user, "agent_name": agent}


def failure(agent: str) -> Row:
    cause = {"fault": "agent", "cause": "tool_error", "cause_meaning": agent, "count_spawns": 1}
    return {"period": date(2026, 1, 1)} | place(agent) | {"model": "sonnet"} | cause


def project(name: str) -> Row:
    counts = {"count_spawns": 5, "count_successes": 3, "count_known": 4, "cache_read_share": 0.9}
    costs = {"cost_usd": 1.0, "estimated_cost_usd": 0.2, "main_cost_usd": 3.0, "cost_per_success_usd": 0.4}
    return {"project": name, "user_names": ["ann"], "models": ["sonnet"], "last_day": date(2026, 1, 1)} | counts | costs


def recommendation(**changes: Any) -> Row:
    advice = {
        "agent_name": "tester",
        "work_type": "test",
        "cluster_id": 0,
        "cluster_label": "tests, pytest",
        "baseline_model": "sonnet",
        "model": "haiku",
        "is_change": True,
        "success_rate": 0.97,
        "success_low": 0.89,
        "success_high": 0.99,
        "tasks_observed": 31,
        "expected_cost_usd": 0.08,
        "baseline_expected_cost_usd": 0.2,
        "reason": "haiku is enough.",
        "count_spawns_in_window": 60,
        "possible_saving_usd": 7.5,
        "cost_usd": 12.0,
        "estimated_cost_usd": 3.0,
    }
    return advice | changes


def trial(**changes: Any) -> Row:
    """Return a proposed trial."""
    scope = {"trial_id": "tester-test-haiku", "scope_label": "tester: Write tests", "agent_name": "tester"}
    models = {"baseline_model": "opus", "candidate_model": "haiku", "project": None}
    models |= {"baseline_effort": "", "candidate_effort": ""}
    state = {"state": "proposed", "reason": "31 known runs.", "adopted_at": None, "ended_at": None}
    expected = {"saving_usd_month": 12.4, "expected_gap": 0.021, "gap_low": -0.004, "gap_high": 0.06}
    seen = {
        f"{arm}_{name}": value
        for arm in ("candidate", "baseline")
        for name, value in {"spawns": 0, "known": 0, "success_rate": None, "success_low": None}.items()
    }
    highs = {"candidate_success_high": None, "baseline_success_high": None}
    command = {
        "is_decided_by_logs": False,
        "baseline_success": 0.94,
        "worth_probability": 0.72,
        "spawns_to_decide": 24,
        "command": "spawnwise trial start tester-test-haiku",
    }
    return scope | models | state | expected | seen | highs | command | changes


def proven(**changes: Any) -> Row:
    """Return what a trial has proven to date."""
    scope = {
        "trial_id": "t",
        "scope_label": "tester: Write tests",
        "baseline_model": "opus",
        "candidate_model": "haiku",
    }
    period = {"period": "to date", "week": None, "count_candidate_spawns": 40, "count_baseline_spawns": 38}
    a_spawn = {"saving_per_spawn_usd": 0.3, "saving_per_spawn_low_usd": 0.2, "saving_per_spawn_high_usd": 0.4}
    saving = {"saving_usd": 12.0, "saving_low_usd": 8.0, "saving_high_usd": 16.0}
    success = {"success_difference": -0.02, "success_difference_low": -0.1, "success_difference_high": 0.06}
    failures = {"extra_failures": 0.8, "extra_failures_low": -2.4, "extra_failures_high": 4.0}
    estimated = {"candidate_estimated_cost_share": 0.0, "baseline_estimated_cost_share": 0.0}
    return scope | period | estimated | a_spawn | saving | success | failures | changes


def evidence(model: str, kind: str) -> Row:
    scope = {"kind": kind, "cluster_id": 0, "kind_size": 5, "agent_name": "*", "model": model}
    rates = {"success_rate": 0.9, "success_low": 0.8, "success_high": 0.95}
    rates |= {"success_low_90": 0.85, "success_high_90": 0.93}
    return scope | rates | {"tasks_observed": 5, "expected_cost_usd": None, "is_chosen": model == "haiku"}


def gap(label: str, **changes: Any) -> Row:
    counts = {"count_tasks": 9, "count_uncovered": 6, "count_uncovered_failures": 2}
    return {"gap_id": 0, "gap_label": label, "nearest_agents": "a 0.75", "titles": [label]} | counts | changes


def task(number: int, name: str) -> Row:
    return place(name) | {
        "model": "sonnet",
        "cluster_id": 0,
        "cluster_label": name,
        "outcome": "failure" if number == 0 else "success",
        "spawned_on": date(2026, 1, 1),
        "recommended_model": "haiku",
        "embedding": Vector(np.eye(8)[number]),
        "title": name,
    }
