import numpy as np
import pytest

from pipelines.publish.report.task_map import lay_out, map_of


def two_kinds(count: int) -> np.ndarray:
    chance = np.random.default_rng(1)
    centres = np.eye(16)[[0, 1]]
    vectors = centres[np.arange(count) % 2] + chance.normal(0, 0.05, (count, 16))
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5, 40, 120])
def test_every_task_has_a_place_on_the_map(count: int) -> None:
    places = lay_out(two_kinds(count))
    assert places.shape == (count, 2)
    assert np.isfinite(places).all()
    assert np.abs(places).max(initial=0) <= 1


def test_the_map_is_the_same_for_the_same_tasks_and_equal_texts_share_a_place() -> None:
    vectors = np.concatenate([two_kinds(60), two_kinds(60)])
    places = lay_out(vectors)
    assert np.array_equal(places, lay_out(vectors))
    assert np.array_equal(places[:60], places[60:])


def test_tasks_of_a_kind_lie_together() -> None:
    places = lay_out(two_kinds(120))
    one, other = places[::2], places[1::2]
    apart = np.linalg.norm(one.mean(axis=0) - other.mean(axis=0))
    assert apart > 2 * np.linalg.norm(one - one.mean(axis=0), axis=1).mean()


def test_no_tasks_make_an_empty_map() -> None:
    assert map_of([]) == ([], [])
