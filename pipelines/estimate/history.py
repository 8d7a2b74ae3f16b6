"""The task history as arrays of outcomes."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import numpy as np

from pipelines.estimate.outcomes import Floats, Ints, Outcomes, outcome_information, within_limit
from pipelines.settings import Settings
from recommender.efforts import arm_among, model_of
from recommender.models import model_family, model_version
from recommender.published_rows import ANY_AGENT, ANY_TYPE, Scope


class TaskRow(NamedTuple):
    """One spawn as the database tells it; `success` is None where unknown or where no agent is to blame.

    Where audits have corrected it (`is_corrected`), `success` is how likely the spawn went well, and all such spawns of
    its agent and model, or of its model, count for no more outcomes than `pair_limit` and `model_limit` say.

    `baseline` is the model that ran without advice, or would have. Only where the model was observed
    (`is_model_observed`) is the outcome evidence for it; `is_self_reported` tells that a program said so of itself.
    `effort` is how hard the model was set to think, None where nobody tells, `is_effort_asked` whether the call named
    one. `pipelines.estimate.arms` puts both together in `model`.
    """

    agent: str
    cluster_id: int | None
    project: str | None
    session_id: str | None
    task_hash: str
    model: str
    version: str | None
    baseline: str | None
    is_model_observed: bool
    created_at: datetime
    success: bool | float | None
    confidence: float
    is_self_reported: bool
    propensity: float | None
    cost_usd: float | None
    calls: int | None
    effort: str | None = None
    is_effort_asked: bool = False
    baseline_effort: str | None = None
    is_corrected: bool = False
    pair_limit: float | None = None
    model_limit: float | None = None


def week_of(moment: datetime) -> datetime:
    """Return the Monday (UTC) of a moment's week: ages are counted from it, so that a day alone changes no estimate."""
    midnight = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=midnight.weekday())


def scope_baselines(
    rows: Sequence[TaskRow], work_type_of: Mapping[int, str], now: datetime, settings: Settings
) -> dict[Scope, str]:
    """Return for every scope that the rows touch the model that usually runs there without advice.

    Recent spawns count more, as outcomes do. Where nothing ran, the default of the settings stands.
    """
    usage: dict[Scope, Counter[str]] = {Scope(): Counter()}
    for row in rows:
        weight = 2 ** (-max(0.0, (now - row.created_at).total_seconds()) / 86_400 / settings.half_life_days)
        for scope in _scopes_of(row, work_type_of):
            usage.setdefault(scope, Counter()).update({} if row.baseline is None else {row.baseline: weight})
    seen = sorted({row.model for row in rows})
    fallback = model_family(settings.default_model)
    fallback = arm_among(seen, fallback) or fallback
    return {
        scope: max(counted, key=lambda model: (counted[model], model)) if counted else fallback
        for scope, counted in usage.items()
    }


def newest_versions(rows: Iterable[TaskRow]) -> dict[str, str]:
    """Return for each family the version that was seen for the first time last."""
    newest: dict[str, str] = {}
    known = set()
    for row in sorted(rows, key=lambda row: row.created_at):
        version = _version(row)
        if version is not None and version not in known:
            known.add(version)
            newest[model_of(row.model)] = version
    return newest


def outcomes_of(
    rows: Sequence[TaskRow],
    models: Sequence[str],
    work_type_of: Mapping[int, str],
    now: datetime,
    settings: Settings,
) -> Outcomes:
    """Turn rows into arrays; `models` names every model in question, those of the rows included.

    An outcome's age is counted from the week of `now`. Outcomes of a family's older versions are discounted, so that a
    new version starts from what its family has shown. One session, and one text, says only so much of a model.
    """
    agents, agent = _indexed([row.agent for row in rows])
    projects, project = _indexed([row.project or "" for row in rows])
    _, session = _indexed([(row.session_id or f"none {place}", row.model) for place, row in enumerate(rows)])
    _, text = _indexed([(row.task_hash, row.model) for row in rows])
    clusters = sorted({row.cluster_id for row in rows if row.cluster_id is not None})
    work_types = sorted({work_type_of[cluster] for cluster in clusters})
    place_of = {number: index for index, number in enumerate(clusters)}
    columns = {name: index for index, name in enumerate(models)}
    age = np.array([(week_of(now) - row.created_at).total_seconds() / 86_400 for row in rows])
    success = _floats(row.success if row.is_model_observed else None for row in rows)
    information = outcome_information(age, _floats(row.confidence for row in rows), settings.half_life_days)
    newest = newest_versions(rows)
    is_old = np.array([_version(row) not in (None, newest.get(model_of(row.model))) for row in rows], dtype=bool)
    is_claim = np.array([row.is_self_reported for row in rows], dtype=bool)
    is_known = np.isfinite(success)
    share = np.minimum(
        within_limit(session, is_known, settings.session_limit), within_limit(text, is_known, settings.text_limit)
    )
    is_corrected = np.array([row.is_corrected for row in rows], dtype=bool) & is_known
    information *= np.where(is_old, settings.version_discount, 1.0) * share
    information *= _known_share(rows, information * is_known)
    trust = np.where(is_claim, settings.self_report_weight, 1.0)
    return Outcomes(
        agents=tuple(agents),
        work_types=tuple(work_types),
        clusters=tuple(clusters),
        projects=tuple(projects),
        models=tuple(models),
        cluster_type=np.array([work_types.index(work_type_of[cluster]) for cluster in clusters], dtype=np.int64),
        agent=agent,
        cluster=np.array([-1 if r.cluster_id is None else place_of[r.cluster_id] for r in rows], dtype=np.int64),
        project=project,
        model=np.array([columns[row.model] for row in rows], dtype=np.int64),
        success=success,
        information=information * trust,
        label_variance=np.where(is_corrected, success * (1 - success), 0.0),
        counted=share * np.where(trust < 1, 0.0, 1.0),
        propensity=_floats(row.propensity for row in rows),
        cost_usd=_floats(row.cost_usd for row in rows),
        calls=_floats(row.calls for row in rows),
    )


def _known_share(rows: Sequence[TaskRow], information: Floats) -> Floats:
    """Return the share (n,) of its information that each outcome keeps, as its correction is itself uncertain.

    n outcomes whose common share of failures is known no better than from m outcomes count for n m / (n + m).
    """
    kept = np.ones(len(rows))
    for key, limits in (
        ([(row.agent, row.model) for row in rows], _floats(row.pair_limit for row in rows)),
        ([(row.model,) for row in rows], _floats(row.model_limit for row in rows)),
    ):
        _, member = _indexed(key)
        held = np.bincount(member, weights=np.where(np.isfinite(limits), information, 0))[member]
        kept = np.where(np.isfinite(limits), np.minimum(kept, limits / np.maximum(limits + held, 1e-12)), kept)
    return kept


def _scopes_of(row: TaskRow, work_type_of: Mapping[int, str]) -> list[Scope]:
    kinds = [(ANY_TYPE, -1)]
    if row.cluster_id is not None:
        work_type = work_type_of[row.cluster_id]
        kinds += [(work_type, -1), (work_type, row.cluster_id)]
    return [Scope(agent, *kind) for agent in (ANY_AGENT, row.agent) for kind in kinds]


def _indexed(values: Sequence[object]) -> tuple[list[str], Ints]:
    """Return the distinct values in order, and the index of each value among them."""
    place = {value: index for index, value in enumerate(sorted(set(values)))}  # type: ignore[type-var]
    return [str(value) for value in place], np.array([place[value] for value in values], dtype=np.int64)


def _floats(values: Iterable[float | None]) -> Floats:
    return np.array([np.nan if value is None else float(value) for value in values])


def _version(row: TaskRow) -> str | None:
    return model_version(row.version) if row.version else None
