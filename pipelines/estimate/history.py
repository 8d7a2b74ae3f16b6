"""The task history as arrays of outcomes."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import numpy as np

from pipelines.estimate.defaults import default_model
from pipelines.estimate.outcomes import ANY_AGENT, ANY_CLUSTER, Floats, Outcomes, outcome_information
from pipelines.settings import Settings
from recommender.models import model_version
from recommender.snapshot import Tier


class TaskRow(NamedTuple):
    """One spawn as the database tells it; `success` is None where unknown or where no agent is to blame."""

    agent: str
    cluster_id: int | None
    model: str
    version: str | None
    created_at: datetime
    success: bool | float | None
    confidence: float
    propensity: float | None
    cost_usd: float | None
    is_advised: bool


@dataclass(frozen=True)
class Knowledge:
    """What is known of agents besides their outcomes: declared models and tiers."""

    declared: Mapping[str, str | None]
    tiers: Sequence[Tier]


def scope_defaults(rows: Iterable[TaskRow], knowledge: Knowledge, fallback: str) -> dict[tuple[str, int], str]:
    """Return the default model of every scope that the rows touch.

    An agent has one default in every kind of task. "Any agent" has what mostly ran there. Spawns whose model the
    recommender chose do not count, else its own advice would become the default that it must beat.
    """
    usage: dict[tuple[str, int], Counter[str]] = {(ANY_AGENT, ANY_CLUSTER): Counter()}
    for row in rows:
        clusters = {ANY_CLUSTER} if row.cluster_id is None else {ANY_CLUSTER, row.cluster_id}
        for scope in ((agent, cluster) for agent in (ANY_AGENT, row.agent) for cluster in clusters):
            usage.setdefault(scope, Counter()).update([] if row.is_advised else [row.model])
    return {
        (agent, cluster): default_model(
            agent,
            declared=None if agent == ANY_AGENT else knowledge.declared.get(agent),
            tiers=() if agent == ANY_AGENT else knowledge.tiers,
            usage=usage[agent, cluster] if agent == ANY_AGENT else usage[agent, ANY_CLUSTER],
            fallback=fallback,
        )
        for agent, cluster in usage
    }


def newest_versions(rows: Iterable[TaskRow]) -> dict[str, str]:
    """Return for each family the version that was seen for the first time last."""
    newest: dict[str, str] = {}
    known = set()
    for row in sorted(rows, key=lambda row: row.created_at):
        version = _version(row)
        if version is not None and version not in known:
            known.add(version)
            newest[row.model] = version
    return newest


def outcomes_of(rows: Sequence[TaskRow], models: Sequence[str], settings: Settings) -> Outcomes:
    """Turn rows into arrays; `models` names every model in question, those of the rows included.

    An outcome's age is counted from the newest spawn: a quiet month makes no record older. Outcomes of a family's
    older versions are discounted, so that a new version starts from what its family has shown.
    """
    agents = {name: index for index, name in enumerate(sorted({row.agent for row in rows}))}
    clusters = {
        number: index for index, number in enumerate(sorted({r.cluster_id for r in rows if r.cluster_id is not None}))
    }
    columns = {name: index for index, name in enumerate(models)}
    newest, latest = newest_versions(rows), max((row.created_at for row in rows), default=None)
    age = [(latest - row.created_at).total_seconds() / 86_400 if latest else 0.0 for row in rows]
    information = outcome_information(np.array(age), _floats(row.confidence for row in rows), settings.half_life_days)
    versions = [_version(row) for row in rows]
    is_old = [version not in (None, newest.get(row.model)) for row, version in zip(rows, versions, strict=True)]
    return Outcomes(
        agents=tuple(agents),
        clusters=tuple(clusters),
        models=tuple(models),
        agent=np.array([agents[row.agent] for row in rows], dtype=np.int64),
        cluster=np.array([-1 if r.cluster_id is None else clusters[r.cluster_id] for r in rows], dtype=np.int64),
        model=np.array([columns[row.model] for row in rows], dtype=np.int64),
        success=_floats(row.success for row in rows),
        information=information * np.where(is_old, settings.version_discount, 1.0),
        propensity=_floats(row.propensity for row in rows),
        cost_usd=_floats(row.cost_usd for row in rows),
    )


def _floats(values: Iterable[float | None]) -> Floats:
    return np.array([np.nan if value is None else float(value) for value in values])


def _version(row: TaskRow) -> str | None:
    return model_version(row.version) if row.version else None
