"""Tonight's trials: end those that are decided, propose new ones, and start some where that is allowed."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count

import numpy as np

from pipelines.estimate.store import newest_clustering
from pipelines.settings import Settings
from pipelines.trials import rule as trial_rule
from pipelines.trials import trial_store
from pipelines.trials.pace import expected_costs_of, pace_of
from pipelines.trials.propose import Proposal, proposals
from pipelines.trials.rule import Outlook
from pipelines.trials.trial_store import ArmCounts, Connection, StoredTrial
from pipelines.warehouse import Warehouse, named_sql
from recommender.decision import Rule, claims_of
from recommender.judgement import Records, records_in
from recommender.published_rows import ANY_AGENT, ANY_KIND, ANY_TYPE, Scope, is_narrower
from recommender.reasons import dollars
from recommender.tiers import is_listed, shipped_tiers
from recommender.trials import overlaps
from recommender.work_types import WORK_TYPE_NAMES


@dataclass(frozen=True)
class TrialReport:
    """What the night did: proposals, trials that moved to another state, those started; what a person must know."""

    proposals: tuple[tuple[str, str], ...]
    running: int
    moved: tuple[tuple[str, str], ...]
    started: tuple[str, ...]
    warnings: tuple[str, ...] = ()


def update_trials(warehouse: Warehouse, settings: Settings, rule: Rule) -> TrialReport:
    """Bring the trials up to date in one transaction; the same history again changes no row."""
    with warehouse.connect() as connection:
        version = newest_clustering(connection)
        if version is None:
            return TrialReport((), 0, (), ())
        evidence_of = trial_store.read_estimates(connection, version)
        records = records_in(evidence_of, list(evidence_of))
        progress = trial_store.read_progress(connection)
        moved = []
        for trial in trial_store.read_trials(connection):
            if trial.state in trial_rule.ACTIVE:
                counts = progress.get(trial.trial_id) or ArmCounts(trial.trial_id, 0, 0, 0, 0, 0, 0, 0)
                outlook = outlook_now(records, trial, rule)
                trial_store.update_progress(connection, counts, outlook.worth)
                seen = trial_rule.Seen(
                    counts.candidate_outcomes,
                    counts.candidate_failures,
                    counts.first_failures,
                    trial.resumed_at is not None,
                )
                if ended := trial_rule.verdict(trial.state, seen, outlook, rule):
                    trial_store.move(connection, trial.trial_id, ended)
                    moved.append((trial.trial_id, ended.state))
        started: list[str] = []
        warnings: list[str] = []
        if settings.trials != "off":
            found = _proposals(connection, version, records, settings, rule)
            trial_store.replace_proposals(
                connection, found, scope_labels(connection, version, [f.scope for f in found])
            )
            if settings.trials == "auto":
                started, warnings = _start(connection, found, settings)
        else:
            trial_store.replace_proposals(connection, [], {})
        trials = trial_store.read_trials(connection)
    proposed = [(trial.trial_id, dollars_a_month(trial)) for trial in trials if trial.state == "proposed"]
    running = sum(trial.state == "running" for trial in trials)
    return TrialReport(tuple(proposed), running, tuple(moved), tuple(started), tuple(warnings))


def dollars_a_month(trial: StoredTrial) -> str:
    """Return what is at stake in a trial, empty where no cost is known."""
    return "" if trial.saving_usd_month is None else dollars(trial.saving_usd_month)


def outlook_now(records: Records, trial: StoredTrial, rule: Rule) -> Outlook:
    """Return what all the evidence says of a trial's candidate in its scope; where it is gone, what was expected."""
    known = {scope: row for row, scope in enumerate(records.scopes)}
    if trial.scope not in known or not {trial.baseline, trial.candidate} <= set(records.models):
        expected = trial.baseline_success - trial.expected_gap
        return Outlook(trial.worth_probability, expected, trial.baseline_success, trial.cost_ratio)
    candidate, baseline = map(records.models.index, (trial.candidate, trial.baseline))
    one = records.evidence.of(np.array([known[trial.scope]]))
    claims = claims_of(replace(one, baseline=np.array([baseline])), rule)
    return trial_rule.outlook_of(claims, 0, candidate=candidate, baseline=baseline)


def clash(trial: StoredTrial | Proposal, others: list[StoredTrial], project: str | None = None) -> StoredTrial | None:
    """Return an active trial of the same spawns as this one; None where there is none.

    A trial of a narrower scope takes precedence over one around it, and they get on.
    """
    for other in others:
        same_place = other.project == project or None in (other.project, project)
        if other.state in trial_rule.ACTIVE and other.baseline == trial.baseline:
            if same_place and other.scope == trial.scope:
                return other
            is_nested = is_narrower(other.scope, trial.scope) or is_narrower(trial.scope, other.scope)
            crossing = overlaps(other.scope, trial.scope) and not is_nested
            if same_place and crossing:
                return other
    return None


def _proposals(
    connection: Connection, version: int, records: Records, settings: Settings, rule: Rule
) -> list[Proposal]:
    """Return tonight's proposals but for what runs, or has ended, already."""
    taken = trial_store.read_trials(connection)
    excluded = [
        scope.agent_name
        for scope in records.scopes
        if is_listed(scope.agent_name, (*settings.protected_agents, *settings.pinned_agents))
    ]
    paces = pace_of(
        trial_store.read_work(connection, version, settings.model_weights), expected_costs_of(records), records.models
    )
    names = {trial.trial_id for trial in taken if trial.state != "proposed"}
    latest = datetime.now(UTC) - timedelta(days=trial_rule.REST_DAYS)
    resting = {
        (trial.scope, trial.baseline, trial.candidate)
        for trial in taken
        if trial.ended_at is not None and trial.ended_at > latest
    }
    found = proposals(records, paces, rule, excluded, shipped_tiers(), trial_store.read_corrections(connection))
    return [
        _with_free_name(proposal, names)
        for proposal in found
        if (proposal.scope, proposal.baseline, proposal.candidate) not in resting and not clash(proposal, taken)
    ]


def _with_free_name(proposal: Proposal, names: set[str]) -> Proposal:
    """Return the proposal under a name that no earlier trial has."""
    numbered = (f"{proposal.trial_id}-{number}" for number in count(2))
    return (
        proposal
        if proposal.trial_id not in names
        else replace(proposal, trial_id=next(name for name in numbered if name not in names))
    )


def _start(connection: Connection, found: list[Proposal], settings: Settings) -> tuple[list[str], list[str]]:
    """Start proposals in their order while the extra failures expected of all running trials stay in the budget."""
    if settings.trials_budget == 0:
        return [], ["SPAWNWISE_TRIALS is auto, but SPAWNWISE_TRIALS_BUDGET is 0: no trial was started."]
    running = [trial for trial in trial_store.read_trials(connection) if trial.state == "running"]
    spent = sum(trial.extra_failures_week for trial in running)
    started: list[str] = []
    for proposal in found:  # none of them crosses an active trial, or another of them
        if spent + proposal.extra_failures_week <= settings.trials_budget:
            trial_store.start(connection, proposal.trial_id, by="auto")
            spent += proposal.extra_failures_week
            started.append(proposal.trial_id)
    return started, []


def scope_labels(connection: Connection, version: int, scopes: Iterable[Scope]) -> dict[Scope, str]:
    """Return a label for each scope, such as "general-purpose: Review"."""
    rows = connection.execute(named_sql(__file__, "select_kind_labels"), {"version": version})
    kinds: dict[int, str] = dict(rows.fetchall())
    return {scope: _label(scope, kinds) for scope in scopes}


def _label(scope: Scope, kinds: dict[int, str]) -> str:
    agent = "any agent" if scope.agent_name == ANY_AGENT else scope.agent_name
    if scope.cluster_id != ANY_KIND:
        return f"{agent}: {kinds.get(scope.cluster_id, scope.work_type)}"
    work = "any work" if scope.work_type == ANY_TYPE else WORK_TYPE_NAMES.get(scope.work_type, scope.work_type)
    return f"{agent}: {work}"
