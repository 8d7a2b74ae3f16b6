"""What a person does with trials: start, stop, look. Every refusal is a sentence."""

from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pipelines.estimate.store import newest_clustering
from pipelines.journal.load import load_journal
from pipelines.publish.snapshot import publish_snapshot
from pipelines.settings import Settings
from pipelines.trials import rule as trial_rule
from pipelines.trials import trial_store
from pipelines.trials.rule import Verdict
from pipelines.trials.trial_store import StoredTrial
from pipelines.trials.update_trials import clash
from pipelines.warehouse import Warehouse
from recommender.efforts import words_of
from recommender.errors import SpawnwiseError
from recommender.snapshot_file import SnapshotError
from recommender.work_types import WORK_TYPES

LIST = "`spawnwise trial list` shows those that are proposed."


class TrialError(SpawnwiseError):
    """A trial cannot be started, stopped or shown; the message says why and what to do."""


def find_trial(warehouse: Warehouse, trial_id: str) -> StoredTrial:
    """Return a trial by its name; raise `TrialError`."""
    with warehouse.connect() as connection:
        trials = {trial.trial_id: trial for trial in trial_store.read_trials(connection)}
    if trial_id in trials:
        return trials[trial_id]
    near = get_close_matches(trial_id, trials, 1)
    raise TrialError(f"There is no trial {trial_id}. {f'Did you mean {near[0]}?' if near else LIST}")


def choose_proposal(warehouse: Warehouse, agent: str | None, kind: str | None, candidate: str | None) -> StoredTrial:
    """Return the one proposal for an agent, a type of work (or the number of a kind) and a candidate."""
    with warehouse.connect() as connection:
        _require_known(connection, agent, kind)
        proposed = [trial for trial in trial_store.read_trials(connection) if trial.state == "proposed"]
    fitting = [
        trial
        for trial in proposed
        if agent in (None, trial.agent_name)
        and kind in (None, trial.work_type, str(trial.cluster_id))
        and candidate in (None, trial.candidate_model, trial.candidate)
    ]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise TrialError(f"Several trials fit: {', '.join(trial.trial_id for trial in fitting)}. Name one of them.")
    raise TrialError(
        f"No such trial is proposed. It takes {trial_rule.START_OUTCOMES} known runs of which 90% went well, and a "
        f"cheaper model that may be worth it. {LIST}"
    )


def start_trial(warehouse: Warehouse, settings: Settings, trial: StoredTrial, project: str | None = None) -> str:
    """Start a proposed trial, or let one go on that paused or was stopped, and publish it; say what happens now."""
    if settings.trials == "off":
        raise TrialError("Trials are off: SPAWNWISE_TRIALS is off. Set it to propose or auto.")
    folder = _project_folder(project)
    with warehouse.connect() as connection:
        trials = trial_store.read_trials(connection)
        others = [other for other in trials if other.trial_id != trial.trial_id]
        if other := clash(trial, others, folder):
            raise TrialError(
                f"{other.trial_id} is {other.state} for the same spawns. Stop it first: "
                f"`spawnwise trial stop {other.trial_id}`."
            )
        is_started = (
            trial_store.start(connection, trial.trial_id, by="person", project=folder)
            if trial.state == "proposed"
            else trial_store.resume(connection, trial.trial_id)
        )
        if not is_started:
            raise TrialError(
                f"{trial.trial_id} is {trial.state}: only one that is proposed, paused or stopped can be started."
            )
    _publish(warehouse, settings, trial.trial_id)
    where = f" in {folder}" if folder else ""
    return (
        f"Started {trial.trial_id}: every second spawn of {trial.scope_label}{where} that would run on "
        f"{words_of(trial.baseline)} now runs on {words_of(trial.candidate)}, at most {trial_rule.NIGHT_CAP} before "
        "the next nightly run. It needs the hook in mode enforce, or a caller of recommend()."
    )


def stop_trial(warehouse: Warehouse, settings: Settings, trial: StoredTrial) -> str:
    """Stop a trial that draws, and publish that; return what happens now in words."""
    if trial.state not in trial_rule.ACTIVE:
        raise TrialError(f"{trial.trial_id} is {trial.state}: there is nothing to stop.")
    with warehouse.connect() as connection:
        trial_store.move(connection, trial.trial_id, Verdict("stopped", "Stopped by a person."))
    _publish(warehouse, settings, trial.trial_id)
    return (
        f"Stopped {trial.trial_id}: its spawns run on {words_of(trial.baseline)} again, unless the logs say otherwise."
    )


def listed() -> list[dict[str, Any]]:
    """Return the trials that have not ended, as plain values."""
    with Warehouse.open(Settings()) as warehouse, warehouse.connect() as connection:
        return [trial.as_dict() for trial in trial_store.read_trials(connection) if trial.ended_at is None]


def shown(trial_id: str) -> dict[str, Any]:
    """Return what a trial has shown so far, as plain values; raise `TrialError`."""
    with Warehouse.open(Settings()) as warehouse:
        load_journal(warehouse)
        return find_trial(warehouse, trial_id).as_dict()


def act(action: str, trial_id: str) -> str:
    """Start or stop a trial by its name, outside any command; return what happens now in words."""
    settings = Settings()
    with Warehouse.open(settings) as warehouse:
        trial = find_trial(warehouse, trial_id)
        if action == "start":
            return start_trial(warehouse, settings, trial)
        return stop_trial(warehouse, settings, trial)


def _publish(warehouse: Warehouse, settings: Settings, trial_id: str) -> None:
    """Publish the trials with the answers; until the snapshot knows of a trial, nothing is drawn."""
    try:
        publish_snapshot(warehouse, settings)
    except SnapshotError as error:
        raise TrialError(
            f"{trial_id} is noted, but the snapshot is older and no spawn knows of it: {error} Then run `spawnwise "
            "learn`."
        ) from error


def _project_folder(project: str | None) -> str | None:
    if project is None:
        return None
    folder = Path(project).expanduser()
    if not folder.is_dir():
        raise TrialError(f"There is no folder {project}: has the project moved? Give the folder where it is now.")
    return str(folder.resolve())


def _require_known(connection: trial_store.Connection, agent: str | None, kind: str | None) -> None:
    version = newest_clustering(connection)
    scopes = trial_store.read_estimates(connection, version) if version is not None else {}
    agents = {scope.agent_name for scope in scopes}
    kinds = {str(scope.cluster_id) for scope in scopes} | set(WORK_TYPES)
    if agent is not None and agent not in agents:
        near = get_close_matches(agent, agents, 1)
        raise TrialError(f"No agent {agent} has been seen.{f' Did you mean {near[0]}?' if near else ''}")
    if kind is not None and kind not in kinds:
        raise TrialError(f"There is no kind of work {kind}. Types of work: {', '.join(WORK_TYPES)}.")
