"""Logs in UTF-16 and UTF-32 tell what they tell in UTF-8, also where they grow."""

import codecs
import gzip
from pathlib import Path

import pytest

from pipelines.ingest.files import wide
from pipelines.ingest.files.log_file import LogFile
from pipelines.ingest.files.scan import scan
from tests.support.transcripts import Transcript

ENCODINGS = {
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32-le": codecs.BOM_UTF32_LE,
    "utf-32-be": codecs.BOM_UTF32_BE,
}
encodings = pytest.mark.parametrize("encoding", ENCODINGS)


def _text() -> str:
    log = Transcript()
    log.spawn("toolu_1", prompt="Größe \u2028 \U0001f600 測試 \u0a0a")
    log.spawn("toolu_2")
    return log.content().decode()


def _log(path: Path, content: bytes) -> LogFile:
    path.write_bytes(content)
    return LogFile(path, len(content), 1)


@encodings
@pytest.mark.parametrize("is_marked", [True, False])
@pytest.mark.parametrize("is_packed", [True, False])
def test_a_wide_log_is_read(encoding: str, is_marked: bool, is_packed: bool, tmp_path: Path) -> None:
    text = _text()
    plain = scan(_log(tmp_path / "a.jsonl", text.encode()), None)
    content = (ENCODINGS[encoding] if is_marked else b"") + text.encode(encoding)
    log = _log(tmp_path / "a.jsonl.gz", gzip.compress(content)) if is_packed else _log(tmp_path / "a.jsonl", content)
    found = scan(log, None)
    assert found.counts == plain.counts
    assert {key for key in found.facts if key.startswith("toolu_")} == {"toolu_1", "toolu_2"}
    assert found.facts.keys() == plain.facts.keys()
    assert found.mark.offset == len(text.encode())


@encodings
def test_a_wide_log_that_grows_is_read_on_from_any_byte(
    encoding: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wide, "BLOCK_BYTES", 64)
    content = ENCODINGS[encoding] + _text().encode(encoding)
    whole = scan(_log(tmp_path / "a.jsonl", content), None)
    for cut in range(0, len(content), 211):
        first = scan(_log(tmp_path / "a.jsonl", content[:cut]), None)
        second = scan(_log(tmp_path / "a.jsonl", content), first.mark)
        assert second.start == first.mark.offset
        assert first.counts["read"] + second.counts["read"] == whole.counts["read"]
        assert not first.broken + second.broken


@pytest.mark.parametrize("head", [b"", b"{", b'{"a"', b"\0\0\0\0", b'\0{"a', b"\xef\xbb\xbf{", b"\x1f\x8b\x08\x00"])
def test_other_files_are_left_as_they_are(head: bytes) -> None:
    assert wide.wide_encoding(head[:4]) is None
