import numpy as np
import pytest

from pipelines.cluster.directions import PROJECTS_KEPT, SHRINKAGE_TASKS, find_directions
from pipelines.cluster.kmeans import spherical_kmeans, unit_rows


def two_projects(each: int = 60, seed: int = 0) -> tuple[np.ndarray, list[str], np.ndarray]:
    """Return vectors whose project says more than their topic, the projects and the topics."""
    rng = np.random.default_rng(seed)
    topics, projects = np.tile([0, 1], each), np.repeat(["api", "web"], each)
    vectors = np.eye(6)[topics] + 2 * np.eye(6)[np.where(projects == "api", 2, 3)] + rng.normal(0, 0.1, (2 * each, 6))
    return unit_rows(vectors), projects.tolist(), topics


def test_two_projects_with_the_same_work_share_kinds() -> None:
    vectors, projects, topics = two_projects()
    as_they_are = spherical_kmeans(vectors, 2).members
    damped = spherical_kmeans(find_directions(vectors, projects).damp(vectors, projects), 2).members
    assert {len(set(np.array(projects)[as_they_are == kind])) for kind in (0, 1)} == {1}
    assert {len(set(np.array(projects)[damped == kind])) for kind in (0, 1)} == {2}
    assert {len(set(topics[damped == kind])) for kind in (0, 1)} == {1}


def test_a_project_is_known_by_the_last_part_of_its_path() -> None:
    vectors, projects, _ = two_projects()
    paths = [f"/home/ida/{name}/" if row % 2 else f"C:\\src\\{name}" for row, name in enumerate(projects)]
    plain, from_paths = find_directions(vectors, projects), find_directions(vectors, paths)
    assert from_paths.projects == plain.projects == ("api", "web")
    assert np.array_equal(from_paths.damp(vectors, projects), plain.damp(vectors, paths))


def test_an_unknown_project_loses_what_all_have_in_common() -> None:
    vectors, projects, _ = two_projects()
    directions = find_directions(vectors, projects)
    expected = unit_rows(vectors[:1] - vectors.mean(axis=0) / 2)
    for name in ("elsewhere", "", None):
        assert directions.damp(vectors[:1], [name]) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(("tasks", "share"), [(1, 1 / (1 + SHRINKAGE_TASKS)), (int(SHRINKAGE_TASKS), 0.5)])
def test_a_small_project_keeps_most_of_its_direction(tasks: int, share: float) -> None:
    vectors = np.repeat(np.eye(2), [tasks, 50], axis=0)
    directions = find_directions(vectors, ["small"] * tasks + [None] * 50)
    own = directions.vectors[1] - directions.vectors[0]
    assert own == pytest.approx(share * (vectors[0] - vectors.mean(axis=0)), abs=1e-6)


def test_only_the_largest_projects_have_a_direction() -> None:
    names = [f"p{number:03}" for number in range(PROJECTS_KEPT + 1)]
    projects = names + names[1:]
    directions = find_directions(unit_rows(np.random.default_rng(0).normal(size=(len(projects), 4))), projects)
    assert len(directions.projects) == PROJECTS_KEPT
    assert "p000" not in directions.projects
    assert len(directions.vectors) == PROJECTS_KEPT + 1
