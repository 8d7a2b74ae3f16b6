from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.blend import nearness
from recommender.kinds import kind_of_task, project_name, without_project
from recommender.published_rows import TaskKind
from recommender.snapshot import Snapshot
from recommender.snapshot_file import SnapshotError, read_snapshot, write_snapshot


def snapshot_of(*types: str, radius: float = 0.5) -> Snapshot:
    """Return a snapshot whose kind i lies on axis i."""
    kinds = tuple(TaskKind(i + 10, f"kind {i}", radius, work_type=work_type) for i, work_type in enumerate(types))
    return Snapshot("m", datetime.now(UTC), 1, kinds, np.eye(len(types), 4, dtype=np.float32))


def with_directions(snapshot: Snapshot) -> Snapshot:
    rows = np.array([[0, 0, 0, 0.5], [0, 0, 0.9, 0.5]], dtype=np.float32)
    return replace(snapshot, projects=("api",), project_directions=rows)


@given(st.floats(0, 1), st.floats(0.01, 1))
def test_the_radius_is_the_border_of_a_kind(similarity: float, radius: float) -> None:
    vector = np.array([similarity, 0, 0, np.sqrt(1 - similarity**2)], dtype=np.float32)
    match = kind_of_task(snapshot_of("fix", radius=radius), vector, "fix")
    assert match is not None
    assert match.kind.cluster_id == 10
    assert match.is_inside == (1 - match.similarity <= radius)


def test_a_nearer_kind_of_another_type_has_no_say() -> None:
    vector = np.array([0.6, 0.8, 0, 0], dtype=np.float32)
    snapshot = snapshot_of("fix", "plan", "fix")
    match = kind_of_task(snapshot, vector, "fix")
    assert match is not None
    assert match.kind.cluster_id == 10
    assert match.distances == pytest.approx([0.4, np.inf, 1])
    kinds, weights = nearness(match.distances[None, :], np.full(3, 1.5))
    assert weights[kinds == 1].tolist() == [0]
    assert weights.sum() == pytest.approx(1)


def test_a_type_without_kinds_has_no_match() -> None:
    assert kind_of_task(snapshot_of("fix"), np.ones(4, dtype=np.float32), "plan") is None
    assert kind_of_task(Snapshot("m", datetime.now(UTC)), np.ones(4, dtype=np.float32), "fix") is None


def test_a_projects_own_direction_is_taken_out() -> None:
    vector = np.array([0.1, 0, 0.9, 0.5], dtype=np.float32)
    snapshot = with_directions(snapshot_of("fix"))
    matches = [kind_of_task(snapshot, vector, "fix", project) for project in ("/home/ida/api", "/home/ida/web", None)]
    known, other, none = (match.similarity for match in matches if match)
    assert known == pytest.approx(1)
    assert other == none == pytest.approx(0.1 / np.sqrt(0.1**2 + 0.9**2))


def test_nothing_is_taken_out_where_no_directions_are_published() -> None:
    vector = np.array([0.6, 0, 0.8, 0], dtype=np.float32)
    assert without_project(snapshot_of("fix"), vector, "/home/ida/api") is vector


def test_a_vector_of_nothing_but_its_projects_words_is_no_kinds() -> None:
    vector = np.array([0, 0, 0.9, 0.5], dtype=np.float32)
    match = kind_of_task(with_directions(snapshot_of("fix")), vector, "fix", "api")
    assert match is not None
    assert (match.similarity, match.is_inside) == (0, False)


@pytest.mark.parametrize("path", ["api", "/home/ida/api", "/home/ida/api/", "C:\\src\\api", "C:\\src\\api\\"])
def test_a_project_is_known_by_the_last_part_of_its_path(path: str) -> None:
    assert project_name(path) == "api"


def test_directions_are_read_back_as_published(tmp_path: Path) -> None:
    written = with_directions(snapshot_of("fix"))
    write_snapshot(tmp_path / "s", written)
    read = read_snapshot(tmp_path / "s")
    assert (read.projects, read.kinds, read.version) == (written.projects, written.kinds, written.version)
    np.testing.assert_array_equal(read.project_directions, written.project_directions)
    assert replace(written, project_directions=written.project_directions[::-1]).version != written.version


@pytest.mark.parametrize("rows", [np.zeros((1, 4)), np.ones((2, 3)), np.full((2, 4), np.nan), np.zeros(4)])
def test_directions_that_do_not_fit_are_never_published(tmp_path: Path, rows: np.ndarray) -> None:
    unfit = replace(with_directions(snapshot_of("fix")), project_directions=rows)
    with pytest.raises(SnapshotError, match="does not fit together"):
        write_snapshot(tmp_path / "s", unfit)
