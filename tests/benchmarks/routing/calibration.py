"""Does what the product states hold on tasks that it did not see?"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from recommender.published_rows import ANY_AGENT, ANY_TYPE
from tests.benchmarks.routing.data import Floats, Ints, Outcomes
from tests.benchmarks.routing.metrics import Interval
from tests.benchmarks.routing.product import Product

CELL_FROM = 20  # outcomes seen, and held-out tasks to judge by


def cells_hold(product: Product, test: Ints) -> Iterator[tuple[bool, bool]]:
    """Tell for each cell of enough outcomes whether the held-out rate is at least its stated lower bound.

    The second value allows the held-out mean its own sampling error (one-sided 95 %): even the true rate's lower bound
    is missed by a mean over few tasks.
    """
    data, estimates = product.data, product.estimates
    cell_of_test = _cells(product, test)
    for scope, (agent, work_type, kind) in enumerate(estimates.scopes.keys):
        if (kind < 0) if product.clustering is not None else (agent == ANY_AGENT):
            continue
        if (agent != ANY_AGENT) if product.clustering is not None else (work_type != ANY_TYPE):
            continue
        rows = test[cell_of_test == (kind if product.clustering is not None else data.agents.index(agent))]
        for model in np.flatnonzero(estimates.tasks[scope] >= CELL_FROM):
            if len(rows) >= CELL_FROM:
                seen, low = data.success[rows, model], estimates.success_low[scope, model]
                error = 1.645 * float(seen.std(ddof=1)) / np.sqrt(len(rows))
                yield bool(seen.mean() >= low), bool(seen.mean() + error >= low)


def brier(product: Product, tasks: Ints, base: Floats) -> tuple[float, float]:
    """Return the Brier score of predicted success over all models, and that of each model's base rate."""
    data, evidence = product.data, product.evidence(tasks)
    spread = np.sqrt(1 + np.pi / 8 * evidence.sd**2)
    predicted = 1 / (1 + np.exp(-evidence.logit / spread))
    actual = data.success[tasks]
    return float(((predicted - actual) ** 2).mean()), float(((base[None, :] - actual) ** 2).mean())


def held_out_calibration(data: Outcomes, products: Sequence[tuple[Product, Ints]]) -> Iterator[tuple[str, Interval]]:
    """Measure calibration over the folds."""
    held = [pair for product, test in products for pair in cells_hold(product, test)]
    if held:
        yield "low_holds", share(first for first, _ in held)
        yield "low_holds_given_noise", share(second for _, second in held)
    scores = []
    for product, test in products:
        train = np.setdiff1d(np.arange(len(data.task_ids)), test)
        scores.append(brier(product, test, data.success[train].mean(axis=0)))
    ours, base = np.array(scores).mean(axis=0)
    yield "brier", Interval(float(ours), float("nan"), float("nan"))
    yield "brier_base_rate", Interval(float(base), float("nan"), float("nan"))


def share(holds: Iterable[bool]) -> Interval:
    """Return the share that holds, with its binomial 95 % interval."""
    found = np.array(list(holds), dtype=np.float64)
    half = 1.96 * np.sqrt(found.mean() * (1 - found.mean()) / len(found))
    return Interval(float(found.mean()), float(found.mean() - half), float(found.mean() + half))


def _cells(product: Product, tasks: Ints) -> Ints:
    if product.clustering is None or product.data.vectors is None:
        return product.data.agent[tasks]
    return (product.data.vectors[tasks] @ product.clustering.centroids.T).argmax(axis=1)
