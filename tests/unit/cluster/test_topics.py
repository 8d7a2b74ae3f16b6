import numpy as np
import pytest

from pipelines.cluster import topics
from pipelines.cluster.count import FAILURES_AT_LEAST, KnownOutcomes
from pipelines.cluster.kmeans import unit_rows
from pipelines.cluster.topics import assign_within, find_topics, sampled


def blobs(kinds: int, each: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return unit_rows(np.repeat(np.eye(kinds), each, axis=0) + rng.normal(0, 0.1, (kinds * each, kinds)))


def test_no_topic_reaches_over_two_types_though_the_vectors_are_alike() -> None:
    types = ["fix", "search"] * 60
    topics = find_topics(blobs(2, 60), types)
    assert topics.types == ("fix", "fix", "search", "search")
    assert [topics.types[member] for member in topics.clustering.members] == types


def test_a_type_with_few_tasks_is_one_topic() -> None:
    topics = find_topics(blobs(2, 21), ["search"] * 10 + ["plan"] + ["search"] * 9 + ["search"] * 22)
    assert topics.types == ("plan", "search", "search")
    assert topics.clustering.members[10] == 0
    assert topics.criterion.startswith("search: silhouette")
    assert topics.criterion.endswith("one topic each: plan")


def test_other_types_do_not_move_a_types_topics() -> None:
    vectors = blobs(3, 60)
    alone = find_topics(vectors[:120], ["fix"] * 120)
    together = find_topics(vectors, ["fix"] * 120 + ["plan"] * 60)
    assert np.array_equal(alone.clustering.members, together.clustering.members[:120])
    assert np.array_equal(alone.clustering.centroids, together.clustering.centroids[: len(alone.types)])


def test_each_type_is_told_apart_by_its_own_outcomes() -> None:
    failing = np.arange(120) < FAILURES_AT_LEAST
    outcomes = KnownOutcomes(np.arange(0, 240, 2), np.zeros(120, dtype=np.int64), 1.0 - failing)
    types = ["fix", "search"] * 120
    order = np.argsort(types, kind="stable")
    topics = find_topics(np.concatenate([blobs(2, 60), blobs(2, 60)])[np.argsort(order)], types, outcomes)
    assert "fix: held-out" in topics.criterion
    assert "search: silhouette" in topics.criterion


def test_types_side_by_side_have_the_topics_that_they_have_one_after_another(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors, types = blobs(3, 60), ["fix", "plan", "search"] * 60
    in_turn = find_topics(vectors, types)
    monkeypatch.setattr(topics, "SIDE_BY_SIDE_FROM", 1)
    at_once = find_topics(vectors, types)
    assert (at_once.types, at_once.criterion) == (in_turn.types, in_turn.criterion)
    assert np.array_equal(at_once.clustering.centroids, in_turn.clustering.centroids)
    assert np.array_equal(at_once.clustering.members, in_turn.clustering.members)


def test_outcomes_of_some_tasks_keep_model_and_success() -> None:
    outcomes = KnownOutcomes(np.array([1, 4, 5]), np.array([0, 1, 2]), np.array([1.0, 0.0, 1.0]))
    some = outcomes.among(np.array([0, 4, 5]))
    assert (some.row.tolist(), some.model.tolist(), some.success.tolist()) == ([1, 2], [1, 2], [0.0, 1.0])


def test_a_new_task_goes_to_the_nearest_kind_of_its_own_type() -> None:
    members, distances = assign_within(np.eye(2), ["plan", "fix"], np.eye(2), ["fix", "plan"])
    assert members.tolist() == [1, 0]
    assert distances.tolist() == [1.0, 1.0]


def test_of_many_tasks_as_large_a_share_of_each_type_is_drawn_and_all_of_a_rare_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    types = ["fix"] * 1_000 + ["search"] * 960 + ["plan"] * 40
    assert sampled(types).tolist() == list(range(2_000))
    monkeypatch.setattr(topics, "FITTED_UP_TO", 600)
    monkeypatch.setattr(topics, "FITTED_AT_LEAST", 60)
    drawn = sampled(types)
    assert [np.count_nonzero(np.array(types)[drawn] == name) for name in ("fix", "plan", "search")] == [300, 40, 288]
    assert np.array_equal(drawn, np.unique(drawn))
    assert np.array_equal(drawn, sampled(types))
