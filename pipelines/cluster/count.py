"""How many kinds of task the data can tell apart."""

from dataclasses import dataclass

import numpy as np

from pipelines.cluster.kmeans import STARTS, Clustering, Floats, Ints, spherical_kmeans
from pipelines.cluster.radius import cluster_radii
from recommender.blend import nearness

CANDIDATES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
SILHOUETTE_CANDIDATES = (2, 3, 4, 5, 6, 8, 10, 12, 16, 24)
TRIED_WELL_UP_TO = 500  # tasks: in more, each number is tried from one start, and only the chosen one from several
SILHOUETTE_UP_TO = 2_000  # tasks: in few, a kind that is split has too few outcomes; in many, a merged one hides a kind
MEMBERS_AT_LEAST = 20  # on average: smaller kinds hold too few outcomes to learn from
WORSE_IN_A_ROW = 3  # numbers that predict worse than the best so far end the trying, where each try takes long
FAILURES_AT_LEAST = 50  # and as many successes: with fewer, outcomes cannot choose between candidates
PRIOR_TASKS = 8.0  # a cell's rate is pulled to what the cluster's difficulty predicts, as strong as this many tasks
FOLDS = 5


@dataclass(frozen=True)
class KnownOutcomes:
    """What is known of the tasks' outcomes: row of the task, index of the model, success in [0, 1]."""

    row: Ints
    model: Ints
    success: Floats

    def among(self, rows: Ints) -> "KnownOutcomes":
        """Return those of some tasks, whose ascending `rows` become rows 0, 1, ..."""
        kept = np.isin(self.row, rows)
        return KnownOutcomes(np.searchsorted(rows, self.row[kept]), self.model[kept], self.success[kept])


def choose_clustering(
    vectors: Floats, outcomes: KnownOutcomes | None = None, *, seed: int = 0
) -> tuple[Clustering, str]:
    """Cluster unit rows (n, d) into as many kinds as the data tell apart; return also in words how that was found.

    With enough outcomes it is the number that predicts held-out outcomes best, as a lookup would predict them from the
    kinds around a task (cross-validated log loss). With few outcomes it is sqrt(n / 2); with few tasks too, the number
    up to that whose clusters lie apart most clearly (silhouette). There are always at least MEMBERS_AT_LEAST tasks a
    cluster on average.
    """
    most = max(1, len(vectors) // MEMBERS_AT_LEAST)
    if outcomes is None or not _tells_enough(outcomes):
        most = max(1, min(most, round(float(np.sqrt(len(vectors) / 2)))))
        if len(vectors) <= SILHOUETTE_UP_TO:
            return _clearest(vectors, most, seed=seed)
        why = f"size rule: {most} for {len(vectors)} tasks, too few outcomes of both kinds to choose by them"
        return spherical_kmeans(vectors, most, seed=seed), why
    tried: list[Clustering] = []
    losses: list[float] = []
    for count in CANDIDATES:
        is_settled = len(losses) - int(np.argmin(losses or [0])) > WORSE_IN_A_ROW
        if count > most or (is_settled and len(vectors) > SILHOUETTE_UP_TO):
            break
        tried.append(spherical_kmeans(vectors, count, seed=seed))
        losses.append(held_out_loss(vectors, tried[-1], outcomes, seed=seed))
    best = tried[int(np.argmin(losses))]
    why = f"held-out log loss {min(losses):.4f} at {len(best.centroids)} clusters, {losses[0]:.4f} at one"
    return best, f"{why}, the best of {len(tried)} numbers tried"


def _clearest(vectors: Floats, most: int, *, seed: int) -> tuple[Clustering, str]:
    """Return the clustering of at most `most` clusters with the largest mean silhouette."""
    counts = sorted({count for count in SILHOUETTE_CANDIDATES if count < most} | ({most} if most > 1 else set()))
    starts = STARTS if len(vectors) <= TRIED_WELL_UP_TO else 1
    apart, count = 0.0, 1
    if counts:
        distances = np.clip(1 - vectors @ vectors.T, 0, 2)
        np.fill_diagonal(distances, 0)
        tried = [spherical_kmeans(vectors, number, seed=seed, starts=starts) for number in counts]
        scores = [_silhouette(distances, clustering) for clustering in tried]
        apart, count = max(zip(scores, counts, strict=True), key=lambda pair: pair[0])
    best = spherical_kmeans(vectors, count, seed=seed)
    why = f"silhouette {apart:.2f} at {len(best.centroids)} of at most {most} clusters"
    return best, f"{why}; too few outcomes of both kinds to choose by them"


def _silhouette(distances: Floats, clustering: Clustering) -> float:
    if not 1 < len(clustering.centroids) < len(distances):
        return 0.0
    from sklearn.metrics import silhouette_score  # as in `spherical_kmeans`

    return float(silhouette_score(distances, clustering.members, metric="precomputed"))


def _tells_enough(outcomes: KnownOutcomes) -> bool:
    failures = float((1 - outcomes.success).sum())
    return min(failures, len(outcomes.success) - failures) >= FAILURES_AT_LEAST


def held_out_loss(vectors: Floats, clustering: Clustering, outcomes: KnownOutcomes, *, seed: int = 0) -> float:
    """Return the mean log loss of outcomes predicted from those of other tasks.

    The clusters themselves saw all tasks, but no outcome: they need no holding out.
    """
    count = len(clustering.centroids)
    near, weights = nearness(1 - vectors @ clustering.centroids.T, cluster_radii(vectors, clustering))
    fold = (np.random.default_rng(seed).permutation(len(vectors)) % FOLDS)[outcomes.row]
    total = 0.0
    for held_out in range(FOLDS):
        seen, unseen = fold != held_out, fold == held_out
        members = clustering.members[outcomes.row[seen]]
        rates = shrunk_rates(members, outcomes.model[seen], outcomes.success[seen], count)
        row, actual = outcomes.row[unseen], outcomes.success[unseen]
        predicted = (weights[row] * rates[near[row], outcomes.model[unseen][:, None]]).sum(axis=1)
        total -= float((actual * np.log(predicted) + (1 - actual) * np.log1p(-predicted)).sum())
    return total / max(1, len(fold))


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
    seen, expected = tries.sum(1) + PRIOR_TASKS, (tries * skill).sum(1) + PRIOR_TASKS * overall
    difficulty = _logit((wins.sum(1) + PRIOR_TASKS * overall) / seen) - _logit(expected / seen)
    prior = 1 / (1 + np.exp(-(_logit(skill)[None, :] + difficulty[:, None])))
    return np.clip((wins + PRIOR_TASKS * prior) / (tries + PRIOR_TASKS), 1e-4, 1 - 1e-4)


def _logit(rate: Floats) -> Floats:
    clipped = np.clip(rate, 1e-4, 1 - 1e-4)
    return np.asarray(np.log(clipped / (1 - clipped)))
