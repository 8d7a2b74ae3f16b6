import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.cluster.count import (
    FAILURES_AT_LEAST,
    MEMBERS_AT_LEAST,
    SILHOUETTE_UP_TO,
    KnownOutcomes,
    choose_clustering,
    held_out_loss,
    shrunk_rates,
)
from pipelines.cluster.kmeans import Clustering, spherical_kmeans, unit_rows
from pipelines.cluster.labels import example_rows
from pipelines.cluster.matching import SAME_KIND_FROM, match_clusters
from pipelines.cluster.nightly import needs_new_clusters
from pipelines.cluster.radius import cluster_radii, left_out_distances


def blobs(kinds: int, each: int, *, noise: float = 0.1, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return unit_rows(np.repeat(np.eye(kinds), each, axis=0) + rng.normal(0, noise, (kinds * each, kinds)))


def test_kinds_that_lie_apart_are_found() -> None:
    clustering = spherical_kmeans(blobs(4, 30), 4)
    assert len(clustering.centroids) == 4
    assert all(len(set(clustering.members[start : start + 30])) == 1 for start in range(0, 120, 30))


@settings(deadline=None, max_examples=25)
@given(st.integers(1, 12), st.integers(1, 6), st.integers(0, 5))
def test_any_number_of_rows_gives_at_most_that_many_clusters_and_unit_centroids(
    rows: int, count: int, seed: int
) -> None:
    vectors = unit_rows(np.random.default_rng(seed).normal(size=(rows, 3)))
    clustering = spherical_kmeans(vectors, count)
    assert 1 <= len(clustering.centroids) <= min(rows, count)
    assert np.allclose(np.linalg.norm(clustering.centroids, axis=1), 1)
    assert set(clustering.members) == set(range(len(clustering.centroids)))


def test_same_rows_give_the_same_clusters() -> None:
    vectors = blobs(3, 20)
    first, second = spherical_kmeans(vectors, 3), spherical_kmeans(vectors, 3)
    assert np.array_equal(first.members, second.members)


def test_repeated_text_is_no_error() -> None:
    assert len(spherical_kmeans(np.tile([[1.0, 0.0]], (30, 1)), 5).centroids) == 1


def known(rates: list[float], each: int) -> KnownOutcomes:
    success = np.concatenate([np.arange(each) < rate * each for rate in rates]).astype(float)
    return KnownOutcomes(np.arange(len(success)), np.zeros(len(success), dtype=np.int64), success)


def test_outcomes_choose_the_number_that_tells_them_apart() -> None:
    clustering, why = choose_clustering(blobs(4, 100), known([0.95, 0.1, 0.9, 0.2], 100))
    assert len(clustering.centroids) >= 4
    assert why.startswith("held-out log loss")


def test_outcomes_alike_everywhere_want_one_cluster() -> None:
    rng = np.random.default_rng(1)
    outcomes = KnownOutcomes(np.arange(400), np.zeros(400, dtype=np.int64), (rng.random(400) < 0.6).astype(float))
    clustering, _ = choose_clustering(unit_rows(rng.normal(size=(400, 16))), outcomes)
    assert len(clustering.centroids) <= 2


@pytest.mark.parametrize(("failures", "rule"), [(FAILURES_AT_LEAST - 1, "silhouette"), (FAILURES_AT_LEAST, "held-out")])
def test_few_failures_fall_back_on_the_silhouette(failures: int, rule: str) -> None:
    success = (np.arange(400) >= failures).astype(float)
    outcomes = KnownOutcomes(np.arange(400), np.zeros(400, dtype=np.int64), success)
    assert choose_clustering(blobs(4, 100), outcomes)[1].startswith(rule)


def test_without_outcomes_kinds_that_lie_apart_are_counted() -> None:
    assert len(choose_clustering(blobs(5, 60))[0].centroids) == 5


@pytest.mark.parametrize(("tasks", "rule"), [(SILHOUETTE_UP_TO, "silhouette"), (SILHOUETTE_UP_TO + 1, "size rule")])
def test_many_tasks_without_outcomes_are_counted_by_their_number(tasks: int, rule: str) -> None:
    vectors = unit_rows(np.random.default_rng(0).normal(size=(tasks, 4)))
    assert choose_clustering(vectors)[1].startswith(rule)


@pytest.mark.parametrize(("tasks", "clusters"), [(1, 1), (2 * MEMBERS_AT_LEAST - 1, 1), (2 * MEMBERS_AT_LEAST, 2)])
def test_a_cluster_has_enough_members_on_average(tasks: int, clusters: int) -> None:
    vectors = unit_rows(np.random.default_rng(0).normal(size=(tasks, 4)))
    assert len(choose_clustering(vectors)[0].centroids) == clusters


def test_held_out_loss_is_lower_for_clusters_that_tell() -> None:
    vectors, outcomes = blobs(4, 100), known([0.95, 0.05, 0.95, 0.05], 100)
    one, four = (held_out_loss(vectors, spherical_kmeans(vectors, count), outcomes) for count in (1, 4))
    assert four < one - 0.1


def test_an_unseen_cell_is_judged_by_skill_and_difficulty() -> None:
    members = np.array([0] * 40 + [1] * 40)
    models = np.array(([0] * 20 + [1] * 20) + [0] * 40)
    success = np.array([1.0] * 20 + [0.5] * 20 + [0.5] * 40)
    rates = shrunk_rates(members, models, success, 2)
    assert rates[1, 1] < rates[0, 1]  # the second kind is harder, so the weaker model is worse there, unseen


def test_radius_is_near_what_unseen_members_need() -> None:
    vectors = blobs(3, 200, noise=0.15)
    clustering = spherical_kmeans(vectors[::2], 3)
    radii = cluster_radii(vectors[::2], clustering)
    similarity = vectors[1::2] @ clustering.centroids.T
    inside = 1 - similarity.max(axis=1) <= radii[similarity.argmax(axis=1)]
    assert 0.95 <= inside.mean() <= 1


@pytest.mark.parametrize(("noise", "goes_half_the_way"), [(0.05, True), (0.9, False)])
def test_a_radius_goes_half_the_way_to_others_that_are_far(noise: float, goes_half_the_way: bool) -> None:
    vectors = blobs(2, 200, noise=noise)
    clustering = spherical_kmeans(vectors, 2)
    radii = cluster_radii(vectors, clustering)
    own = np.array(
        [np.quantile(left_out_distances(vectors, clustering)[clustering.members == c], 0.99) for c in (0, 1)]
    )
    nearest_others = np.array([(1 - vectors[clustering.members != c] @ clustering.centroids[c]).min() for c in (0, 1)])
    if goes_half_the_way:
        assert (radii > 2 * own).all()
        assert (radii < nearest_others).all()
    else:
        assert radii == pytest.approx(own)


def test_a_task_alone_in_its_cluster_has_no_distance_to_others() -> None:
    clustering = Clustering(np.eye(2), np.array([0, 0, 1]), np.zeros(3))
    distances = left_out_distances(np.array([[1.0, 0.0], [0.8, 0.6], [0.0, 1.0]]), clustering)
    assert np.isnan(distances[2])
    assert distances[0] == pytest.approx(0.2)


def test_a_single_task_gets_a_radius() -> None:
    clustering = spherical_kmeans(np.array([[1.0, 0.0]]), 3)
    assert cluster_radii(np.array([[1.0, 0.0]]), clustering).tolist() == [1.0]


def test_examples_are_different_texts_nearest_first() -> None:
    clustering = Clustering(np.eye(1), np.zeros(4, dtype=np.int64), np.array([0.3, 0.1, 0.1, 0.2]))
    assert example_rows(["far", "same", "same", "near"], clustering, 0) == [1, 3, 0]


@pytest.mark.parametrize(("similarity", "kept"), [(SAME_KIND_FROM - 0.01, False), (SAME_KIND_FROM + 0.01, True)])
def test_an_id_continues_where_centroids_are_alike(similarity: float, kept: bool) -> None:
    new = np.array([[similarity, np.sqrt(1 - similarity**2)]])
    assert match_clusters(np.array([[1.0, 0.0]]), [7], new) == ([7] if kept else [8])


def test_ids_are_matched_one_to_one_and_never_used_again() -> None:
    old = np.eye(3)
    new = unit_rows(np.array([[0.0, 1.0, 0.1], [1.0, 0.1, 0.0], [1.0, 0.2, 0.0], [-1.0, 0.0, 0.0]]))
    assert match_clusters(old, [4, 2, 9], new) == [2, 4, 10, 11]


def test_kinds_of_two_types_never_continue_each_other() -> None:
    assert match_clusters(np.eye(2), [3, 4], np.eye(2), np.array([[False, True], [True, False]])) == [5, 6]


@pytest.mark.parametrize(
    ("present", "new", "strangers", "anew"),
    [(125, 25, 0, False), (126, 26, 0, True), (110, 40, 9, False), (110, 40, 10, True), (110, 50, 10, False)],
)
def test_clusters_are_made_anew_when_work_has_grown_or_changed(
    present: int, new: int, strangers: int, anew: bool
) -> None:
    assert needs_new_clusters(100, present, new, strangers) is anew
