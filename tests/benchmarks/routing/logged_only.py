"""Only one model's outcome is known a task, as in a log: drawn uniformly, mostly the strongest, or by difficulty."""

from collections.abc import Iterator

import numpy as np

from pipelines.settings import Settings
from recommender.decision import rule_of
from tests.benchmarks.routing.calibration import brier, cells_hold, share
from tests.benchmarks.routing.data import Floats, Ints, Outcomes
from tests.benchmarks.routing.product import Revealed, learn
from tests.benchmarks.routing.results import Result, over_seeds

POLICIES = ("uniform", "90 % strongest", "confounded")
REVEALED = (300, 1000, 2000)
NAIVE_PRIOR = 10.0  # tasks: a cell is pulled to the model's overall rate, whatever the cell's difficulty


def measure(data: Outcomes, settings: Settings, seeds: int) -> Iterator[Result]:
    """Measure the product and its peers on held-out tasks, over random splits and draws."""
    data = data.only(data.logged_models())
    for policy in POLICIES:
        for revealed in (count for count in REVEALED if count < 0.8 * len(data.task_ids)):
            found: dict[tuple[str, str], list[float]] = {}
            holds: list[tuple[bool, bool]] = []
            for seed in range(seeds):
                for key, value in _one(data, settings, policy, revealed, seed, holds):
                    found.setdefault(key, []).append(value)
            protocol = f"logged only, {policy}, N={revealed}"
            for (router, metric), values in found.items():
                yield Result.of((data.name, protocol, router), metric, over_seeds(values))
            if holds:
                place = (data.name, protocol, "spawnwise")
                yield Result.of(place, "low_holds", share(first for first, _ in holds))
                yield Result.of(place, "low_holds_given_noise", share(second for _, second in holds))


def draw(data: Outcomes, policy: str, tasks: Ints, rng: np.random.Generator) -> Ints:
    """Return the model that the policy ran each task on."""
    models = len(data.models)
    chances = np.full((len(tasks), models), 1 / models)
    if policy == "90 % strongest":
        chances[:] = _mostly(models, data.strongest, 0.9)
    if policy == "confounded":
        cheapest = int(data.cost.mean(axis=0).argmin())
        easy = _easy_half(data)[data.category[tasks]][:, None]
        chances = np.where(easy, _mostly(models, cheapest, 0.8), _mostly(models, data.strongest, 0.8))
    return (rng.random(len(tasks))[:, None] > chances.cumsum(axis=1)[:, :-1]).sum(axis=1)


def _mostly(models: int, model: int, chance: float) -> Floats:
    chances = np.full(models, (1 - chance) / (models - 1))
    chances[model] = chance
    return chances


def _easy_half(data: Outcomes) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    rate = np.array([data.success[data.category == index].mean() for index in range(len(data.categories))])
    return rate >= np.median(rate)


def _one(
    data: Outcomes, settings: Settings, policy: str, revealed: int, seed: int, holds: list[tuple[bool, bool]]
) -> Iterator[tuple[tuple[str, str], float]]:
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(data.task_ids))
    train, test = order[:revealed], order[revealed:]
    model = draw(data, policy, train, rng)
    product = learn(data, Revealed(train, model), settings, default=data.strongest)
    informed = learn(data, Revealed.everything(train, len(data.models)), settings, default=data.strongest)
    holds += cells_hold(product, test)
    routers = {
        "spawnwise": product.choose(test, rule_of(settings)),
        "spawnwise, all outcomes revealed": informed.choose(test, rule_of(settings)),
        "naive shrinking": _naive(data, train, model, test),
        "seed rule": _naive(data, train, model, test, per_dollar=True),
        "always strongest": np.full(len(test), data.strongest),
    }
    for router, choice in routers.items():
        yield (router, "AvgPerf"), 100 * float(data.success[test, choice].mean())
        yield (router, "cost_usd"), float(data.cost[test, choice].mean()) * len(data.task_ids)
    base = np.array([_mean(data.success[train[model == index], index]) for index in range(len(data.models))])
    ours, of_base = brier(product, test, base)
    yield ("spawnwise", "brier"), ours
    yield ("spawnwise", "brier_base_rate"), of_base


def _naive(data: Outcomes, train: Ints, model: Ints, test: Ints, *, per_dollar: bool = False) -> Ints:
    """Choose per category the largest rate, each cell shrunk to its model's overall rate; or that per dollar."""
    models, score = len(data.models), np.zeros((len(data.categories), len(data.models)))
    for index in range(models):
        ran = train[model == index]
        overall = _mean(data.success[ran, index])
        for category in range(len(data.categories)):
            seen = data.success[ran[data.category[ran] == category], index]
            score[category, index] = (seen.sum() + NAIVE_PRIOR * overall) / (len(seen) + NAIVE_PRIOR)
        if per_dollar:
            score[:, index] /= max(_mean(data.cost[ran, index]), 1e-9)
    return score.argmax(axis=1)[data.category[test]]


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else 0.0
