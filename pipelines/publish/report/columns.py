"""The tables of the page: which columns, in which form."""

from collections.abc import Mapping
from typing import NamedTuple


class Column(NamedTuple):
    """A column: its title, how its values read (a form of cells.py), and the fields that they are made of."""

    title: str
    form: str
    fields: tuple[str, ...]


def _column(title: str, form: str, *fields: str) -> Column:
    return Column(title, form, fields)


def _arm(title: str, model: str = "model") -> Column:
    return Column(title, "model", (model, model.removesuffix("model") + "effort"))


AGENT = _column("Agent", "text", "agent_name")
KIND = _column("Kind of task", "text", "cluster_label")
SUCCESS = _column("Success", "interval", "success_rate", "success_low", "success_high")
SPAWNS = _column("Spawns", "count", "count_spawns")
COST = _column("Cost", "usd_estimated", "cost_usd", "estimated_cost_usd")

COLUMNS: Mapping[str, tuple[Column, ...]] = {
    "trials": (
        _column("What", "text", "scope_label"),
        _arm("Now", "baseline_model"),
        _arm("Try", "candidate_model"),
        _column("State", "text", "state"),
        _column("At stake a month", "usd", "saving_usd_month"),
        _column("Success at risk", "points_interval", "expected_gap", "gap_low", "gap_high"),
        _column("Spawns to decide", "count", "spawns_to_decide"),
        _column("Tried", "count", "candidate_spawns"),
        _column(
            "Success tried", "interval", "candidate_success_rate", "candidate_success_low", "candidate_success_high"
        ),
        _column("Success now", "interval", "baseline_success_rate", "baseline_success_low", "baseline_success_high"),
        _column("Why", "sentence", "reason"),
        _column("Command", "code", "command"),
    ),
    "proven": (
        _column("What", "text", "scope_label"),
        _arm("Now", "baseline_model"),
        _arm("Tried", "candidate_model"),
        _column("Period", "text", "period"),
        _column("Week of", "day", "week"),
        _column("Spawns tried", "count", "count_candidate_spawns"),
        _column("Spawns compared", "count", "count_baseline_spawns"),
        _column(
            "Saving a spawn",
            "usd_interval",
            "saving_per_spawn_usd",
            "saving_per_spawn_low_usd",
            "saving_per_spawn_high_usd",
        ),
        _column("Saving", "usd_interval", "saving_usd", "saving_low_usd", "saving_high_usd"),
        _column(
            "Success",
            "points_interval",
            "success_difference",
            "success_difference_low",
            "success_difference_high",
        ),
        _column("Extra failures", "number_interval", "extra_failures", "extra_failures_low", "extra_failures_high"),
    ),
    "recommendations": (
        AGENT,
        KIND,
        _arm("Now", "baseline_model"),
        _arm("Recommended"),
        SUCCESS,
        _column("Outcomes", "count", "tasks_observed"),
        _column("Cost now", "usd", "baseline_expected_cost_usd"),
        _column("Cost recommended", "usd", "expected_cost_usd"),
        _column("Why", "sentence", "reason"),
    ),
    "changes": (
        _column("Published", "moment", "changed_at"),
        AGENT,
        KIND,
        _column("Change", "text", "change"),
        _arm("Before", "previous_model"),
        _arm("Now"),
        _column("Evidence", "text", "evidence_source"),
        _column("Why", "sentence", "reason"),
    ),
    "evidence": (
        _column("Kind of task", "text", "kind"),
        AGENT,
        _arm("Model"),
        SUCCESS,
        _column("Outcomes", "count", "tasks_observed"),
        _column("Cost a task", "usd", "expected_cost_usd"),
        _column("Chosen", "flag", "is_chosen"),
    ),
    "activity": (
        _column("From", "day", "period"),
        _column("Project", "text", "project"),
        _column("Person", "text", "user_name"),
        AGENT,
        _column("Model", "model", "model"),
        SPAWNS,
        _column("Succeeded", "count", "count_successes"),
        _column("Own failures", "count", "count_agent_failures"),
        _column("Other failures", "count", "count_other_failures"),
        _column("Unknown", "count", "count_unknown"),
        COST,
    ),
    "savings": (
        _column("Last days", "count", "window_days"),
        SPAWNS,
        COST,
        _column(
            "Possible saving",
            "usd_interval",
            "possible_saving_usd",
            "possible_saving_low_usd",
            "possible_saving_high_usd",
        ),
        _column("Advice followed", "count", "count_followed"),
        _column("Of these failed", "count", "count_followed_failures"),
        _column(
            "Estimated saving",
            "usd_interval",
            "realised_saving_usd",
            "realised_saving_low_usd",
            "realised_saving_high_usd",
        ),
    ),
    "agents": (
        AGENT,
        SPAWNS,
        _column("Success", "share", "count_successes", "count_known"),
        _column("Unknown", "share", "count_unknown", "count_spawns"),
        _column("Median", "duration", "p50_duration_ms"),
        _column("95th percentile", "duration", "p95_duration_ms"),
        COST,
        _column("Models", "models", "models"),
        _column("Last spawn", "day", "last_day"),
    ),
    "projects": (
        _column("Project", "text", "project"),
        SPAWNS,
        _column("Success", "share", "count_successes", "count_known"),
        COST,
        _column("Main conversations", "usd", "main_cost_usd"),
        _column("Cost a success", "usd", "cost_per_success_usd"),
        _column("From the cache", "percent", "cache_read_share"),
        _column("Models", "models", "models"),
        _column("Last spawn", "day", "last_day"),
    ),
    "overloaded": (
        AGENT,
        SPAWNS,
        SUCCESS,
        _column("Before", "percent", "previous_success_rate"),
        _column("Split off", "text", "split_cluster_label"),
        _column("Success there", "percent", "split_success_rate"),
        _column("Success without", "percent", "success_rate_without_split"),
    ),
    "unused": (
        AGENT,
        _column("Status", "status", "status"),
        _column("Declared model", "model", "declared_model"),
        _column("Spawns in window", "count", "count_spawns_in_window"),
        _column("Spawns ever", "count", "count_spawns_ever"),
        _column("Last spawn", "day", "last_spawned_at"),
    ),
    "overlap": (
        AGENT,
        _column("and", "text", "other_agent_name"),
        _column("Tasks", "count", "count_tasks"),
        _column("and", "count", "other_count_tasks"),
        _column("Same kinds", "percent", "shared_kinds_share"),
        _column("Kinds", "sentence", "shared_kinds"),
    ),
    "drift": (
        AGENT,
        _column("Declared", "model", "declared_model"),
        _column("Recommended", "model", "recommended_model"),
        _column("Success", "interval", "success_rate", "success_low", "success_high"),
        _column("Outcomes", "count", "tasks_observed"),
        _column("Change to the spec", "code", "spec_diff"),
    ),
    "gaps": (
        _column("What a new agent should cover", "text", "gap_label"),
        _column("Tasks", "count", "count_tasks"),
        _column("Uncovered", "count", "count_uncovered"),
        _column("Of these failed", "count", "count_uncovered_failures"),
        _column("Nearest agents and their distance", "text", "nearest_agents"),
        _column("Examples", "titles", "titles"),
    ),
    "comparisons": (
        KIND,
        _column("Model", "model", "model"),
        _column("Success", "percent", "success_rate"),
        _column("Other model", "model", "other_model"),
        _column("Its success", "percent", "other_success_rate"),
        _column("Difference", "points_interval", "difference", "difference_low", "difference_high"),
        _column("Better", "model", "better_model"),
        _column("Cheaper", "model", "cheaper_model"),
    ),
    "regressions": (
        _column("Model", "model", "model"),
        _column("Week of", "day", "week"),
        _column("Outcomes", "count", "count_known"),
        _column("Success", "percent", "success_rate"),
        _column("Expected", "percent", "expected_success_rate"),
    ),
    "advice": (
        _column("Week of", "day", "decided_in_week"),
        _column("Answered from", "text", "answer_source"),
        _column("Followed", "flag", "is_followed"),
        _column("Decisions", "count", "count_decisions"),
        SUCCESS,
        _column("Told", "percent", "predicted_success_rate"),
        _column("Calibrated", "flag", "is_calibrated"),
    ),
    "outcomes": (
        _column("Outcome", "text", "outcome"),
        _column("Whose fault", "text", "fault"),
        _column("Decided by", "words", "evidence"),
        _column("Its own word", "flag", "is_self_reported"),
        SPAWNS,
        _column("Share", "percent", "share"),
        _column("Confidence", "percent", "mean_confidence"),
        _column("Source", "text", "source"),
    ),
    "audit": (
        _column("Agent", "agent", "agent_name"),
        _column("Model", "any_model", "model"),
        _column("Outcomes", "count", "count_outcomes"),
        _column("By the rules", "percent", "observed_success"),
        _column("Corrected", "percent", "corrected_success"),
        _column("At least", "percent", "corrected_low"),
        _column("At most", "percent", "corrected_high"),
        _column("Second looks", "count", "count_audits"),
        _column("By a person", "count", "count_person"),
    ),
    "quality": (
        _column("Source", "text", "source"),
        _column("Writer", "text", "writer_version"),
        _column("Lines read", "count", "count_lines_read"),
        _column("Unreadable", "count", "count_lines_quarantined"),
        SPAWNS,
        _column("No result", "count", "count_without_result"),
        _column("Unknown model", "count", "count_unknown_model"),
        _column("Unknown cost", "count", "count_unknown_cost"),
        _column("Estimated cost", "count", "count_estimated_cost"),
        _column("Unknown outcome", "percent", "unknown_outcome_share"),
        _column("Unruled signals", "count", "count_unruled_signals"),
        _column("Impossible times", "count", "count_impossible_times"),
    ),
    "quarantine": (
        _column("Why lines could not be read", "text", "reason"),
        _column("Lines", "count", "count_lines"),
        _column("Files", "count", "count_files"),
    ),
}
