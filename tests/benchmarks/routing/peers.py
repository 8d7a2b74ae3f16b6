"""Routers to stand beside: each returns choices (points, tasks) for held-out tasks, one point per price of success."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neighbors import NearestNeighbors

from tests.benchmarks.routing.data import Floats, Ints, Outcomes

# Success given up per dollar, in units of the dataset's own scale: from cost is nothing to cost is all.
PRICES = np.concatenate([[0.0], np.geomspace(1e-3, 1e3, 60)])
Peer = Callable[[Outcomes, Ints, Ints], Ints]


def by_price(data: Outcomes, success: Floats, cost: Floats) -> Ints:
    """Return for each price the model with the largest predicted success - price x predicted cost."""
    scale = max(float(data.cost.mean(axis=0).max()), 1e-12)
    return np.stack([(success - price * cost / scale).argmax(axis=1) for price in PRICES])


def best_per_category(data: Outcomes, train: Ints, test: Ints) -> Ints:
    """Per category, the raw means: no shrinkage."""
    success, cost = (_category_means(data, train, values) for values in (data.success, data.cost))
    return by_price(data, success[data.category[test]], cost[data.category[test]])


def nearest(count: int) -> Peer:
    """Mean of the nearest training tasks."""

    def route(data: Outcomes, train: Ints, test: Ints) -> Ints:
        assert data.vectors is not None
        search = NearestNeighbors(n_neighbors=min(count, len(train)), algorithm="brute", metric="cosine")
        found = search.fit(data.vectors[train]).kneighbors(data.vectors[test], return_distance=False)
        return by_price(data, data.success[train][found].mean(axis=1), data.cost[train][found].mean(axis=1))

    return route


def logistic(data: Outcomes, train: Ints, test: Ints) -> Ints:
    """One logistic regression per model on the features, one linear regression for its cost."""
    features = data.vectors if data.vectors is not None else np.eye(len(data.categories))[data.category]
    predicted = np.zeros((len(test), len(data.models)))
    cost = np.zeros_like(predicted)
    for model in range(len(data.models)):
        score = data.success[train, model]
        both = np.concatenate([features[train], features[train]])
        label = np.repeat([1, 0], len(train))
        weight = np.concatenate([score, 1 - score])
        fitted = LogisticRegression(C=1.0, max_iter=500).fit(both[weight > 0], label[weight > 0], weight[weight > 0])
        predicted[:, model] = fitted.predict_proba(features[test])[:, 1]
        cost[:, model] = Ridge(alpha=1.0).fit(features[train], data.cost[train, model]).predict(features[test])
    return by_price(data, predicted, np.maximum(cost, 0))


def seed_rule(data: Outcomes, train: Ints, test: Ints) -> Ints:
    """The seed's rule: the largest success rate divided by cost, over the ten nearest tasks or the category."""
    if data.vectors is None:
        success, cost = (
            _category_means(data, train, values)[data.category[test]] for values in (data.success, data.cost)
        )
    else:
        search = NearestNeighbors(n_neighbors=10, algorithm="brute", metric="cosine").fit(data.vectors[train])
        found = search.kneighbors(data.vectors[test], return_distance=False)
        success, cost = data.success[train][found].mean(axis=1), data.cost[train][found].mean(axis=1)
    return (success / np.maximum(cost, 1e-9)).argmax(axis=1)[None, :]


def random_mix(data: Outcomes, seed: int = 0) -> Ints:
    """Models drawn at random, alike for all tasks."""
    return np.random.default_rng(seed).integers(0, len(data.models), len(data.task_ids))[None, :]


def published(data: Outcomes, decisions: pd.DataFrame) -> dict[str, Ints]:
    """Return the published routers' choices (1, tasks), for those that chose on every task of the dataset."""
    columns = {model: index for index, model in enumerate(data.models)}
    found = {}
    for router, rows in decisions.groupby("router"):
        chosen = (
            rows.drop_duplicates("task_id").set_index("task_id")["chosen_model"].reindex(data.task_ids).map(columns)
        )
        if chosen.notna().all():
            found[f"published {router}"] = chosen.to_numpy(dtype=np.int64)[None, :]
    return found


def _category_means(data: Outcomes, train: Ints, values: Floats) -> Floats:
    overall = values[train].mean(axis=0)
    return np.stack(
        [
            values[rows].mean(axis=0) if len(rows := train[data.category[train] == category]) else overall
            for category in range(len(data.categories))
        ]
    )
