"""What a person may do now: trials to start or to look at, advice to take; each with money, risk and the command."""

from collections.abc import Iterator
from typing import NamedTuple

from pipelines.publish import trial_words
from pipelines.publish.report.reading import ReportFacts, Row
from pipelines.publish.report.wording import percent, quoted, usd

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


def actions(facts: ReportFacts) -> list[Action]:
    """Return what there is to do, the most money first within each kind: what waits for a person comes first."""
    return [*_paused(facts), *_proposed(facts), *_advice(facts)]


def _paused(facts: ReportFacts) -> Iterator[Action]:
    for row in facts["trials"]:
        if row["state"] == "paused":
            yield _trial("resume", row, row["reason"])


def _proposed(facts: ReportFacts) -> Iterator[Action]:
    for row in facts["trials"]:
        if row["state"] == "proposed":
            decides = row["spawns_to_decide"]
            gap = trial_words.gap_in_words(row["expected_gap"], row["gap_low"], row["gap_high"])
            yield _trial("start", row, gap + (f". About {decides:,} spawns decide." if decides else "."))


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
        row["baseline_model"],
        row["candidate_model"],
        "cost not known" if row["saving_usd_month"] is None else f"{usd(row['saving_usd_month'])} a month",
        _estimated(row.get("spend_estimated_share")),
        risk,
        trial_words.start_command(row),
        row["agent_name"],
        share,
    )


def _advice(facts: ReportFacts) -> Iterator[Action]:
    """Yield answers that change the model of work that was done in the window, the most to save first."""
    rows = [row for row in facts["recommendations"] if row["is_change"] and row.get("count_spawns_in_window")]
    for row in sorted(rows, key=lambda row: -(row.get("possible_saving_usd") or 0)):
        saving, days = row.get("possible_saving_usd"), facts.window["window_days"]
        money = "cost not known" if saving is None else f"{usd(saving * DAYS_A_MONTH / days)} a month"
        success = f"{percent(row['success_rate'])} success expected ({percent(row['success_low'])} at least)"
        yield Action(
            "take",
            f"{row['agent_name']} on {quoted(row['cluster_label'])}",
            row["baseline_model"] or "unknown",
            row["model"],
            money,
            _estimated((row.get("estimated_cost_usd") or 0) / row["cost_usd"] if row.get("cost_usd") else None),
            f"{success}, by {row['tasks_observed']:,} known outcomes.",
            ENFORCE,
            row["agent_name"],
        )


def _estimated(share: float | None) -> str:
    return f"{percent(share)} of the cost behind it is estimated" if share and share >= 0.005 else ""
