"""The task history as arrays of outcomes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from pipelines.estimate.outcomes import Floats, Ints, Outcomes, combined, outcome_information, within_limit
from pipelines.settings import Settings
from recommender.efforts import arm_among, model_of
from recommender.models import model_family, model_version
from recommender.published_rows import ANY_AGENT, ANY_TYPE, Scope

Bools = NDArray[np.bool_]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_US = 86_400 * 1_000_000


@dataclass(frozen=True)
class Names:
    """A column of names: the distinct ones in order, and the place (n,) of each row's, -1 where it has none."""

    distinct: tuple[str, ...]
    place: Ints

    def map(self, values: Mapping[str, str]) -> "Names":
        """Return the column with other names in place of these."""
        return named([values[name] for name in self.distinct], self.place)

    def used(self) -> set[str]:
        """Return the names that any row has."""
        return {self.distinct[place] for place in np.unique(self.place).tolist() if place >= 0}


@dataclass(frozen=True)
class History:
    """Spawns as columns (n,), as the database tells them; whatever nobody tells is NaN, -1 or no name.

    `cluster` is the cluster's id, -1 in none. `session` and `text` number the sessions and the texts; a spawn of no
    known session is one of its own. `success` is NaN where unknown or where no agent is to blame; where audits have
    corrected it (`is_corrected`), it is how likely the spawn went well, and all such spawns of its agent and model, or
    of its model, count for no more outcomes than `pair_limit` and `model_limit` say.

    `baseline` is the model that ran without advice, or would have. Only where the model was observed
    (`is_model_observed`) is the outcome evidence for it; `is_self_reported` tells that a program said so of itself.
    `effort` is how hard the model was set to think, `is_effort_asked` tells whether the call named one.
    `pipelines.estimate.arms` puts both together in `model`. `created_us` is in microseconds of UTC since 1970.
    """

    agent: Names
    cluster: Ints
    project: Names
    session: Ints
    text: Ints
    model: Names
    version: Names
    baseline: Names
    is_model_observed: Bools
    created_us: Ints
    success: Floats
    confidence: Floats
    is_self_reported: Bools
    propensity: Floats
    cost_usd: Floats
    calls: Floats
    effort: Names
    is_effort_asked: Bools
    baseline_effort: Names
    is_corrected: Bools
    pair_limit: Floats
    model_limit: Floats

    def __len__(self) -> int:
        """Return the number of spawns."""
        return len(self.cluster)


def named(names: list[str], place: Ints) -> Names:
    """Return a column whose names may repeat or be out of order as one whose names are distinct and in order."""
    distinct = sorted({names[used] for used in np.unique(place).tolist() if used >= 0})
    place_of = {name: index for index, name in enumerate(distinct)}
    moved = np.array([*(place_of.get(name, -1) for name in names), -1], dtype=np.int64)
    return Names(tuple(distinct), moved[place])


def week_of(moment: datetime) -> datetime:
    """Return the Monday (UTC) of a moment's week: ages are counted from it, so that a day alone changes no estimate."""
    midnight = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=midnight.weekday())


def scope_baselines(
    history: History, work_type_of: Mapping[int, str], now: datetime, settings: Settings
) -> dict[Scope, str]:
    """Return for every scope that the spawns touch the model that usually runs there without advice.

    Recent spawns count more, as outcomes do. Where nothing ran, the default of the settings stands.
    """
    weight = np.exp2(-np.maximum(_age_days(history, now), 0) / settings.half_life_days)
    cells, cell = combined(history.agent.place, history.cluster, history.baseline.place)
    summed = np.bincount(cell, weights=weight, minlength=len(cells))
    usage: dict[Scope, dict[str, float]] = {Scope(): {}}
    for (agent, cluster, baseline), held in zip(cells.tolist(), summed.tolist(), strict=True):
        for scope in _scopes_of(history.agent.distinct[agent], cluster, work_type_of):
            counted = usage.setdefault(scope, {})
            if baseline >= 0:
                name = history.baseline.distinct[baseline]
                counted[name] = counted.get(name, 0.0) + held
    fallback = model_family(settings.default_model)
    fallback = arm_among(sorted(history.model.used()), fallback) or fallback
    return {
        scope: max(counted, key=lambda model: (counted[model], model)) if counted else fallback
        for scope, counted in usage.items()
    }


def newest_versions(history: History) -> dict[str, str]:
    """Return for each family the version that was seen for the first time last."""
    pairs, pair = combined(history.model.place, history.version.place)
    order = np.argsort(history.created_us, kind="stable")
    _, first = np.unique(pair[order], return_index=True)
    newest: dict[str, str] = {}
    known = set()
    for row in np.argsort(first).tolist():
        model, version = pairs[row].tolist()
        name = model_version(history.version.distinct[version]) if version >= 0 else None
        if name is not None and name not in known:
            known.add(name)
            newest[model_of(history.model.distinct[model])] = name
    return newest


def outcomes_of(
    history: History,
    models: list[str],
    work_type_of: Mapping[int, str],
    now: datetime,
    settings: Settings,
) -> Outcomes:
    """Turn the history into outcomes; `models` names every model in question, those of the history included.

    An outcome's age is counted from the week of `now`. Outcomes of a family's older versions are discounted, so that a
    new version starts from what its family has shown. One session, and one text, says only so much of a model.
    """
    clusters = [cluster for cluster in np.unique(history.cluster).tolist() if cluster >= 0]
    work_types = sorted({work_type_of[cluster] for cluster in clusters})
    columns = {name: index for index, name in enumerate(models)}
    success = np.where(history.is_model_observed, history.success, np.nan)
    is_known = np.isfinite(success)
    _, session = combined(history.session, history.model.place)
    _, text = combined(history.text, history.model.place)
    share = np.minimum(
        within_limit(session, is_known, settings.session_limit), within_limit(text, is_known, settings.text_limit)
    )
    information = outcome_information(_age_days(history, week_of(now)), history.confidence, settings.half_life_days)
    information *= np.where(_is_of_old_version(history), settings.version_discount, 1.0) * share
    information *= _known_share(history, information * is_known)
    trust = np.where(history.is_self_reported, settings.self_report_weight, 1.0)
    return Outcomes(
        agents=history.agent.distinct,
        work_types=tuple(work_types),
        clusters=tuple(clusters),
        projects=history.project.distinct,
        models=tuple(models),
        cluster_type=np.array([work_types.index(work_type_of[cluster]) for cluster in clusters], dtype=np.int64),
        agent=history.agent.place,
        cluster=np.where(history.cluster < 0, -1, np.searchsorted(np.array(clusters, np.int64), history.cluster)),
        project=history.project.place,
        model=np.array([columns[name] for name in history.model.distinct], dtype=np.int64)[history.model.place],
        success=success,
        information=information * trust,
        is_self_reported=history.is_self_reported,
        label_variance=np.where(history.is_corrected & is_known, success * (1 - success), 0.0),
        counted=share * np.where(trust < 1, 0.0, 1.0),
        propensity=history.propensity,
        cost_usd=history.cost_usd,
        calls=history.calls,
    )


def _age_days(history: History, moment: datetime) -> Floats:
    now_us = (moment - _EPOCH) // timedelta(microseconds=1)
    return np.asarray((now_us - history.created_us) / _DAY_US, dtype=float)


def _is_of_old_version(history: History) -> Bools:
    newest = newest_versions(history)
    pairs, pair = combined(history.model.place, history.version.place)
    is_old = [
        version >= 0
        and (name := model_version(history.version.distinct[version])) is not None
        and name != newest.get(model_of(history.model.distinct[model]))
        for model, version in pairs.tolist()
    ]
    return np.array(is_old, dtype=bool)[pair]


def _known_share(history: History, information: Floats) -> Floats:
    """Return the share (n,) of its information that each outcome keeps, as its correction is itself uncertain.

    n outcomes whose common share of failures is known no better than from m outcomes count for n m / (n + m).
    """
    kept = np.ones(len(history))
    pairs = combined(history.agent.place, history.model.place)[1]
    for member, limits in ((pairs, history.pair_limit), (history.model.place, history.model_limit)):
        held = np.bincount(member, weights=np.where(np.isfinite(limits), information, 0))[member]
        kept = np.where(np.isfinite(limits), np.minimum(kept, limits / np.maximum(limits + held, 1e-12)), kept)
    return kept


def _scopes_of(agent: str, cluster: int, work_type_of: Mapping[int, str]) -> list[Scope]:
    kinds = [(ANY_TYPE, -1)]
    if cluster >= 0:
        work_type = work_type_of[cluster]
        kinds += [(work_type, -1), (work_type, cluster)]
    return [Scope(name, *kind) for name in (ANY_AGENT, agent) for kind in kinds]
