"""What a lookup will answer to each agent and kind of task that was seen, beside each model that ran there."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

import psycopg

from pipelines.estimate.store import newest_clustering
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse, named_sql
from pipelines.warehouse.column_lists import copy_rows
from recommender.answer import answer_for
from recommender.asked import Answer, Asked, scopes_of
from recommender.baseline import Baseline
from recommender.decision import rule_of
from recommender.kinds import nearest_kind
from recommender.models import declared_family
from recommender.published_rows import BestModel, ModelEvidence, Scope
from recommender.serving_tables import read_evidence, read_published
from recommender.snapshot import Snapshot

Connection = psycopg.Connection[Any]


class Work(NamedTuple):
    """Work that was seen: an agent's on one kind of task; `work_type` is None and `cluster_id` -1 where in no kind."""

    agent_name: str
    work_type: str | None
    cluster_id: int
    models: Sequence[str]


class LookupAnswer(NamedTuple):
    """What is answered where `from_model` would run; `is_usual` tells that it usually does."""

    agent_name: str
    work_type: str | None
    cluster_id: int
    from_model: str
    to_model: str
    success_rate: float | None
    is_usual: bool


def write_answers(warehouse: Warehouse, settings: Settings) -> int:
    """Replace `learning.lookup_answers` in one transaction; return how many rows it has."""
    with warehouse.connect() as connection:
        snapshot = tonight(connection, settings)
        work = [Work(*row) for row in connection.execute(named_sql(__file__, "work_seen")).fetchall()]
        answers = answers_to(snapshot, work) if snapshot else []
        connection.execute(named_sql(__file__, "forget_answers"))
        copy_rows(connection, "learning.lookup_answers", LookupAnswer._fields, answers)
    return len(answers)


def tonight(connection: Connection, settings: Settings) -> Snapshot | None:
    """Return what will be published of tonight's estimates, as a lookup sees it; None before the first clustering.

    Nothing explores in it: the same work is given the same answer.
    """
    version = newest_clustering(connection)
    if version is None:
        return None
    best = best_models(read_evidence(connection, version))
    snapshot = read_published(connection, version, "", datetime.now(UTC), best)
    return replace(snapshot, rule=rule_of(settings), protected_agents=settings.protected_agents, exploration_share=0.0)


def best_models(evidence: Iterable[ModelEvidence]) -> tuple[BestModel, ...]:
    """Return the answer of each scope as dbt's best_model_per_cluster has it: the arm chosen, beside the usual one."""
    chosen, usual = {}, {}
    for row in evidence:
        if row.is_chosen:
            chosen[row.scope] = row
        if row.is_baseline:
            usual[row.scope] = row
    return tuple(_best(row, usual.get(scope)) for scope, row in chosen.items())


def answers_to(snapshot: Snapshot, seen: Iterable[Work]) -> list[LookupAnswer]:
    """Ask the lookup's own function for work in the middle of its kind; work of which nothing is known is left out.

    A model that the agent's spec names is asked for as such: only the agent's own record may speak against it.
    """
    place = {kind.cluster_id: row for row, kind in enumerate(snapshot.kinds)}
    declared = {(spec.name, declared_family(spec.declared_model or "")) for spec in snapshot.agents}
    answers = []
    for work in seen:
        row = place.get(work.cluster_id)
        match = None if row is None else nearest_kind(snapshot, snapshot.centroids[row], snapshot.kinds[row].work_type)
        asked = Asked(work.agent_name, work.work_type or "", match)
        best = next((found for scope in scopes_of(asked) if (found := snapshot.best_of.get(scope))), None)
        if best is None or best.baseline_model is None:
            continue
        for model in sorted({best.baseline_model, *work.models}):
            source = "user_spec" if (work.agent_name, model) in declared else "usual"
            answer = answer_for(snapshot, asked._replace(baseline=Baseline(model, source)))
            rate, is_usual = _success_rate(answer, best), model == best.baseline_model
            answers.append(LookupAnswer(*work[:3], model, answer.model, rate, is_usual))
    return answers


def _success_rate(answer: Answer, best: BestModel) -> float | None:
    """Return that of the model answered, None where nothing is known of it."""
    record = next((row for row in (answer.evidence, best) if row and row.model == answer.model), None)
    return record.success_rate if record else None


def _best(row: ModelEvidence, usual: ModelEvidence | None) -> BestModel:
    return BestModel(
        row.agent_name,
        row.work_type,
        row.cluster_id,
        row.model,
        "agent" if row.scope == Scope(row.agent_name) else "cluster",
        row.reason,
        row.success_rate,
        row.success_low,
        row.success_sd,
        row.tasks_observed,
        row.effective_n,
        expected_cost_usd=row.expected_cost_usd,
        baseline_model=usual.model if usual else None,
        baseline_expected_cost_usd=usual.expected_cost_usd if usual else None,
        effort=row.effort,
        baseline_effort=usual.effort if usual else "",
    )
