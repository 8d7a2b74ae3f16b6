"""Packed logs: within a limit, in parts, and with a word on what is torn."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from pipelines.ingest.files import lines
from pipelines.ingest.files.log_file import LogFile
from pipelines.ingest.files.recognize import source_of
from pipelines.ingest.files.scan import Scan, parts
from tests.support.transcripts import Transcript

LIMIT = "SPAWNWISE_MAX_UNPACKED_BYTES"
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "zst": zstandard.ZstdCompressor(write_checksum=True).compress,
}
packers = pytest.mark.parametrize("suffix", PACKERS)


def _read(folder: Path, content: bytes, suffix: str) -> list[Scan]:
    path = folder / f"a.jsonl.{suffix}"
    path.write_bytes(content)
    return list(parts(LogFile(path, len(content), 1), None))


def _spawns(number: int) -> bytes:
    log = Transcript()
    for each in range(number):
        log.spawn(f"toolu_{each}", prompt=f"{each} " + "words " * 40)
    return log.content()


@packers
def test_a_packed_log_comes_in_parts_like_a_plain_one(
    suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = _spawns(200)
    (whole,) = _read(tmp_path, PACKERS[suffix](content), suffix)
    monkeypatch.setattr("pipelines.ingest.files.scan.PART_BYTES", 20_000)
    monkeypatch.setattr(lines, "BLOCK_BYTES", 5_000)
    found = _read(tmp_path, PACKERS[suffix](content), suffix)
    assert len(found) > 3
    assert [each.is_partial for each in found] == [True] * (len(found) - 1) + [False]
    assert [each.start for each in found[1:]] == [each.mark.offset for each in found[:-1]]
    assert found[-1].mark.offset == len(content)
    assert sum(each.counts["read"] for each in found) == whole.counts["read"] == found[-1].mark.counts["read"]
    assert set().union(*(each.facts for each in found)) == set(whole.facts)


@packers
def test_a_log_packed_piece_by_piece_is_read_to_its_end(suffix: str, tmp_path: Path) -> None:
    first, second = _spawns(3), _spawns(5)[len(_spawns(3)) :]
    (found,) = _read(tmp_path, PACKERS[suffix](first) + PACKERS[suffix](second), suffix)
    assert "toolu_4" in found.facts
    assert not found.warnings


@packers
@pytest.mark.parametrize("bomb", [b"\n", b"x", b"{}\n", b"x\n", b"\0", b"x\r"])
def test_a_bomb_is_told_and_not_read_to_its_end(
    suffix: str, bomb: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(LIMIT, "3MB")
    content = _spawns(2)
    found = _read(tmp_path, PACKERS[suffix](content + bomb * (8_000_000 // len(bomb))), suffix)[-1]
    assert "toolu_1" in found.facts
    assert found.mark.counts["read"] < 8_000_000 // len(bomb) / 2
    (warning,) = found.warnings
    assert f"a.jsonl.{suffix} unpacks to more than 3,000,000 bytes ({LIMIT})" in warning


def test_short_lines_use_the_limit_up_faster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LIMIT, "2MB")
    assert not _read(tmp_path, gzip.compress(b" " * 1_000_000 + b"\n"), "gz")[0].warnings
    assert _read(tmp_path, gzip.compress(b"\n" * 2_000_000), "gz")[0].mark.offset < 1_500_000


def test_the_format_of_a_bomb_is_told_from_its_beginning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.ingest.files.recognize.FIRST_BYTES", 1_000_000)
    monkeypatch.setenv(LIMIT, "5MB")
    path = tmp_path / "a.jsonl.zst"
    path.write_bytes(PACKERS["zst"](b"x" * 20_000_000))
    assert source_of(path) is None  # and not damaged: the limit was not reached


@packers
@pytest.mark.parametrize("share", [0.3, 0.6, 0.99])
def test_a_torn_packed_log_gives_what_came_before_and_is_told(suffix: str, share: float, tmp_path: Path) -> None:
    packed = PACKERS[suffix](_spawns(2_000))
    (found,) = _read(tmp_path, packed[: int(len(packed) * share)], suffix)
    assert len(found.facts) > 100
    assert [each.reason for each in found.broken] == ["is cut or damaged"]
    assert f"a.jsonl.{suffix} is cut or damaged" in found.warnings[0]


@packers
@pytest.mark.parametrize("length", [0, 1, 3, 9, 15, 20])
def test_a_packed_log_of_a_few_bytes_is_told_and_no_more(suffix: str, length: int, tmp_path: Path) -> None:
    (found,) = _read(tmp_path, PACKERS[suffix](_spawns(2))[:length], suffix)
    assert [each.reason for each in found.broken] == (["is cut or damaged"] if length else [])
    assert not found.facts


def test_a_tear_between_lines_is_told_too(tmp_path: Path) -> None:
    first, second = (PACKERS["zst"](json.dumps({"type": "user", "n": n}).encode() + b"\n") for n in (1, 2))
    for cut in range(1, len(second)):
        (found,) = _read(tmp_path, first + second[:-cut], "zst")
        assert found.warnings, cut
    (found,) = _read(tmp_path, first + second, "zst")
    assert not found.warnings
