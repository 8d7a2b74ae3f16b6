"""Five-fold: every model's outcome is known on four fifths of the tasks, the rest is routed."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from pipelines.settings import Settings
from recommender.decision import rule_of
from tests.benchmarks.routing import metrics, peers
from tests.benchmarks.routing.calibration import held_out_calibration
from tests.benchmarks.routing.data import Floats, Ints, Outcomes
from tests.benchmarks.routing.metrics import Interval, interval
from tests.benchmarks.routing.product import PRICES, Product, Revealed, learn, sweep
from tests.benchmarks.routing.results import Result

FOLDS = 5
PROTOCOL = "full information, 5-fold"


def measure(data: Outcomes, settings: Settings, folder: Path) -> Iterator[Result]:
    """Measure the product and its peers on held-out tasks of a dataset."""
    routers, products = _route(data, settings)
    decisions = folder / data.name.replace("_id_test", "_peer_decisions")
    if (path := decisions.with_suffix(".parquet")).exists() and path.stem != data.name:
        routers |= peers.published(data, pd.read_parquet(path))
    weights = metrics.task_weights(len(data.task_ids))
    for router, (choices, curve) in ((name, _parts(found)) for name, found in routers.items()):
        for metric, measured in _metrics(data, choices, curve, weights):
            yield Result.of((data.name, PROTOCOL, router), metric, measured)
    for metric, measured in held_out_calibration(data, products):
        yield Result.of((data.name, PROTOCOL, "spawnwise"), metric, measured)


def folds(tasks: int, seed: int = 0) -> Ints:
    """Return the fold of each task."""
    return np.random.default_rng(seed).permutation(tasks) % FOLDS


def _route(data: Outcomes, settings: Settings) -> tuple[dict[str, Ints], list[tuple[Product, Ints]]]:
    """Return each router's choices: first the one it is set to, then its curve where it has one."""
    methods: dict[str, peers.Peer] = {"best per category": peers.best_per_category, "seed rule": peers.seed_rule}
    methods["logistic regression"] = peers.logistic
    if data.vectors is not None:
        methods |= {"kNN 10": peers.nearest(10), "kNN 100": peers.nearest(100)}
    tasks, fold = len(data.task_ids), folds(len(data.task_ids))
    routers = {"spawnwise": np.zeros((1 + len(PRICES), tasks), dtype=np.int64)}
    products = []
    for held_out in range(FOLDS):
        train, test = np.flatnonzero(fold != held_out), np.flatnonzero(fold == held_out)
        default = int(data.success[train].mean(axis=0).argmax())
        product = learn(data, Revealed.everything(train, len(data.models)), settings, default=default)
        products.append((product, test))
        routers["spawnwise"][0, test] = product.choose(test, rule_of(settings))
        routers["spawnwise"][1:, test] = sweep(product, test, settings)
        for name, route in methods.items():
            choices = route(data, train, test)
            routers.setdefault(name, np.zeros((len(choices), tasks), dtype=np.int64))[:, test] = choices
    routers["random mix"] = peers.random_mix(data)
    for index, model in enumerate(data.models):
        routers[f"always {model}"] = np.full((1, tasks), index)
    return routers, products


def _parts(choices: Ints) -> tuple[Ints, Ints | None]:
    return choices[:1], choices if len(choices) > 1 else None


def _metrics(data: Outcomes, choices: Ints, curve: Ints | None, weights: Floats) -> Iterator[tuple[str, Interval]]:
    success, cost = data.success, data.cost
    points = choices if curve is None else curve
    performed = metrics.mean_success(points, success, weights)
    spent = metrics.total_cost(points, cost, weights)
    always = np.repeat(np.arange(len(data.models))[:, None], len(data.task_ids), axis=1)
    alone, alone_cost = metrics.mean_success(always, success, weights), metrics.total_cost(always, cost, weights)
    best = alone.max(axis=1)
    yield "AvgPerf", interval(performed[:, 0])
    yield "cost_usd", interval(spent[:, 0])
    yield "PerfGain_%", interval(100 * (performed[:, 0] / best - 1))
    yield "AvgPerf_minus_strongest", interval(performed[:, 0] - alone[:, data.strongest])
    yield "regret", interval(metrics.regret(choices, success, cost, weights)[:, 0])
    if curve is None:
        return
    samples = range(len(weights))
    lowest, highest = alone_cost.min(axis=1), alone_cost.max(axis=1)
    ours = np.array([metrics.aiq(spent[i], performed[i], lowest[i], highest[i]) for i in samples])
    zero = np.array([metrics.aiq(alone_cost[i], alone[i], lowest[i], highest[i]) for i in samples])
    yield "AIQ_minus_zero", interval((ours - zero) / 100)
    for share in (95, 100):
        reach = [metrics.cost_of_success(spent[i], performed[i], share / 100 * best[i]) for i in samples]
        yield f"cost_at_{share}%", interval(np.array(reach))
    if len(data.models) == 2:
        strong, weak = data.strongest, 1 - data.strongest
        strong_share = weights @ (points == strong).T.astype(np.float32) / weights.shape[1]
        curves = np.array(
            [metrics.two_model_curve(strong_share[i], performed[i], alone[i, weak], alone[i, strong]) for i in samples]
        )
        for column, name in enumerate(("APGR", "CPT50_%", "CPT80_%")):
            yield name, interval(curves[:, column])
