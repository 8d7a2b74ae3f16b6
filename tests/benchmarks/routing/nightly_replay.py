"""From no history: 100 tasks a night are decided with exploration on, and only the chosen model's outcome is seen."""

from collections.abc import Callable, Iterator

import numpy as np

from pipelines.settings import Settings
from recommender.decision import rule_of
from tests.benchmarks.routing.data import Floats, Ints, Outcomes
from tests.benchmarks.routing.metrics import DOLLAR
from tests.benchmarks.routing.product import Revealed, learn, trial_propensities
from tests.benchmarks.routing.results import Result, over_seeds

NIGHTLY = 100
EXPLORING = 0.75  # share of trials of the exploring setting
CAUTIOUS = 0.1

# Given tonight's tasks and everything revealed before, the model of each task and its propensity.
Policy = Callable[[Ints, Revealed, np.random.Generator], tuple[Ints, Floats]]


def measure(data: Outcomes, settings: Settings, orders: int) -> Iterator[Result]:
    """Replay the dataset in random orders with the product and with bandits on the same features."""
    policies: dict[str, Policy] = {
        f"spawnwise, exploration {EXPLORING:.0%}": _product(data, settings, EXPLORING),
        f"spawnwise, exploration {CAUTIOUS:.0%}": _product(data, settings, CAUTIOUS),
        "always strongest": lambda tasks, _, __: (np.full(len(tasks), data.strongest), np.ones(len(tasks))),
        "LinUCB": _linear_ucb(data),
        "Thompson sampling": _thompson(data),
        "full information": _informed(data),
    }
    for name, policy in policies.items():
        runs = np.array([_replay(data, policy, seed) for seed in range(orders)])
        for column, metric in enumerate(("AvgPerf", "cost_usd", "regret")):
            yield Result.of((data.name, "nightly replay", name), metric, over_seeds(runs[:, column]))


def _replay(data: Outcomes, policy: Policy, seed: int) -> tuple[float, float, float]:
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(data.task_ids))
    task, model, propensity = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0))
    for start in range(0, len(order), NIGHTLY):
        tonight = order[start : start + NIGHTLY]
        chosen, chance = policy(tonight, Revealed(task, model, propensity), rng)
        task, model = np.concatenate([task, tonight]), np.concatenate([model, chosen])
        propensity = np.concatenate([propensity, chance])
    success, cost = data.success[task, model], data.cost[task, model]
    reward = data.success - DOLLAR * data.cost
    lost = reward[task].max(axis=1) - reward[task, model]
    return 100 * float(success.mean()), float(cost.sum()), float(lost.sum())


def _product(data: Outcomes, settings: Settings, share: float) -> Policy:
    def decide(tasks: Ints, seen: Revealed, rng: np.random.Generator) -> tuple[Ints, Floats]:
        if len(seen.task):
            product = learn(data, seen, settings, default=data.strongest)
            chances = trial_propensities(product, tasks, rule_of(settings), share)
        else:
            chances = np.full((len(tasks), len(data.models)), share / len(data.models))
            chances[:, data.strongest] += 1 - share
        return _draw(chances, rng)

    return decide


def _linear_ucb(data: Outcomes, alpha: float = 0.5) -> Policy:
    """LinUCB (Li et al. 2010) on the category as features: with indicators it is an upper bound per cell."""

    def decide(tasks: Ints, seen: Revealed, rng: np.random.Generator) -> tuple[Ints, Floats]:
        tries, wins = _counts(data, seen)
        bound = wins / (1 + tries) + alpha / np.sqrt(1 + tries) + 1e-9 * rng.random(tries.shape)
        return bound.argmax(axis=1)[data.category[tasks]], np.ones(len(tasks))

    return decide


def _thompson(data: Outcomes) -> Policy:
    """Beta-Bernoulli Thompson sampling per category and model."""

    def decide(tasks: Ints, seen: Revealed, rng: np.random.Generator) -> tuple[Ints, Floats]:
        tries, wins = _counts(data, seen)
        drawn = rng.beta(1 + wins[data.category[tasks]], 1 + (tries - wins)[data.category[tasks]])
        return drawn.argmax(axis=1), np.ones(len(tasks))

    return decide


def _informed(data: Outcomes) -> Policy:
    """The best model of each category over the tasks before, every model's outcome revealed."""

    def decide(tasks: Ints, seen: Revealed, rng: np.random.Generator) -> tuple[Ints, Floats]:
        everything = Revealed.everything(seen.task, len(data.models))
        tries, wins = _counts(data, everything)
        rate = (wins + 0.5) / (tries + 1) + 1e-9 * rng.random(tries.shape)
        return rate.argmax(axis=1)[data.category[tasks]], np.ones(len(tasks))

    return decide


def _counts(data: Outcomes, seen: Revealed) -> tuple[Floats, Floats]:
    tries = np.zeros((len(data.categories), len(data.models)))
    wins = np.zeros_like(tries)
    np.add.at(tries, (data.category[seen.task], seen.model), 1)
    np.add.at(wins, (data.category[seen.task], seen.model), data.success[seen.task, seen.model])
    return tries, wins


def _draw(chances: Floats, rng: np.random.Generator) -> tuple[Ints, Floats]:
    chosen = (rng.random(len(chances))[:, None] > chances.cumsum(axis=1)[:, :-1]).sum(axis=1)
    return chosen, chances[np.arange(len(chances)), chosen]
