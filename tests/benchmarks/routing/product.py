"""The product as a router: its own clustering, estimates and decision, on revealed outcomes."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pipelines.cluster.count import KnownOutcomes, choose_clustering
from pipelines.cluster.kmeans import Clustering
from pipelines.cluster.radius import cluster_radii
from pipelines.estimate.estimates import Estimates, estimate
from pipelines.estimate.outcomes import Outcomes as History
from pipelines.settings import Settings
from recommender.blend import blend, nearness
from recommender.decision import Decisions, Evidence, Rule, decide, rule_of
from recommender.exploration import exploration_shares, propensities
from recommender.published_rows import ANY_AGENT, ANY_KIND, ANY_TYPE, Scope
from tests.benchmarks.routing.data import Floats, Ints, Outcomes

WORK_TYPE = "other"


@dataclass(frozen=True)
class Revealed:
    """What a log shows: task, model and, where a policy drew the model, its propensity; one entry per outcome."""

    task: Ints
    model: Ints
    propensity: Floats | None = None

    @classmethod
    def everything(cls, tasks: Ints, models: int) -> "Revealed":
        """Every model's outcome on these tasks."""
        return cls(np.repeat(tasks, models), np.tile(np.arange(models), len(tasks)))


@dataclass(frozen=True)
class Product:
    """The product after a nightly run on revealed outcomes."""

    data: Outcomes
    default: int
    estimates: Estimates
    clustering: Clustering | None
    radii: Floats

    def evidence(self, tasks: Ints) -> Evidence:
        """Return what a lookup knows of each task: the kinds around it, else its agent's record, else any agent's."""
        rows = self.estimates.scopes.row_of
        known, agents = self.estimates.evidence, self.data.agents
        anyone = rows[Scope()]
        general = np.array([rows.get(Scope(agents[index]), anyone) for index in self.data.agent[tasks]])
        alone = _take(known, general)
        if self.clustering is None or self.data.vectors is None:
            return alone
        distances = 1 - self.data.vectors[tasks] @ self.clustering.centroids.T
        kinds = _take(known, np.array([rows[Scope(ANY_AGENT, WORK_TYPE, kind)] for kind in range(len(self.radii))]))
        near, weights = nearness(distances, self.radii)
        blended = blend(kinds, near, weights)
        is_inside = distances.min(axis=1) <= self.radii[near[:, 0]]
        mixed: dict[str, Any] = {
            name: np.where(is_inside.reshape(-1, *[1] * (ours.ndim - 1)), ours, getattr(alone, name))
            for name, ours in vars(blended).items()
            if isinstance(ours, np.ndarray)
        }
        return replace(blended, **mixed)

    def choose(self, tasks: Ints, rule: Rule) -> Ints:
        """Return the model that the product answers for each task."""
        return decide(self.evidence(tasks), rule).chosen


def learn(
    data: Outcomes,
    revealed: Revealed,
    settings: Settings,
    *,
    default: int,
    success: Floats | None = None,
) -> Product:
    """Run the night on revealed outcomes; `success` (entries,) replaces the dataset's where it is given."""
    values = data.success[revealed.task, revealed.model] if success is None else success
    clustering, radii = None, np.zeros(0)
    cluster = np.full(len(revealed.task), -1)
    if data.vectors is not None:
        tasks, row = np.unique(revealed.task, return_inverse=True)
        clustering, _ = choose_clustering(data.vectors[tasks], KnownOutcomes(row, revealed.model, values))
        radii, cluster = cluster_radii(data.vectors[tasks], clustering), clustering.members[row]
    entries = len(revealed.task)
    history = History(
        agents=data.agents,
        work_types=(WORK_TYPE,),
        clusters=tuple(range(len(radii))),
        projects=("",),
        models=data.models,
        cluster_type=np.zeros(len(radii), dtype=np.int64),
        agent=data.agent[revealed.task],
        cluster=cluster,
        project=np.zeros(entries, dtype=np.int64),
        model=revealed.model,
        success=values,
        information=np.ones(entries),
        counted=np.ones(entries),
        propensity=np.full(entries, np.nan) if revealed.propensity is None else revealed.propensity,
        cost_usd=data.cost[revealed.task, revealed.model],
        calls=np.full(entries, np.nan),
        centroids=None if clustering is None else clustering.centroids,
    )
    name = data.models[default]
    kinds = [(ANY_TYPE, ANY_KIND), (WORK_TYPE, ANY_KIND), *((WORK_TYPE, kind) for kind in range(len(radii)))]
    scopes = [Scope(agent, *kind) for agent in (*data.agents, ANY_AGENT) for kind in kinds]
    estimates = estimate(history, settings, dict.fromkeys(scopes, name), {})
    return Product(data, default, estimates, clustering, radii)


def trial_propensities(product: Product, tasks: Ints, rule: Rule, share: float) -> Floats:
    """Return the probability with which each model is answered for each task, with a share of trials."""
    evidence = product.evidence(tasks)
    decisions: Decisions = decide(evidence, rule)
    return propensities(exploration_shares(evidence, rule), decisions, np.full(len(tasks), share))


# From never leaving the strongest model to always taking the cheapest: what the price of a failure trades.
PRICES = np.unique(np.concatenate([[0], np.geomspace(0.05, 2000, 150), [1e6]]))


def sweep(product: Product, tasks: Ints, settings: Settings) -> Ints:
    """Return the choice (prices, tasks) as the price of a failure grows.

    Along the curve there is no floor, and the required probability is one half: a curve asks what can be had at a
    price, not how sure one must be to leave a baseline.
    """
    evidence = product.evidence(tasks)
    rule = replace(rule_of(settings), success_floor=0.0, required_probability=0.5, minimum_evidence=0.0)
    return np.stack([decide(evidence, replace(rule, failure_cost=float(price))).chosen for price in PRICES])


def _take(evidence: Evidence, rows: Ints) -> Evidence:
    return evidence.of(rows)
