import json
import threading
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.published_rows import TaskKind
from recommender.snapshot import Snapshot, from_tensors
from recommender.snapshot_file import SnapshotError, read_snapshot, write_snapshot
from tests.support.snapshots import best, learned_snapshot


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("snapshot") / "snapshot.safetensors"
    write_snapshot(path, learned_snapshot())
    return path


def test_reads_back_what_was_written(tmp_path: Path) -> None:
    written = learned_snapshot()
    write_snapshot(tmp_path / "new" / "s", written)
    read = read_snapshot(tmp_path / "new" / "s")
    for field in fields(Snapshot):
        if isinstance(getattr(written, field.name), np.ndarray):
            np.testing.assert_array_equal(getattr(read, field.name), getattr(written, field.name))
        else:
            assert getattr(read, field.name) == getattr(written, field.name)
    assert read.version == written.version


def test_the_evidence_of_an_older_file_is_read_without_what_it_does_not_tell() -> None:
    snapshot = learned_snapshot()
    tensors = snapshot.tensors()
    rows = json.loads(tensors["rows"].tobytes())
    rows["evidence"] = [row[:-1] for row in rows["evidence"]]
    tensors["rows"] = np.frombuffer(json.dumps(rows).encode(), dtype=np.uint8)
    assert from_tensors(tensors, snapshot.created_at).evidence == snapshot.evidence


def test_an_empty_snapshot_is_a_snapshot(tmp_path: Path) -> None:
    write_snapshot(tmp_path / "s", Snapshot("", datetime.now(UTC)))
    assert read_snapshot(tmp_path / "s").kinds == ()


def test_only_the_owner_reads_it_and_nothing_else_is_left_behind(tmp_path: Path) -> None:
    home = tmp_path / "home"
    for _ in range(3):
        write_snapshot(home / "s", learned_snapshot())
    assert [file.name for file in home.iterdir()] == ["s"]
    assert (home / "s").stat().st_mode & 0o777 == 0o600


def test_the_version_is_of_the_content() -> None:
    snapshot = learned_snapshot()
    assert replace(snapshot, created_at=snapshot.created_at - timedelta(days=1)).version == snapshot.version
    assert replace(snapshot, best=snapshot.best[1:]).version != snapshot.version
    assert replace(snapshot, centroids=snapshot.centroids[::-1]).version != snapshot.version


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_any_damage_is_noticed(published: Path, data: st.DataObject) -> None:
    sound = published.read_bytes()
    at = data.draw(st.integers(0, len(sound) - 1))
    damaged = published.with_name("damaged")
    if data.draw(st.booleans()):
        damaged.write_bytes(sound[:at])
    else:
        other = data.draw(st.integers(0, 255).filter(lambda value: value != sound[at]))
        damaged.write_bytes(sound[:at] + bytes([other]) + sound[at + 1 :])
    with pytest.raises(SnapshotError, match="spawnwise learn"):
        read_snapshot(damaged)


@given(st.binary(max_size=200))
def test_other_files_are_refused(published: Path, content: bytes) -> None:
    path = published.with_name("other")
    path.write_bytes(content)
    with pytest.raises(SnapshotError):
        read_snapshot(path)


def test_each_state_of_the_file_has_its_message(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="No snapshot has been published yet"):
        read_snapshot(tmp_path / "none")
    with pytest.raises(SnapshotError, match="is not a file"):
        read_snapshot(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(SnapshotError, match="free space and permissions"):
        write_snapshot(tmp_path / "file" / "s", learned_snapshot())


@pytest.mark.parametrize(
    "unsound",
    [
        {"centroids": np.ones((3, 256), dtype=np.float32)},
        {"centroids": np.full((2, 256), np.nan, dtype=np.float32)},
        {"agent_vectors": np.ones((1, 256), dtype=np.float32)},
        {"best": (best("A", 0, "haiku")._replace(success_rate=float("nan")),)},
    ],
)
def test_what_does_not_fit_together_is_never_published(tmp_path: Path, unsound: dict[str, object]) -> None:
    write_snapshot(tmp_path / "s", learned_snapshot())
    before = (tmp_path / "s").read_bytes()
    with pytest.raises(SnapshotError):
        write_snapshot(tmp_path / "s", replace(learned_snapshot(), **unsound))  # type: ignore[arg-type]
    assert (tmp_path / "s").read_bytes() == before


def test_a_reader_never_sees_half_a_snapshot(tmp_path: Path) -> None:
    path = tmp_path / "s"
    write_snapshot(path, learned_snapshot())
    done = threading.Event()

    def publish() -> None:
        for number in range(50):
            kinds = tuple(TaskKind(i, f"{number}", 0.5) for i in range(2))
            write_snapshot(path, replace(learned_snapshot(), kinds=kinds))
        done.set()

    threading.Thread(target=publish).start()
    while not done.is_set():
        assert len({kind.label for kind in read_snapshot(path).kinds} & set(map(str, range(50)))) <= 1


def test_text_that_no_file_can_hold_does_not_stop_the_publication(tmp_path: Path) -> None:
    snapshot = replace(learned_snapshot(), kinds=(TaskKind(0, "\ud800 torn", 0.5), TaskKind(1, "b", 0.5)))
    write_snapshot(tmp_path / "s", snapshot)
    assert read_snapshot(tmp_path / "s").kinds[0].label == "? torn"
