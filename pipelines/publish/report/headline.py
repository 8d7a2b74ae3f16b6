"""What a person should know first, in sentences."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from pipelines.publish.report.reading import ReportFacts, Row
from pipelines.publish.report.wording import count, counted, day, listed, moment, percent, quoted, usd, usd_between

CHANGES_TOLD_SINGLY = 4
NEWS_DAYS = 14  # an older regression is in its table, but no news


class Sentence(NamedTuple):
    """One line of the headline: `tone` is good, bad or plain; `section` is where the page says more."""

    text: str
    tone: str
    section: str


def headline(facts: ReportFacts) -> list[Sentence]:
    """Return the sentences, what changed since the last run first."""
    parts = (_new_spawns, _changed_advice, _savings, _overloaded, _regressions, _gaps, _unused, _quality)
    return [sentence for part in parts for sentence in part(facts)]


def _new_spawns(facts: ReportFacts) -> Iterator[Sentence]:
    new, previous = facts.new_spawns, facts.previous
    if previous is None:
        span = facts.span
        yield Sentence(
            f"First run: {counted(span['count_spawns'], 'spawn')} of {counted(span['count_agents'], 'agent')}, "
            f"{day(span['first_day'])} to {day(span['last_day'])}. "
            "From the next run on, this list begins with what changed.",
            "plain",
            "time",
        )
    elif not new["count_spawns"]:
        yield Sentence(f"No new spawns since {moment(previous.finished_at)}.", "plain", "time")
    else:
        cost = f"; they cost {usd(new['cost_usd'])} as far as the log tells" if new["cost_usd"] else ""
        yield Sentence(
            f"{counted(new['count_spawns'], 'new spawn')} since {moment(previous.finished_at)}: "
            f"{count(new['count_successes'])} succeeded, {count(new['count_failures'])} failed, "
            f"{count(new['count_unknown'])} unknown{cost}.",
            "plain",
            "time",
        )


def _changed_advice(facts: ReportFacts) -> Iterator[Sentence]:
    if facts.previous is None:
        cheaper = sum(bool(row["is_change"]) for row in facts["recommendations"])
        yield Sentence(
            f"{counted(len(facts['recommendations']), 'answer')} for an agent and a kind of task; "
            f"{count(cheaper) if cheaper else 'none'} of them {'changes' if cheaper < 2 else 'change'} the model.",
            "plain",
            "recommendations",
        )
        return
    changed = [row for row in facts["changes"] if row["change"] == "changed"]
    for row in changed[:CHANGES_TOLD_SINGLY]:
        yield Sentence(
            f"{_scope(row)}: {row['previous_model']} \N{RIGHTWARDS ARROW} {row['model']}. {row['reason']}",
            "plain",
            "recommendations",
        )
    more = Counter(row["change"] for row in facts["changes"]) - Counter({"changed": CHANGES_TOLD_SINGLY})
    said = {"changed": "changed besides", "new": "new", "gone": "gone"}
    told = [f"{count(more[change])} {words}" for change, words in said.items() if more[change]]
    if told:
        yield Sentence(f"Of the published answers {listed(told)}.", "plain", "changes")
    elif not changed:
        yield Sentence("No published answer has changed since.", "plain", "recommendations")


def _scope(row: Row) -> str:
    agent = "any agent" if row["agent_name"] == "*" else row["agent_name"]
    return f"{agent} on {quoted(row['cluster_label'])}" if row["cluster_id"] >= 0 else f"{agent}, whatever the kind"


def _days(facts: ReportFacts) -> str:
    """Return the main window in words; it ends at the last spawn, however old the logs are."""
    return f"the {facts.window['window_days']} days to {day(facts.window['spawned_until'])}"


def _savings(facts: ReportFacts) -> Iterator[Sentence]:
    days = facts.window["window_days"]
    for row in facts["savings"]:
        if row["window_days"] != days:
            continue
        realised = row["realised_saving_usd"]
        if row["possible_saving_usd"]:
            yield _possible_saving(row, _days(facts))
        if realised:
            between = usd_between(realised, row["realised_saving_low_usd"], row["realised_saving_high_usd"])
            yield Sentence(
                f"Advice that was followed {'saved' if realised > 0 else 'lost'} {usd(abs(realised))}{between} in "
                f"{counted(row['count_followed'], 'spawn')}, {count(row['count_followed_failures'])} of which failed.",
                "good" if realised > 0 else "bad",
                "costs",
            )


def _possible_saving(row: Row, days: str) -> Sentence:
    possible, cheaper, stronger = row["possible_saving_usd"], row["cheaper_saving_usd"], row["stronger_cost_usd"]
    between = usd_between(possible, row["possible_saving_low_usd"], row["possible_saving_high_usd"])
    total = f"{usd(abs(possible))} {'less' if possible > 0 else 'more'}{between} of {usd(row['cost_usd'])}"
    if not stronger or not cheaper:
        return Sentence(f"As recommended, {days} would have cost {total}.", "good" if cheaper else "plain", "costs")
    return Sentence(
        f"As recommended, {days} would have cost {usd(cheaper)} less where a cheaper model is enough, and "
        f"{usd(stronger)} more where a stronger one than ran is advised: in sum {total}.",
        "good" if possible > 0 else "plain",
        "costs",
    )


def _overloaded(facts: ReportFacts) -> Iterator[Sentence]:
    for row in facts["overloaded"][:CHANGES_TOLD_SINGLY]:
        split = f" Split off {quoted(row['split_cluster_label'])}" if row["split_cluster_label"] else ""
        without = row["success_rate_without_split"]
        rest = f": without it, {percent(without)} succeed." if split and without is not None else "." if split else ""
        yield Sentence(
            f"{row['agent_name']} is overloaded: {counted(row['count_spawns'], 'spawn')}, "
            f"{percent(row['success_rate'])} success.{split}{rest}",
            "bad",
            "overloaded",
        )


def _regressions(facts: ReportFacts) -> Iterator[Sentence]:
    newest: date | None = facts.span["last_day"]
    for row in facts["regressions"]:
        if newest and row["week"] >= newest - timedelta(days=NEWS_DAYS):
            yield Sentence(
                f"{row['model']} did worse than its record in the week of {day(row['week'])}: "
                f"{percent(row['success_rate'])} success where {percent(row['expected_success_rate'])} was expected.",
                "bad",
                "models",
            )


def _gaps(facts: ReportFacts) -> Iterator[Sentence]:
    gaps = facts["gaps"]
    if gaps:
        names = listed([quoted(row["gap_label"].split(";")[0]) for row in gaps], 3)
        noun = "group of tasks has" if len(gaps) == 1 else "groups of tasks have"
        yield Sentence(f"{count(len(gaps))} {noun} no agent that fits: {names}.", "bad", "gaps")


def _unused(facts: ReportFacts) -> Iterator[Sentence]:
    unused = [row["agent_name"] for row in facts["unused"] if row["status"] != "no_spec"]
    if unused:
        yield Sentence(
            f"{counted(len(unused), 'agent')} with a spec had no task in {_days(facts)}: {listed(unused)}.",
            "plain",
            "unused",
        )


def _quality(facts: ReportFacts) -> Iterator[Sentence]:
    span = facts.span
    unknown = span["count_unknown"] / span["count_spawns"]
    lines = sum(row["count_lines"] for row in facts["quarantine"])
    unread = f"; {counted(lines, 'line')} could not be read" if lines else ""
    yield Sentence(
        f"{percent(unknown)} of outcomes are unknown (never counted as success){unread}.",
        "bad" if lines or unknown > 0.5 else "plain",
        "quality",
    )
