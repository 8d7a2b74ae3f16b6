"""Trials, and what they have proven, in sentences: for the report's first card and for the summary of a run."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from pipelines.publish.report.wording import arm_in_words, counted, day, percent, usd, usd_between

ENDED_DAYS = 7  # a trial that ended earlier is in its table, but no news
NO_TRIAL = "Nothing yet: no trial has run."
TOO_FEW = "Nothing yet: the running trials have too few spawns to compare."

Row = Mapping[str, Any]  # of marts.trials or marts.proven_savings


@dataclass(frozen=True)
class Proof:
    """What all trials together have proven to date, with 90 % intervals; failures are None where no outcome tells.

    `success_difference` is the candidates' success less that of what would have run, by candidate spawns.
    """

    saving_usd: float
    saving_low_usd: float
    saving_high_usd: float
    count_spawns: int
    success_difference: tuple[float, float, float] | None
    week: date | None
    week_saving_usd: float
    estimated_share: float = 0  # of the costs of the arm with most estimated ones


def proof_to_date(rows: Iterable[Row]) -> Proof | None:
    """Add up the rows of `marts.proven_savings`; None where no trial has an interval.

    Trials are drawn independently of each other, so that the squares of their errors add up.
    """
    rows = list(rows)
    compared = [row for row in rows if row["period"] == "to date" and row["saving_low_usd"] is not None]
    if not compared:
        return None
    saving, low, high = _summed(compared, "saving_usd", "saving_low_usd", "saving_high_usd")
    weeks = [row for row in rows if row["period"] == "week"]
    newest = max((row["week"] for row in weeks), default=None)
    known = {row["trial_id"] for row in compared}
    return Proof(
        saving_usd=saving,
        saving_low_usd=low,
        saving_high_usd=high,
        count_spawns=sum(row["count_candidate_spawns"] for row in compared),
        success_difference=_success_difference(compared),
        week=newest,
        week_saving_usd=sum(row["saving_usd"] for row in weeks if row["week"] == newest and row["trial_id"] in known),
        estimated_share=max(
            row[f"{arm}_estimated_cost_share"] or 0 for row in compared for arm in ("candidate", "baseline")
        ),
    )


def proof_in_words(rows: Sequence[Row]) -> str:
    """Return what has been proven in a sentence or two."""
    proof = proof_to_date(rows)
    if proof is None:
        return TOO_FEW if rows else NO_TRIAL
    between = usd_between(proof.saving_usd, proof.saving_low_usd, proof.saving_high_usd)
    is_certain = proof.saving_low_usd > 0 or proof.saving_high_usd < 0
    week = ""
    if proof.week and proof.week_saving_usd:
        week = f", {usd(proof.week_saving_usd)} of it in the week of {day(proof.week)}"
    return (
        f"{'Saved' if proof.saving_usd >= 0 else 'Lost'} {usd(abs(proof.saving_usd))} to date"
        f"{between.replace(' (', ' (90% interval ')} in {counted(proof.count_spawns, 'spawn')} drawn for a cheaper "
        f"model{week}{'' if is_certain else '; the interval holds zero, so this is not certain yet'}."
        + (f" {_difference_in_words(proof.success_difference)}" if proof.success_difference else "")
        + (f" Up to {percent(proof.estimated_share)} of these costs is estimated." if proof.estimated_share else "")
    )


def proposal_in_words(trial: Row) -> str:
    """Return what a proposed trial is about and what to expect of it."""
    expected = f"{scope_in_words(trial)}, worth it with {_odds(trial)}. {_gap(trial)}{_until_decided(trial)}"
    return expected + (f" {_decided(trial)}" if trial["is_decided_by_logs"] else "")


def odds_in_words(trial: Row) -> str:
    """Return what to expect of a proposed trial, how likely it is worth it, and how soon that will show."""
    return f"{_gap(trial)}. Worth it with {_odds(trial)}{_until_decided(trial)}"


def _decided(trial: Row) -> str:
    called, gets = (_arm(trial, arm) for arm in ("baseline", "candidate"))
    return f"Enough to act on: in mode enforce, a call that asks for {called} gets {gets} already; a trial proves it."


def _odds(trial: Row) -> str:
    return f"{trial['worth_probability']:.0%} probability"


def _gap(trial: Row) -> str:
    return gap_in_words(trial["expected_gap"], trial["gap_low"], trial["gap_high"])


def _until_decided(trial: Row) -> str:
    decides = trial["spawns_to_decide"]
    return f"; about {counted(decides, 'spawn')} will decide." if decides else "."


def at_stake(trial: Row) -> str:
    """Return the money at stake in a trial."""
    saving = trial["saving_usd_month"]
    if saving is None:
        return "unknown cost"
    share = trial.get("spend_estimated_share") or 0
    return f"{usd(saving)} a month" + (f" ({percent(share)} of the cost behind it is estimated)" if share else "")


def start_command(trial: Row) -> str:
    """Return the command that starts a trial, or lets a paused one go on."""
    return f"spawnwise trial start {trial['trial_id']}"


def running_in_words(trial: Row) -> str:
    """Return how far a running, paused or adopted trial is and what it has seen."""
    drawn = trial["candidate_spawns"] + trial["baseline_spawns"]
    of = f" of about {trial['spawns_to_decide']:,}" if trial["spawns_to_decide"] and trial["state"] != "adopted" else ""
    seen = [
        f"{model} succeeded in {round(rate * known):,} of {known:,}"
        for model, rate, known in (
            (_arm(trial, arm), trial[f"{arm}_success_rate"], trial[f"{arm}_known"]) for arm in ("candidate", "baseline")
        )
        if known
    ]
    return f"{scope_in_words(trial)}: {drawn:,}{of} spawns so far" + "".join(f", {each}" for each in seen) + "."


def ended_in_words(trial: Row) -> str:
    """Return how a trial ended, or that its candidate was adopted, and why."""
    moment = trial["ended_at"] or trial["adopted_at"]
    return f"{scope_in_words(trial)}: {trial['state']} on {day(moment)}. {trial['reason']}"


def scope_in_words(trial: Row) -> str:
    """Return what is tried where."""
    where = f" in {trial['project']}" if trial.get("project") else ""
    return f"{trial['scope_label']}{where}, {_arm(trial, 'candidate')} in place of {_arm(trial, 'baseline')}"


def has_news(trial: Row, since: datetime) -> bool:
    """Tell whether a trial ended, or its candidate was adopted, after a moment."""
    moments = (trial["ended_at"], trial["adopted_at"])
    return any(moment is not None and moment > since for moment in moments)


def recently(now: datetime) -> datetime:
    """Return the moment after which the end of a trial is news."""
    return now - timedelta(days=ENDED_DAYS)


def gap_in_words(gap: float, low: float, high: float) -> str:
    """Return by how much less the candidate is expected to succeed: a share, with its 90 % interval."""
    return f"Expected success: {_difference(-gap, -low, -high)}"


def _difference_in_words(difference: tuple[float, float, float]) -> str:
    return f"Success there: {_difference(*difference)}."


def _difference(middle: float, one_end: float, other_end: float) -> str:
    return f"{_points(middle)} (90% interval: {_points(one_end, '')} to {_points(other_end, '')})"


def _points(share: float, noun: str = " points") -> str:
    points = round(100 * share, 1)
    if points == 0:
        return "the same"
    return f"{abs(points):g}{noun} {'higher' if points > 0 else 'lower'}"


def _summed(rows: Sequence[Row], middle: str, low: str, high: str) -> tuple[float, float, float]:
    total = sum(row[middle] for row in rows)
    below = math.hypot(*(row[middle] - row[low] for row in rows))
    above = math.hypot(*(row[high] - row[middle] for row in rows))
    return total, total - below, total + above


def _success_difference(rows: Sequence[Row]) -> tuple[float, float, float] | None:
    known = [row for row in rows if row["extra_failures_low"] is not None]
    spawns = sum(row["count_candidate_spawns"] for row in known)
    if not spawns:
        return None
    failures, fewest, most = _summed(known, "extra_failures", "extra_failures_low", "extra_failures_high")
    return -failures / spawns, -most / spawns, -fewest / spawns


def _arm(trial: Row, arm: str) -> str:
    return arm_in_words(trial, f"{arm}_model")
