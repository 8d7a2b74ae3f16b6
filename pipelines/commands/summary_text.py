"""The summary of a learning run, for a person."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipelines.ingest.health import TIME_REMEDY, time_warning
from pipelines.publish.summary import RunSummary
from recommender.cli import printable

SAMPLE_NOTICE = (
    "No Claude Code transcripts were found, so this is the [bold]bundled sample[/]: invented sessions of two small "
    "projects.\nRun [bold]spawnwise learn --logs <Claude home>[/] to learn from your own; the sample is then forgotten."
)
NEXT_STEPS = """
[bold]Next[/]       spawnwise recommend "Write unit tests for the parser"    asks for a model
           spawnwise ui         shows the nightly run in Dagster
           spawnwise doctor     checks every piece"""


def print_summary(summary: RunSummary, *, is_sample: bool) -> None:
    """Print what was read, what was learned, what it is worth, where it is and what to do next."""
    console = Console(highlight=False, soft_wrap=True)
    if is_sample:
        console.print(f"\n{SAMPLE_NOTICE}")
    console.print(f"\n[bold]Read[/]       {_what_was_read(summary)}")
    if summary.spawns_at_impossible_times:
        warning = time_warning(summary.spawns_at_impossible_times)
        console.print(f"[bold yellow]Times[/]      {warning}\n           {escape(TIME_REMEDY)}")
    console.print(f"[bold]Outcomes[/]   {_outcomes(summary)}")
    console.print(f"[bold]Learned[/]    {summary.clusters} kinds of task")
    console.print(f"[bold]Cost[/]       {_cost(summary)}")
    if summary.recommendations:
        console.print(_recommendations(summary))
    console.print(f"[bold]Database[/]   {_shown(summary.database)}")
    console.print(f"[bold]Snapshot[/]   {_shown(summary.snapshot)}")
    console.print(f"[bold]Report[/]     {_shown(summary.report)}")
    console.print(NEXT_STEPS)


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
    known = f"${summary.cost_usd:,.2f} where the log holds the tokens"
    if summary.spawns_without_cost:
        known += f" ({summary.spawns_without_cost:,} spawns do not)"
    if summary.cheaper_saving_usd:
        known += f";\n           of the last {summary.window_days} days "
        known += f"[green]${summary.cheaper_saving_usd:,.2f} could be saved[/] where a cheaper model will do"
    if summary.stronger_cost_usd:
        more = f"${summary.stronger_cost_usd:,.2f}"
        known += f",\n           and {more} spent on a stronger one where the one that ran often failed"
    return known


def _recommendations(summary: RunSummary) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), title="\nRecommendations, those that change a model first")
    table.title_justify = "left"
    table.add_column("agent", max_width=20)
    table.add_column("kind of task", max_width=28)
    for name in ("model", "now"):
        table.add_column(name, max_width=14, no_wrap=True)
    for name in ("success", "tasks", "$/task"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in summary.recommendations:
        table.add_row(
            _shown(row["agent"]),
            _shown(row["kind_of_task"] or ""),
            f"[bold]{_shown(row['model'])}[/]",
            _shown(row["default_model"] or ""),
            f"{row['success_rate']:.0%} (≥{row['success_low']:.0%})",
            f"{row['tasks_observed']:,}",
            "" if row["expected_cost_usd"] is None else f"{row['expected_cost_usd']:.3f}",
        )
    return table
