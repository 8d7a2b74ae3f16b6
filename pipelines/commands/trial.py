"""`spawnwise trial list|start|stop|show`: small randomized trials of cheaper models."""

import argparse
import json
import sys

from rich import box
from rich.table import Table
from rich.text import Text

from pipelines.commands import trial_actions as actions
from pipelines.commands.console import table_console
from pipelines.journal.load import load_journal
from pipelines.settings import Settings
from pipelines.trials import trial_store
from pipelines.trials.trial_store import StoredTrial
from pipelines.warehouse import Warehouse
from recommender.efforts import words_of
from recommender.reasons import dollars, percent
from recommender.snapshot_file import SnapshotError, read_snapshot
from recommender.terminal import add_json_argument, printable


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    commands = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listed = commands.add_parser("list", help="trials that are proposed or running, most money at stake first")
    listed.add_argument("--all", action="store_true", help="also those that have ended")
    started = commands.add_parser("start", help="start a proposed trial, or resume a paused one")
    started.add_argument("trial_id", nargs="?", metavar="TRIAL", help="its name, as `trial list` shows it")
    started.add_argument("--agent", help="instead of a name: the agent")
    started.add_argument("--kind", help="instead of a name: the type of work, or the number of a kind")
    started.add_argument("--candidate", help="instead of a name: the model to try")
    started.add_argument("--project", metavar="FOLDER", help="only for spawns that work in this folder")
    stopped = commands.add_parser("stop", help="stop a trial: the baseline runs again")
    shown = commands.add_parser("show", help="what a trial has shown so far")
    for command in (stopped, shown):
        command.add_argument("trial_id", metavar="TRIAL")
    for command in (listed, started, stopped, shown):
        add_json_argument(command)


def run(arguments: argparse.Namespace) -> int:
    """Do what was asked; return 0, or 1 where a trial cannot be started, stopped or shown."""
    settings = Settings()
    try:
        with Warehouse.open(settings) as warehouse:
            actions_of = {"list": _list, "start": _start, "stop": _stop, "show": _show}
            actions_of[arguments.action](warehouse, settings, arguments)
    except actions.TrialError as error:
        print(printable(str(error)), file=sys.stderr)
        return 1
    return 0


def _list(warehouse: Warehouse, settings: Settings, arguments: argparse.Namespace) -> None:
    with warehouse.connect() as connection:
        trials = trial_store.read_trials(connection)
    shown = [trial for trial in trials if arguments.all or trial.ended_at is None]
    if arguments.json:
        print(json.dumps([trial.as_dict() for trial in shown]))
    elif not shown:
        print(_why_none(settings, bool(trials)))
    else:
        _print_table(shown)
        print("Start one with `spawnwise trial start TRIAL`; `spawnwise trial show TRIAL` says more.")


def _why_none(settings: Settings, has_ended: bool) -> str:
    if settings.trials == "off":
        return "Trials are off: SPAWNWISE_TRIALS is off."
    more = " `--all` shows those that have ended." if has_ended else ""
    return (
        "No trial is proposed yet: it takes 10 known runs of an agent or a type of work, 90% of them good, and a "
        f"cheaper model. `spawnwise learn` looks again.{more}"
    )


def _print_table(trials: list[StoredTrial]) -> None:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("trial", "of", "try", "state"):
        table.add_column(name)
    for name in ("at stake", "expected gap", "spawns to decide"):
        table.add_column(name, justify="right")
    for trial in trials:
        at_stake = "" if trial.saving_usd_month is None else f"{dollars(trial.saving_usd_month)} a month"
        table.add_row(
            Text(printable(trial.trial_id)),
            Text(printable(trial.scope_label)),
            Text(printable(f"{words_of(trial.candidate)} for {words_of(trial.baseline)}")),
            trial.state,
            at_stake,
            f"{points(trial.expected_gap)} (90%: {points(trial.gap_low)} to {points(trial.gap_high)})",
            "" if trial.spawns_to_decide is None else str(trial.spawns_to_decide),
        )
    table_console().print(table)


def _start(warehouse: Warehouse, settings: Settings, arguments: argparse.Namespace) -> None:
    if arguments.trial_id:
        trial = actions.find_trial(warehouse, arguments.trial_id)
    elif arguments.agent or arguments.kind or arguments.candidate:
        trial = actions.choose_proposal(warehouse, arguments.agent, arguments.kind, arguments.candidate)
    else:
        raise actions.TrialError(f"Name a trial, or an agent, a kind or a candidate. {actions.LIST}")
    said = actions.start_trial(warehouse, settings, trial, arguments.project)
    _say(said, warehouse, trial.trial_id, as_json=arguments.json)


def _stop(warehouse: Warehouse, settings: Settings, arguments: argparse.Namespace) -> None:
    trial = actions.find_trial(warehouse, arguments.trial_id)
    _say(actions.stop_trial(warehouse, settings, trial), warehouse, trial.trial_id, as_json=arguments.json)


def _say(message: str, warehouse: Warehouse, trial_id: str, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(actions.find_trial(warehouse, trial_id).as_dict() | {"message": message}))
    else:
        print(printable(message))


def _show(warehouse: Warehouse, settings: Settings, arguments: argparse.Namespace) -> None:
    load_journal(warehouse)
    trial = actions.find_trial(warehouse, arguments.trial_id)
    is_published = _is_published(settings, trial)
    if arguments.json:
        print(json.dumps(trial.as_dict() | {"is_in_snapshot": is_published}))
        return
    print(printable(in_words(trial)))
    if trial.state in ("running", "adopted") and not is_published:
        print("The published snapshot is older than this trial, so no spawn is drawn: run `spawnwise learn`.")


def in_words(trial: StoredTrial) -> str:
    """Return what is known of a trial as a person reads it."""
    lines = [f"{trial.trial_id}: {trial.state}", trial.reason, ""]
    lines.append(
        f"What       {words_of(trial.candidate)} instead of {words_of(trial.baseline)} for {trial.scope_label}"
    )
    if trial.project:
        lines.append(f"Where      {trial.project}")
    if trial.spend_usd_month is not None and trial.saving_usd_month is not None:
        lines.append(
            f"At stake   {dollars(trial.saving_usd_month)} of {dollars(trial.spend_usd_month)} a month "
            f"({trial.count_spawns_month:.0f} spawns)"
        )
    lines.append(
        f"Expected   {points(trial.expected_gap)} points of success less, 90% between {points(trial.gap_low)} and "
        f"{points(trial.gap_high)}; worth it with {percent(trial.worth_probability)} probability"
    )
    if trial.state == "proposed":
        lines += [
            f"Decides    after about {trial.spawns_to_decide} spawns",
            "",
            f"spawnwise trial start {trial.trial_id}",
        ]
        return "\n".join(lines)
    for arm, model, spawns, outcomes, failures in (
        (
            "candidate",
            words_of(trial.candidate),
            trial.candidate_spawns,
            trial.candidate_outcomes,
            trial.candidate_failures,
        ),
        ("baseline", words_of(trial.baseline), trial.baseline_spawns, trial.baseline_outcomes, trial.baseline_failures),
    ):
        lines.append(
            f"{arm.capitalize():<11}{model}: {spawns} spawns drawn, {outcomes - failures} of {outcomes} known "
            "outcomes good"
        )
    return "\n".join(lines)


def points(share: float) -> str:
    """Return a difference of two shares in points."""
    return f"{100 * share:.1f}"


def _is_published(settings: Settings, trial: StoredTrial) -> bool:
    try:
        return any(known.trial_id == trial.trial_id for known in read_snapshot(settings.snapshot_file).trials)
    except SnapshotError:
        return False
