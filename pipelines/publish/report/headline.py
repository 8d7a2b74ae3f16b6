"""What a person should know first, in sentences."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from pipelines.publish import trial_words
from pipelines.publish.report.reading import ReportFacts, Row
from pipelines.publish.report.wording import (
    agent_in_words,
    arm_in_words,
    audit_on_page,
    count,
    counted,
    day,
    estimated,
    listed,
    moment,
    percent,
    quoted,
    short_names,
    usd,
)
from recommender.hooks.hook_log import trouble_words, troubles

CHANGES_TOLD_SINGLY = 4
TRIALS_TOLD = 3
LIBRARY_SPECS = 10  # so many unused ones in one folder are a library: told as one
LEAST_PARTS = 4  # of a folder that may be a library: not a home, nor what all lies in
NEWS_DAYS = 14  # an older regression is in its table, but no news


class Sentence(NamedTuple):
    """One line of the headline: `tone` is good, bad or plain; `section` is where the page says more."""

    text: str
    tone: str
    section: str
    proposes: bool = False  # something to do, which the page has as an action too


def headline(facts: ReportFacts) -> list[Sentence]:
    """Return the sentences: what changed, which trials are worth it, what has been proven, and all else."""
    parts = (_changed_advice, _trials, _proof, _new_spawns, _overloaded, _regressions, _gaps, _unused, _quality, _hooks)
    return [sentence for part in parts for sentence in part(facts)]


def _new_spawns(facts: ReportFacts) -> Iterator[Sentence]:
    new, previous = facts.new_spawns, facts.previous
    if previous is None:
        span = facts.span
        yield Sentence(
            f"First run: {counted(span['count_spawns'], 'spawn')} of {counted(span['count_agents'], 'agent')}, "
            f"{day(span['first_day'])} to {day(span['last_day'])}. "
            "From the next run on, this list begins with what changed since the last.",
            "plain",
            "time",
        )
    elif not new["count_spawns"]:
        yield Sentence(f"No new spawns since {moment(previous.finished_at)}.", "plain", "time")
    else:
        part = estimated(new["estimated_cost_usd"], new["cost_usd"])
        cost = f"; they cost {usd(new['cost_usd'])}{part} as far as the log tells" if new["cost_usd"] else ""
        yield Sentence(
            f"{counted(new['count_spawns'], 'new spawn')} since {moment(previous.finished_at)}: "
            f"{count(new['count_successes'])} succeeded, {count(new['count_failures'])} failed, "
            f"{count(new['count_unknown'])} unknown{cost}.",
            "plain",
            "time",
        )


def _changed_advice(facts: ReportFacts) -> Iterator[Sentence]:
    if facts.previous is None:
        changing = [row for row in facts["recommendations"] if row["is_change"]]
        for row in changing[:CHANGES_TOLD_SINGLY]:
            yield _change(row, "baseline_model")
        more = len(changing) - CHANGES_TOLD_SINGLY
        if more > 0:
            noun = "answer changes" if more == 1 else "answers change"
            yield Sentence(f"{count(more)} more {noun} the model.", "plain", "recommendations")
        elif not changing:
            yield Sentence("No answer changes the model yet.", "plain", "recommendations")
        return
    changed = [row for row in facts["changes"] if row["change"] == "changed"]
    for row in changed[:CHANGES_TOLD_SINGLY]:
        yield _change(row, "previous_model")
    more_of = Counter(row["change"] for row in facts["changes"]) - Counter({"changed": CHANGES_TOLD_SINGLY})
    said = {"changed": "more changed", "new": "new", "gone": "gone"}
    told = [f"{count(more_of[change])} {words}" for change, words in said.items() if more_of[change]]
    if told:
        yield Sentence(f"Published answers: {listed(told)}.", "plain", "changes")
    elif not changed:
        yield Sentence("No published answer has changed since the last run.", "plain", "recommendations")


def _change(row: Row, before: str) -> Sentence:
    now = arm_in_words(row)
    moved = f"{arm_in_words(row, before)} \N{RIGHTWARDS ARROW} {now}" if row[before] else now
    return Sentence(f"{_scope(row)}: {moved}. {row['reason']}", "plain", "recommendations")


def _scope(row: Row) -> str:
    agent = agent_in_words(row["agent_name"])
    return f"{agent} on {quoted(row['cluster_label'])}" if row["cluster_label"] else f"{agent}, whatever the work"


def _trials(facts: ReportFacts) -> Iterator[Sentence]:
    trials = facts["trials"]
    proposed = [row for row in trials if row["state"] == "proposed"]
    for row in proposed[:TRIALS_TOLD]:
        text = f"Worth a trial, {trial_words.at_stake(row)} at stake: {trial_words.proposal_in_words(row)}"
        yield Sentence(f"{text} Start it: {trial_words.start_command(row)}", "good", "trials", proposes=True)
    if len(proposed) > TRIALS_TOLD:
        more = counted(len(proposed) - TRIALS_TOLD, "more trial is", "more trials are")
        yield Sentence(f"{more} proposed.", "plain", "trials", proposes=True)
    for row in trials:
        if row["state"] == "running":
            yield Sentence(f"On trial: {trial_words.running_in_words(row)}", "plain", "trials")
        elif row["state"] == "paused":
            yield Sentence(f"Paused: {trial_words.scope_in_words(row)}. {row['reason']}", "bad", "trials")
        elif trial_words.has_news(row, _last_told(facts)):
            yield Sentence(trial_words.ended_in_words(row), "good" if row["state"] == "adopted" else "plain", "trials")


def _last_told(facts: ReportFacts) -> datetime:
    """Return the moment from which ends of trials are news: the last run, else some days before this one."""
    if facts.previous is not None:
        return facts.previous.finished_at
    return trial_words.recently(facts.run.finished_at if facts.run else datetime.now(UTC))


def _proof(facts: ReportFacts) -> Iterator[Sentence]:
    proof = trial_words.proof_to_date(facts["proven"])
    tone = "plain"
    if proof is not None and proof.saving_low_usd > 0:
        tone = "good"
    elif proof is not None and proof.saving_high_usd < 0:
        tone = "bad"
    yield Sentence(f"Proven: {trial_words.proof_in_words(facts['proven'])}", tone, "proof")


def _days(facts: ReportFacts) -> str:
    """Return the main window in words; it ends at the last spawn, however old the logs are."""
    return f"the {facts.window['window_days']} days to {day(facts.window['spawned_until'])}"


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
    if words := unused_in_words(facts):
        yield Sentence(words, "plain", "unused")


def unused_in_words(facts: ReportFacts) -> str:
    """Return which specs nobody spawned; of a library that is not in use, its folder and number say enough."""
    unused = [row for row in facts["unused"] if row["status"] != "no_spec"]
    if not unused:
        return ""
    libraries, single = _libraries(unused)
    named = listed([*(f"{count(number)} in {place}" for place, number in libraries), *single])
    return f"{counted(len(unused), 'agent')} with a spec had no task in {_days(facts)}: {named}."


def _libraries(unused: list[Row]) -> tuple[list[tuple[str, int]], list[str]]:
    """Return the folders that hold many unused specs, with how many, and the agents that lie in none of them."""
    above = {row["agent_name"]: _folders(row.get("spec_path")) for row in unused}
    held = Counter(folder for folders in above.values() for folder in folders)
    own = {
        agent: next((folder for folder in folders if held[folder] >= LIBRARY_SPECS), None)
        for agent, folders in above.items()
    }
    libraries = Counter(folder for folder in own.values() if folder)
    names = short_names(libraries)
    return [(names[folder], number) for folder, number in libraries.most_common()], [
        agent for agent, folder in own.items() if not folder
    ]


def _folders(spec_path: str | None) -> list[str]:
    """Return the folders above a spec, the nearest first, down to that of a person or a disk."""
    parts = str(spec_path or "").split("/")[:-1]
    return ["/".join(parts[:length]) for length in range(len(parts), LEAST_PARTS - 1, -1)]


def _hooks(_: ReportFacts) -> Iterator[Sentence]:
    """Tell of spawns that went without advice: nobody watches a hook while it runs."""
    if words := trouble_words(troubles()):
        yield Sentence(f"{words}; `hook.log` in the data folder says when and why.", "bad", "quality")


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
    if facts["audit"]:
        words = audit_on_page(facts["audit"][0])
        yield Sentence(f"{words[0].upper()}{words[1:]}.", "plain", "audited")
