"""Streams of spawns, night by night, through the product's own estimator, rule and trials."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from pipelines.estimate.estimates import Estimates, estimate
from pipelines.estimate.outcomes import Outcomes
from pipelines.estimate.priors import ModelPrior, model_prior
from pipelines.settings import Settings
from pipelines.trials import rule as trial_rule
from recommender.decision import claims_of, rule_of
from recommender.published_rows import ANY_AGENT, ANY_KIND, ANY_TYPE, Scope
from tests.benchmarks.trials.data import KIND_FROM, Floats, Ints, Pair

STREAM = 100  # spawns of each kind
NIGHTLY = 5  # of them a day
AGENT, WORK_TYPE = "worker", "other"


@dataclass
class Stream:
    """One kind of work: its tasks in the order in which they come, and what became of its trial."""

    kind: int
    tasks: Ints
    state: str = "none"
    model: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    propensity: Floats = field(default_factory=lambda: np.zeros(0))
    trial_rows: list[int] = field(default_factory=list)


def replay(pair: Pair, kinds: Ints, settings: Settings, prior: ModelPrior, seed: int) -> list[Stream]:
    """Run STREAM spawns of every kind and return which model did each: 0 the strong one, 1 the candidate."""
    rng = np.random.default_rng(seed)
    members = {kind: np.flatnonzero(kinds == kind) for kind in np.unique(kinds)}
    streams = [Stream(int(kind), rng.choice(rows, STREAM)) for kind, rows in members.items() if len(rows) >= KIND_FROM]
    for start in range(0, STREAM, NIGHTLY):
        for stream in streams:
            _spawn(stream, range(start, start + NIGHTLY), rng)
        _night(pair, streams, settings, prior)
    return streams


def candidate_prior(pair: Pair, others: Sequence[Pair], shipped_weight: float = 2.0) -> ModelPrior:
    """Return the prior of a pair's models from the other benchmarks: their mean gap, the shipped one beside it."""
    shipped = model_prior(pair.models)
    usual = float(shipped.mean[0] - shipped.mean[1])
    gaps = {}
    for other in others:
        if other.benchmark != pair.benchmark and other.models == pair.models:
            gaps.setdefault(other.benchmark, []).append(other.logit_gap)
    seen = [float(np.mean(found)) for found in gaps.values()]
    gap = (shipped_weight * usual + sum(seen)) / (shipped_weight + len(seen))
    return model_prior(pair.models, {pair.models[0]: 0.0, pair.models[1]: gap})


def _spawn(stream: Stream, rows: range, rng: np.random.Generator) -> None:
    shares = {"running": trial_rule.CANDIDATE_SHARE, "adopted": 1 - trial_rule.HOLD_OUT}
    share = shares.get(stream.state, 0.0)
    model = (rng.random(len(rows)) < share).astype(np.int64)
    if stream.state == "running":
        model[np.cumsum(model) > trial_rule.NIGHT_CAP] = 0
    stream.trial_rows += [row for row, drawn in zip(rows, model, strict=True) if drawn and share]
    stream.model = np.concatenate([stream.model, model])
    drawn = np.where(model == 1, share, 1 - share) if share else np.full(len(rows), np.nan)
    stream.propensity = np.concatenate([stream.propensity, drawn])


def _night(pair: Pair, streams: list[Stream], settings: Settings, prior: ModelPrior) -> None:
    estimates = _learn(pair, streams, settings, prior)
    claims = claims_of(estimates.evidence, rule_of(settings))
    rows = estimates.scopes.row_of
    for stream in streams:
        row = rows[Scope(AGENT, WORK_TYPE, stream.kind)]
        worth = float(claims.worth[row, 1])
        if stream.state == "none":
            known = float(estimates.evidence.known[row].sum())
            if trial_rule.may_start(known, float(estimates.success_rate[row, 0]), worth):
                stream.state = "running"
            continue
        outcomes = pair.success[stream.tasks[stream.trial_rows], 1]
        first = outcomes[: trial_rule.PLAIN_OUTCOMES]
        failed = len(outcomes) - round(float(outcomes.sum()))
        seen = trial_rule.Seen(len(outcomes), failed, len(first) - round(float(first.sum())))
        outlook = trial_rule.outlook_of(claims, row, candidate=1, baseline=0)
        ended = trial_rule.verdict(stream.state, seen, outlook, rule_of(settings))
        if ended is not None:
            stream.state = ended.state


def _learn(pair: Pair, streams: list[Stream], settings: Settings, prior: ModelPrior) -> Estimates:
    task = np.concatenate([stream.tasks[: len(stream.model)] for stream in streams])
    model = np.concatenate([stream.model for stream in streams])
    kinds = tuple(stream.kind for stream in streams)
    count, none = len(task), np.zeros(len(task), dtype=np.int64)
    outcomes = Outcomes(
        agents=(AGENT,),
        work_types=(WORK_TYPE,),
        clusters=kinds,
        projects=("",),
        models=pair.models,
        cluster_type=np.zeros(len(kinds), dtype=np.int64),
        agent=none,
        cluster=np.repeat(np.arange(len(kinds)), [len(stream.model) for stream in streams]),
        project=none,
        model=model,
        success=pair.success[task, model],
        information=np.ones(count),
        counted=np.ones(count),
        propensity=np.concatenate([stream.propensity for stream in streams]),
        cost_usd=pair.cost_usd[task, model],
        calls=pair.calls[task, model],
    )
    places = [(ANY_TYPE, ANY_KIND), (WORK_TYPE, ANY_KIND), *((WORK_TYPE, kind) for kind in kinds)]
    baselines = {Scope(agent, *place): pair.models[0] for agent in (AGENT, ANY_AGENT) for place in places}
    prices = dict(zip(pair.models, pair.list_price, strict=True))
    return estimate(outcomes, settings, baselines, prices, prior)
