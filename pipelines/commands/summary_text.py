"""The summary of a learning run, for a person."""

import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from pipelines.ingest.health import TIME_REMEDY, time_warning
from pipelines.publish import trial_words
from pipelines.publish.report.wording import arm_in_words, audit_in_words, estimated, in_shares_of, usd
from pipelines.publish.summary import RunSummary
from recommender.hooks.hook_log import trouble_words, troubles
from recommender.settings import data_home
from recommender.terminal import printable

SAMPLE_NOTICE = (
    "No orchestrator's logs were found here, so this is the [bold]bundled sample[/]: invented sessions of two small "
    "projects.\nRun [bold]spawnwise learn --logs <Claude home>[/] to learn from your own; the sample is then forgotten."
)
CHANGES_SHOWN = 8
TRIALS_SHOWN = 5
INDENT = " " * 11
NEXT_STEPS = """
[bold]Next[/]       spawnwise recommend "Write unit tests for the parser"    asks for a model
           spawnwise ui         shows the nightly run in Dagster
           spawnwise doctor     checks every piece"""


def print_summary(summary: RunSummary, *, is_sample: bool) -> None:
    """Print what was read, what changed, which trials are worth it, what was proven, where it is, what to do next.

    Where costs are weighed, amounts are shares of a month's quota.
    """
    with in_shares_of(summary.month_of_quota):
        _print(summary, is_sample=is_sample)


def _print(summary: RunSummary, *, is_sample: bool) -> None:
    console = Console(highlight=False, soft_wrap=True)
    if is_sample:
        console.print(f"\n{SAMPLE_NOTICE}")
    console.print(f"\n[bold]Read[/]       {_what_was_read(summary)}")
    if summary.spawns_at_impossible_times:
        warning = time_warning(summary.spawns_at_impossible_times)
        console.print(f"[bold yellow]Times[/]      {warning}\n           {escape(TIME_REMEDY)}")
    if words := trouble_words(troubles()):
        console.print(f"[bold yellow]Hook[/]       {escape(words)}: {_shown(str(data_home() / 'hook.log'))} says why")
    for name, lines in (
        ("Changes", _changes(summary)),
        ("Trials", _trials(summary, datetime.now(UTC), is_sample=is_sample)),
        ("Proven", iter([escape(printable(trial_words.proof_in_words(summary.proven)))])),
    ):
        console.print(f"\n[bold]{name:<11}[/]" + f"\n{INDENT}".join(lines))
    console.print(f"\n[bold]Outcomes[/]   {_outcomes(summary)}")
    if summary.corrected_success is not None:
        console.print(f"[bold]Audit[/]      {audit_in_words(summary.as_dict())}")
    console.print(f"[bold]Kinds[/]      {summary.clusters:,} kinds of task")
    console.print(f"[bold]Cost[/]       {_cost(summary)}")
    console.print(f"[bold]Database[/]   {_shown(summary.database)}")
    console.print(f"[bold]Snapshot[/]   {_shown(summary.snapshot)}")
    console.print(f"[bold]Report[/]     {_shown(summary.report)}")
    console.print(NEXT_STEPS)
    if activate := how_to_find_the_command():
        console.print(f"{INDENT}{_shown(activate)}    puts `spawnwise` on the PATH")


def how_to_find_the_command() -> str | None:
    """Return how a shell finds `spawnwise` where it was installed into an environment that is not active."""
    activate = Path(sys.executable).with_name("activate")
    is_hidden = shutil.which("spawnwise") is None and activate.exists()
    return f"source {activate}" if is_hidden else None


def _changes(summary: RunSummary) -> Iterator[str]:
    """Yield the answers that change a model, each with why."""
    if not summary.changes:
        # The logs may decide for a model in place of one that a call seldom asks for: the trial says so.
        is_usual = any(row["state"] == "proposed" and row["is_decided_by_logs"] for row in summary.trials)
        yield f"none: every answer keeps the model that {'usually runs' if is_usual else 'runs now'}"
        return
    noun = "answer uses" if len(summary.changes) == 1 else "answers use"
    yield f"{len(summary.changes):,} {noun} another model than now"
    for row in summary.changes[:CHANGES_SHOWN]:
        work = f"{_shown(row['agent'])}: {_shown(row['kind_of_task'] or 'any work')}"
        usual, better = arm_in_words(row, "baseline_model"), arm_in_words(row)
        models = f"{_shown(usual)} \N{RIGHTWARDS ARROW} [bold]{_shown(better)}[/]"
        yield f"{work}, {models}"
        yield f"  {_shown(row['reason'])}"
    more = len(summary.changes) - CHANGES_SHOWN
    if more > 0:
        yield f"{more:,} more are in the report"


def _trials(summary: RunSummary, now: datetime, *, is_sample: bool) -> Iterator[str]:
    """Yield the trials that a person may start, those that run, and those that ended lately."""
    by_state: dict[str, list[dict[str, Any]]] = {}
    for row in summary.trials:
        by_state.setdefault(row["state"], []).append(row)
    proposed, running = by_state.get("proposed", []), by_state.get("running", [])
    news = [row for row in summary.trials if trial_words.has_news(row, trial_words.recently(now))]
    if not (proposed or running or news or "paused" in by_state):
        yield "none proposed: a trial needs 10 known runs of one kind, 90% of them good, and a cheaper model"
    if proposed:
        sample = "for invented agents: with your own logs, such a command starts one"
        to_do = sample if is_sample else "start the ones you like"
        yield f"{len(proposed):,} proposed, the largest expected saving first; {to_do}"
    for row in proposed[:TRIALS_SHOWN]:
        yield f"[green]{trial_words.at_stake(row)}[/] at stake: {_shown(trial_words.proposal_in_words(row))}"
        yield f"  [bold]{_shown(trial_words.start_command(row))}[/]"
    if len(proposed) > TRIALS_SHOWN:
        yield f"{len(proposed) - TRIALS_SHOWN:,} more: spawnwise trial list"
    for row in running:
        yield f"running: {_shown(trial_words.running_in_words(row))}"
    for row in by_state.get("paused", []):
        yield f"[yellow]paused[/]: {_shown(trial_words.scope_in_words(row))}. {_shown(row['reason'])}"
    for row in news:
        yield _shown(trial_words.ended_in_words(row))


def _shown(name: str) -> str:
    """Return a name as it is: no terminal and no markup obeys it."""
    return escape(printable(name))


def _what_was_read(summary: RunSummary) -> str:
    period = f", {summary.first_spawn} to {summary.last_spawn}" if summary.first_spawn else ""
    quarantined = (
        f" ({summary.lines_quarantined:,} unreadable, kept in learning.ingest_quarantine)"
        if summary.lines_quarantined
        else ""
    )
    return (
        f"{summary.spawns:,} spawns of {summary.agents:,} agents from {summary.files:,} log files, "
        f"{summary.lines_read:,} lines{quarantined}{period}"
    )


def _outcomes(summary: RunSummary) -> str:
    known = f"{summary.succeeded:,} succeeded, {summary.failed:,} failed"
    return f"{known}, {summary.unknown:,} unknown (the log does not say)"


def _cost(summary: RunSummary) -> str:
    if summary.cost_usd is None:
        return "unknown: these logs do not hold the tokens of the spawned agents"
    part = estimated(summary.estimated_cost_usd, summary.cost_usd)
    amount = usd(summary.cost_usd) if summary.month_of_quota else f"${summary.cost_usd:,.2f}"
    known = f"{amount}{part} where the log holds the tokens"
    if summary.spawns_without_cost:
        known += f" ({summary.spawns_without_cost:,} spawns have none)"
    if summary.main_cost_usd:
        main = usd(summary.main_cost_usd) if summary.month_of_quota else f"${summary.main_cost_usd:,.2f}"
        known += f"; {main} in the main conversations"
    if summary.month_of_quota:
        known += "; 100% is what the last 30 days of work used, weighed as SPAWNWISE_MODEL_WEIGHTS says"
    return known
