"""How many kinds of task the data can tell apart."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipelines.cluster.kmeans import Floats, Ints, assign, spherical_kmeans

CANDIDATES = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128)
MEMBERS_AT_LEAST = 20  # on average: smaller kinds hold too few outcomes to learn from
FAILURES_AT_LEAST = 50  # and as many successes: with fewer, outcomes cannot choose between candidates
PRIOR_TASKS = 8.0  # a cell's rate is pulled to what the cluster's difficulty predicts, as strong as this many tasks
FOLDS = 4
SAMPLE = 8_000  # tasks that the choice is made on


@dataclass(frozen=True)
class KnownOutcomes:
    """What is known of the tasks' outcomes: row of the task, index of the model, success in [0, 1]."""

    row: Ints
    model: Ints
    success: Floats


def choose_count(vectors: Floats, outcomes: KnownOutcomes | None = None, *, seed: int = 0) -> tuple[int, str]:
    """Return the number of clusters for unit rows (n, d), and in words how it was found.

    With enough outcomes it is the number that predicts held-out outcomes best (cross-validated log loss); with few,
    the size rule: about sqrt(n / 2), and never under MEMBERS_AT_LEAST tasks a cluster on average.
    """
    most = max(1, len(vectors) // MEMBERS_AT_LEAST)
    if outcomes is None or not _tells_enough(outcomes):
        count = max(1, min(most, round(float(np.sqrt(len(vectors) / 2)))))
        return count, f"size rule: {count} for {len(vectors)} tasks, too few failures known to choose by outcomes"
    candidates = [count for count in CANDIDATES if count <= most]
    losses = held_out_losses(vectors, outcomes, candidates, seed=seed)
    best = int(np.argmin(losses))
    return candidates[best], (
        f"held-out log loss {losses[best]:.4f} at {candidates[best]} clusters "
        f"against {losses[0]:.4f} at one, the best of {len(candidates)} candidates"
    )


def _tells_enough(outcomes: KnownOutcomes) -> bool:
    failures = float((1 - outcomes.success).sum())
    return min(failures, len(outcomes.success) - failures) >= FAILURES_AT_LEAST


def held_out_losses(
    vectors: Floats, outcomes: KnownOutcomes, candidates: Sequence[int], *, seed: int = 0
) -> list[float]:
    """Return for each candidate count the mean log loss of outcomes of tasks that neither clusters nor rates saw."""
    rows = np.unique(outcomes.row)
    rng = np.random.default_rng(seed)
    rows = np.sort(rng.choice(rows, SAMPLE, replace=False)) if len(rows) > SAMPLE else rows
    fold_of_row = np.full(len(vectors), -1)
    fold_of_row[rows] = rng.permutation(len(rows)) % FOLDS
    fold = fold_of_row[outcomes.row]
    losses = []
    for count in candidates:
        total = 0.0
        for held_out in range(FOLDS):
            centroids = spherical_kmeans(vectors[rows[fold_of_row[rows] != held_out]], count, seed=seed).centroids
            members = assign(vectors, centroids)[0][outcomes.row]
            seen, unseen = (fold >= 0) & (fold != held_out), fold == held_out
            rates = shrunk_rates(members[seen], outcomes.model[seen], outcomes.success[seen], len(centroids))
            predicted = rates[members[unseen], outcomes.model[unseen]]
            actual = outcomes.success[unseen]
            total -= float((actual * np.log(predicted) + (1 - actual) * np.log1p(-predicted)).sum())
        losses.append(total / max(1, int((fold >= 0).sum())))
    return losses


def shrunk_rates(members: Ints, models: Ints, success: Floats, count: int) -> Floats:
    """Return success rates (clusters, models): each cell pulled to model skill + cluster difficulty.

    A light stand-in for the estimator: choosing a number of clusters needs the order of the losses, not the posterior.
    """
    shape = (count, int(models.max(initial=0)) + 1)
    wins, tries = np.zeros(shape), np.zeros(shape)
    np.add.at(wins, (members, models), success)
    np.add.at(tries, (members, models), 1)
    overall = (wins.sum() + 1) / (tries.sum() + 2)
    skill = (wins.sum(0) + PRIOR_TASKS * overall) / (tries.sum(0) + PRIOR_TASKS)
    expected = (tries * skill).sum(1)
    difficulty = _logit((wins.sum(1) + PRIOR_TASKS * overall) / (tries.sum(1) + PRIOR_TASKS)) - _logit(
        (expected + PRIOR_TASKS * overall) / (tries.sum(1) + PRIOR_TASKS)
    )
    prior = 1 / (1 + np.exp(-(_logit(skill)[None, :] + difficulty[:, None])))
    return np.clip((wins + PRIOR_TASKS * prior) / (tries + PRIOR_TASKS), 1e-4, 1 - 1e-4)


def _logit(rate: Floats | float) -> Floats:
    clipped = np.clip(rate, 1e-4, 1 - 1e-4)
    return np.asarray(np.log(clipped / (1 - clipped)))
