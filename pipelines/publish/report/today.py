"""What a person may do now: trials to start or to look at, advice to take; each with money, risk and the command."""

from collections.abc import Iterator
from typing import NamedTuple

from pipelines.publish import trial_words
from pipelines.publish.report.reading import ReportFacts, Row
from pipelines.publish.report.wording import arm_in_words, counted, percent, quoted, usd

ENFORCE = "spawnwise install --mode enforce"
DAYS_A_MONTH = 30


class Action(NamedTuple):
    """Something to do: what, what it brings, what it risks, by which command.

    `share` is the success now, then the one to expect with its interval: (now, low, middle, high), where it is known.
    """

    kind: str  # resume, start or take
    what: str
    before: str
    after: str
    money: str
    estimated: str
    risk: str
    command: str
    agent: str
    share: tuple[float, float, float, float] | None = None
    expected_usd_month: float = 0.0


def actions(facts: ReportFacts) -> list[Action]:
    """Return what there is to do: what waits for a person comes first, then the largest expected saving."""
    return [
        *_paused(facts),
        *sorted([*_proposed(facts), *_advice(facts)], key=lambda action: -action.expected_usd_month),
    ]


def _paused(facts: ReportFacts) -> Iterator[Action]:
    for row in facts["trials"]:
        if row["state"] == "paused":
            yield _trial("resume", row, row["reason"])


def _proposed(facts: ReportFacts) -> Iterator[Action]:
    for row in facts["trials"]:
        if row["state"] == "proposed":
            yield _trial("start", row, trial_words.odds_in_words(row))


def _trial(kind: str, row: Row, risk: str) -> Action:
    now = row.get("baseline_success")
    share = None
    if now is not None:
        bounds = (now - row["gap_high"], now - row["expected_gap"], now - row["gap_low"])
        low, middle, high = (min(max(bound, 0.0), 1.0) for bound in bounds)
        share = (now, low, middle, high)
    return Action(
        kind,
        row["scope_label"] + (f" in {row['project']}" if row.get("project") else ""),
        arm_in_words(row, "baseline_model"),
        arm_in_words(row, "candidate_model"),
        "cost not known" if row["saving_usd_month"] is None else f"{usd(row['saving_usd_month'])} a month",
        _estimated(row.get("spend_estimated_share")),
        risk,
        trial_words.start_command(row),
        row["agent_name"],
        share,
        (row["saving_usd_month"] or 0.0) * (row["worth_probability"] or 0.0),
    )


def _advice(facts: ReportFacts) -> Iterator[Action]:
    """Yield the answers that change the model of work in the window, as one: one command takes them all."""
    rows = [row for row in facts["recommendations"] if row["is_change"] and row.get("count_spawns_in_window")]
    if not rows:
        return
    first = max(rows, key=lambda row: row.get("possible_saving_usd") or 0)
    savings = [row["possible_saving_usd"] for row in rows if row.get("possible_saving_usd") is not None]
    cost = sum(row.get("cost_usd") or 0 for row in rows)
    spawns = sum(row["count_spawns_in_window"] for row in rows)
    expected = sum(row["success_rate"] * row["count_spawns_in_window"] for row in rows) / spawns
    least = min(rows, key=lambda row: row["success_low"])
    month = sum(savings) * DAYS_A_MONTH / facts.window["window_days"] if savings else None
    yield Action(
        "take",
        _advised(first) + (f" and {len(rows) - 1:,} more" if len(rows) > 1 else ""),
        arm_in_words(first, "baseline_model"),
        arm_in_words(first),
        "cost not known" if month is None else f"{usd(month)} a month",
        _estimated(sum(row.get("estimated_cost_usd") or 0 for row in rows) / cost if cost else None),
        f"{percent(expected)} success expected in {counted(spawns, 'spawn')}; least certain is {_advised(least)}: "
        f"{percent(least['success_low'])} at least, by {counted(least['tasks_observed'], 'known outcome')}.",
        ENFORCE,
        first["agent_name"] if len(rows) == 1 else "*",
        expected_usd_month=month or 0.0,
    )


def _advised(row: Row) -> str:
    return f"{row['agent_name']} on {quoted(row['cluster_label'])}"


def _estimated(share: float | None) -> str:
    return f"{percent(share)} of the cost behind it is estimated" if share and share >= 0.005 else ""
