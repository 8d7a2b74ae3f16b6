"""Where trials are kept, and what they are judged by."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from pipelines.trials import rule as trial_rule
from pipelines.trials.pace import DayOfWork
from pipelines.trials.propose import Expectation, Proposal
from pipelines.trials.rule import Verdict
from pipelines.warehouse import named_sql
from pipelines.warehouse.column_lists import listed
from recommender.published_rows import ModelEvidence, Scope
from recommender.serving_tables import read_evidence

Connection = psycopg.Connection[Any]


@dataclass(frozen=True)
class StoredTrial(Expectation):
    """One row of `learning.trials`."""

    agent_name: str
    work_type: str
    cluster_id: int
    project: str | None
    scope_label: str
    state: str
    started_by: str | None
    proposed_at: datetime
    started_at: datetime | None
    resumed_at: datetime | None
    adopted_at: datetime | None
    ended_at: datetime | None
    candidate_spawns: int
    candidate_outcomes: int
    candidate_failures: int
    baseline_spawns: int
    baseline_outcomes: int
    baseline_failures: int

    @property
    def scope(self) -> Scope:
        """The scope that the trial is of."""
        return Scope(self.agent_name, self.work_type, self.cluster_id)

    def as_dict(self) -> dict[str, Any]:
        """Return the fields by name, times as text."""
        return {
            name: value.isoformat() if isinstance(value, datetime) else value for name, value in asdict(self).items()
        }


@dataclass(frozen=True)
class ArmCounts:
    """What a trial has drawn and seen so far, by arm."""

    trial_id: str
    candidate_spawns: int
    candidate_outcomes: int
    candidate_failures: int
    baseline_spawns: int
    baseline_outcomes: int
    baseline_failures: int
    first_failures: int


def read_trials(connection: Connection) -> list[StoredTrial]:
    """Read every trial, those with most at stake first."""
    with connection.cursor(row_factory=class_row(StoredTrial)) as cursor:
        statement = sql.SQL(named_sql(__file__, "select_trials"))
        return cursor.execute(statement.format(columns=listed(_names(StoredTrial)))).fetchall()


def read_progress(connection: Connection) -> dict[str, ArmCounts]:
    """Read what each trial has drawn and seen."""
    with connection.cursor(row_factory=class_row(ArmCounts)) as cursor:
        parameters = {"first": trial_rule.PLAIN_OUTCOMES}
        rows = cursor.execute(named_sql(__file__, "select_progress"), parameters).fetchall()
    return {row.trial_id: row for row in rows}


def read_estimates(connection: Connection, version: int) -> dict[Scope, list[ModelEvidence]]:
    """Read tonight's estimates by scope."""
    found: dict[Scope, list[ModelEvidence]] = {}
    for row in read_evidence(connection, version):
        found.setdefault(row.scope, []).append(row)
    return found


def read_work(connection: Connection, version: int, weights: dict[str, float] | None = None) -> list[DayOfWork]:
    """Read what ran on which baseline, day by day; costs are weighed by model."""
    with connection.cursor(row_factory=class_row(DayOfWork)) as cursor:
        return cursor.execute(
            named_sql(__file__, "select_days_of_work"), {"version": version, "weights": Jsonb(weights or {})}
        ).fetchall()


def read_corrections(connection: Connection) -> dict[tuple[str, str], float]:
    """Return by agent and model how much success audits, or what rules usually miss, take from what the rules read."""
    rows = connection.execute(named_sql(__file__, "select_corrections")).fetchall()
    return {(agent, model): correction for agent, model, correction in rows}


def replace_proposals(connection: Connection, proposals: Sequence[Proposal], labels: dict[Scope, str]) -> None:
    """Make the proposed trials exactly these; one that stays keeps the day on which it was proposed."""
    kept = [proposal.trial_id for proposal in proposals]
    connection.execute(named_sql(__file__, "delete_stale_proposals"), {"kept": kept})
    expected = _names(Expectation)
    columns = ("agent_name", "work_type", "cluster_id", "state", "scope_label", "night_cap", *expected)
    compared = ("scope_label", *(name for name in expected if name != "trial_id"))
    statement = sql.SQL(named_sql(__file__, "upsert_proposal")).format(
        columns=listed(columns),
        values=sql.SQL(", ").join(map(sql.Placeholder, columns)),
        updated=listed(compared),
        new=listed(compared, "excluded"),
        held=listed(compared, "held"),
    )
    rows = [
        asdict(proposal)
        | proposal.scope._asdict()
        | {"state": "proposed", "scope_label": labels[proposal.scope], "night_cap": trial_rule.NIGHT_CAP}
        for proposal in proposals
    ]
    with connection.cursor() as cursor:
        cursor.executemany(statement, rows)


def start(connection: Connection, trial_id: str, *, by: str, project: str | None = None) -> bool:
    """Start a proposed trial; return whether it was one."""
    fields = {
        "trial_id": trial_id,
        "by": by,
        "project": project,
        "share": trial_rule.CANDIDATE_SHARE,
        "night_cap": trial_rule.NIGHT_CAP,
    }
    return connection.execute(named_sql(__file__, "start_trial"), fields).rowcount == 1


def resume(connection: Connection, trial_id: str) -> bool:
    """Let a paused or a stopped trial go on; return whether it was one."""
    fields = {"trial_id": trial_id, "reason": "Resumed by a person."}
    return connection.execute(named_sql(__file__, "resume_trial"), fields).rowcount == 1


def move(connection: Connection, trial_id: str, to: Verdict) -> None:
    """Move a trial to another state."""
    fields = {
        "trial_id": trial_id,
        "state": to.state,
        "reason": to.reason,
        "adopted_share": 1 - trial_rule.HOLD_OUT,
        "is_ended": to.state in trial_rule.ENDED,
    }
    connection.execute(named_sql(__file__, "move_trial"), fields)


def update_progress(connection: Connection, counts: ArmCounts, worth: float) -> None:
    """Keep what a trial has seen, and how probable its worth is now."""
    connection.execute(named_sql(__file__, "update_counts"), asdict(counts))
    connection.execute(named_sql(__file__, "update_expectation"), {"trial_id": counts.trial_id, "worth": worth})


def _names(row: type[Expectation]) -> tuple[str, ...]:
    """Return the columns of a row's type."""
    return tuple(field.name for field in fields(row))
