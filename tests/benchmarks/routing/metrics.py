"""What routers are measured by; every metric from choices, so that a bootstrap can weigh the tasks again."""

from dataclasses import dataclass

import numpy as np

from tests.benchmarks.routing.data import Floats, Ints

RESAMPLES = 300
DOLLAR = 0.1  # of success: the price of a dollar in the reward of the regret


@dataclass(frozen=True)
class Interval:
    """A value with its 95 % interval."""

    value: float
    low: float
    high: float


def task_weights(tasks: int, seed: int = 0) -> Floats:
    """Return (1 + RESAMPLES, tasks) weights summing to the number of tasks: the data themselves, then resamples."""
    drawn = np.random.default_rng(seed).multinomial(tasks, np.full(tasks, 1 / tasks), size=RESAMPLES)
    return np.concatenate([np.ones((1, tasks)), drawn]).astype(np.float32)


def interval(values: Floats) -> Interval:
    """Return the first value with the central 95 % of the others."""
    low, high = np.nanquantile(values[1:], [0.025, 0.975]) if np.isfinite(values[1:]).any() else (np.nan, np.nan)
    return Interval(float(values[0]), float(low), float(high))


def of_choices(choices: Ints, values: Floats) -> Floats:
    """Pick the value (points, tasks) of each chosen model from (tasks, models)."""
    choices = np.atleast_2d(choices)
    return values[np.arange(values.shape[0])[None, :], choices]


def mean_success(choices: Ints, success: Floats, weights: Floats) -> Floats:
    """Average performance in percent, (resamples, points)."""
    return 100 * weights @ of_choices(choices, success).T.astype(np.float32) / weights.shape[1]


def total_cost(choices: Ints, cost: Floats, weights: Floats) -> Floats:
    """Total cost in dollars, (resamples, points)."""
    return weights @ of_choices(choices, cost).T.astype(np.float32)


def regret(choices: Ints, success: Floats, cost: Floats, weights: Floats) -> Floats:
    """Cumulative regret against the best model of each task, reward = success - DOLLAR x cost; (resamples, points)."""
    reward = success - DOLLAR * cost
    lost = reward.max(axis=1)[None, :] - of_choices(choices, reward)
    return weights @ lost.T.astype(np.float32)


def hull(cost: Floats, success: Floats) -> tuple[Floats, Floats]:
    """Return the non-decreasing upper convex hull of points, by rising cost (RouterBench, arXiv 2403.12031)."""
    order = np.lexsort((-success, cost))
    xs, ys = cost[order], np.maximum.accumulate(success[order])
    points = np.stack([xs, ys], axis=1)
    kept: list[Floats] = []
    for point in points:
        while len(kept) > 1 and _turns_left(kept[-2], kept[-1], point):
            kept.pop()
        if not kept or point[0] > kept[-1][0]:
            kept.append(point)
    found = np.array(kept)
    return found[:, 0], found[:, 1]


def aiq(cost: Floats, success: Floats, lowest: float, highest: float) -> float:
    """Average success over budgets between the cheapest and the dearest model; flat beyond the ends of the hull."""
    xs, ys = hull(cost, success)
    budgets = np.linspace(lowest, highest, 512)
    return float(np.trapezoid(np.interp(budgets, xs, ys), budgets) / max(highest - lowest, 1e-12))


def cost_of_success(cost: Floats, success: Floats, target: float) -> float:
    """Return the least cost on the hull that reaches a success; NaN where it does not."""
    xs, ys = hull(cost, success)
    return float(np.interp(target, ys, xs)) if ys[-1] >= target - 1e-9 else float("nan")


def two_model_curve(strong_share: Floats, success: Floats, weak: float, strong: float) -> tuple[float, float, float]:
    """Return APGR, CPT(50 %) and CPT(80 %) as RouteLLM (arXiv 2406.18665) defines them, shares in percent."""
    order = np.argsort(strong_share, kind="stable")
    share = np.concatenate([[0.0], strong_share[order], [1.0]])
    recovered = np.concatenate([[0.0], (success[order] - weak) / (strong - weak), [1.0]])
    crossed = [_first_crossing(share, recovered, target) for target in (0.5, 0.8)]
    return float(np.trapezoid(recovered, share)), 100 * crossed[0], 100 * crossed[1]


def _first_crossing(share: Floats, recovered: Floats, target: float) -> float:
    index = int(np.argmax(recovered >= target))
    low, high = recovered[index - 1], recovered[index]
    part = (target - low) / (high - low) if high > low else 1.0
    return float(share[index - 1] + part * (share[index] - share[index - 1]))


def _turns_left(first: Floats, middle: Floats, last: Floats) -> bool:
    ahead, side = middle - first, last - first
    return bool(ahead[0] * side[1] - ahead[1] * side[0] >= 0)
