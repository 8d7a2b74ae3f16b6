"""What a power cut, two writers, another encoding or another program leave behind."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipelines.commands.input_arguments import CANNOT_READ
from pipelines.ingest.files.recognize import source_of
from pipelines.ingest.sources import sources
from recommender.cli import main
from tests.support.transcripts import Transcript

RECORD = {"id": "run-1", "agent": "tester", "task": "Write tests", "spawned_at": "2026-03-01T10:00:00Z"}
STRANGE = {"type": "session", "version": 3, "id": "s1", "cwd": "/shop"}


def _lines() -> list[bytes]:
    log = Transcript()
    for tool in ("Read", "Bash"):
        log.says({"type": "tool_use", "id": f"toolu_{tool}", "name": tool, "input": {}})
        log.returned(f"toolu_{tool}", "done", {"stdout": "done"})
    log.spawn("toolu_01")
    log.result("toolu_01", status="completed")
    return [json.dumps(line, separators=(",", ":")).encode() for line in log.lines]


def _cut_before_each(lines: list[bytes]) -> bytes:
    return b"\n".join(b'{"type":"user","message":{"content":"cut ' + line for line in lines) + b"\n"


DAMAGES: dict[str, Callable[[list[bytes]], bytes]] = {
    "a block of NULs": lambda lines: b"\n".join(b"\0" * 512 + line for line in lines) + b"\n",
    "no newlines": lambda lines: b"".join(lines) + b"\n",
    "no newlines, nor one at the end": b"".join,
    "two on a line": lambda lines: (
        b"\n".join(map(b"".join, zip(lines[::2], [*lines[1::2], b""], strict=False))) + b"\n"
    ),
    "returns": lambda lines: b"\r".join(lines) + b"\r",
    "returns and newlines": lambda lines: b"\r\n".join(lines) + b"\r\n",
    "a cut record before each": _cut_before_each,
    "marks": lambda lines: b"\n".join(b"\xef\xbb\xbf" + line for line in lines) + b"\n",
    "UTF-16": lambda lines: b"\n".join(lines).decode().encode("utf-16"),
    "UTF-16 big-endian": lambda lines: b"\n".join(lines).decode().encode("utf-16-be"),
    "UTF-16 behind UTF-8": lambda lines: (
        lines[0] + b"\n" + (b"\n".join(lines[1:]) + b"\n").decode().encode("utf-16-le")
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("place", ["projects/shop/5d5f8a52-6f2e-4b43-8a30-1f0b6d1f7a01.jsonl", "anywhere.jsonl"])
def test_a_damaged_transcript_tells_what_a_sound_one_does(
    damage: str, place: str, tmp_path: Path, ingest: Any, tasks: Any
) -> None:
    path = tmp_path / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(DAMAGES[damage](_lines()))
    report = ingest(tmp_path)
    (row,) = tasks().values()
    assert (row["source_key"], row["status"]) == ("toolu_01", "completed")
    assert report.lines_read == report.lines_loaded + report.lines_skipped + report.lines_quarantined
    assert report.lines_loaded == 2, "each record is read once"
    assert ingest(tmp_path).files_read == 0


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_records_are_read(damage: str, tmp_path: Path, ingest: Any, tasks: Any) -> None:
    lines = [json.dumps(RECORD | {"id": f"run-{number}"}).encode() for number in range(5)]
    (tmp_path / "runs.jsonl").write_bytes(DAMAGES[damage](lines))
    report = ingest(tmp_path)
    assert set(tasks()) == {f"run-{number}" for number in range(5)}
    assert report.lines_loaded == 5
    assert report.lines_read == report.lines_loaded + report.lines_skipped + report.lines_quarantined


def _write(path: Path, content: bytes | dict[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode() + b"\n")
    return path


@pytest.mark.parametrize(
    "content", [STRANGE, b"Dear diary,\n", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"\0" * 100, b"[1]\n"]
)
def test_a_named_file_of_no_known_format_is_told_with_the_known_ones(
    content: Any, tmp_path: Path, ingest: Any, tasks: Any
) -> None:
    path = _write(tmp_path / "projects" / "strange.txt", content)
    (warning,) = ingest(path).warnings
    known = ", ".join(source.name for source in sources())
    assert f"{path} is not a known format. Known formats: {known}." in warning
    assert not tasks()


def test_a_folder_of_unknown_files_alone_is_a_warning_and_beside_known_ones_a_note(tmp_path: Path, ingest: Any) -> None:
    for number in range(5):
        _write(tmp_path / f"{number}.jsonl", STRANGE)
    report = ingest(tmp_path)
    assert f"5 files in {tmp_path} are not a known format" in report.warnings[0]
    _write(tmp_path / "runs.jsonl", RECORD)
    for _ in range(2):  # also where what is known has nothing new
        report = ingest(tmp_path)
        assert not report.warnings
        assert "5 files in" in report.notes[0]


def test_what_is_not_written_yet_is_no_unknown_format(tmp_path: Path, ingest: Any, tasks: Any) -> None:
    whole = json.dumps(RECORD).encode() + b"\n"
    for content in (b"", b"\n\n", whole[:40]):
        report = ingest(_write(tmp_path / "runs.jsonl", content))
        assert not report.warnings + report.notes
    ingest(_write(tmp_path / "runs.jsonl", whole))
    assert set(tasks()) == {"run-1"}


def test_a_home_is_known_by_its_files_names_or_their_content(tmp_path: Path, ingest: Any, warehouse: Any) -> None:
    home = tmp_path / "projects/shop"
    session = _write(home / "5d5f8a52-6f2e-4b43-8a30-1f0b6d1f7a01.jsonl", STRANGE)
    journal, runs = _write(home / "journal.jsonl", STRANGE), _write(home / "runs.jsonl", RECORD)
    found = {path: source_of(path) for path in (session, journal, runs)}
    assert {path: source and source.name for path, source in found.items()} == {
        session: "claude-code",
        journal: None,
        runs: "records",
    }
    report = ingest(tmp_path)
    assert not report.warnings + report.notes
    with warehouse.connect() as connection:
        read = dict(connection.execute("select path, source from learning.ingest_files").fetchall())
    assert read[str(journal)] == "claude-code", "what nobody claims there is read all the same"


def test_a_torn_packed_log_is_told_once(tmp_path: Path, ingest: Any, tasks: Any) -> None:
    import gzip

    content = b"".join(json.dumps(RECORD | {"id": f"run-{n}", "task": "x" * n}).encode() + b"\n" for n in range(900))
    path = _write(tmp_path / "runs.jsonl.gz", gzip.compress(content)[:-9])
    (warning,) = ingest(tmp_path).warnings
    assert f"{path} is cut or damaged" in warning
    assert len(tasks()) > 800
    assert not ingest(tmp_path).warnings


def test_the_command_fails_for_a_named_file_that_is_no_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, warehouse: Any
) -> None:
    strange, known = _write(tmp_path / "logs/strange.jsonl", STRANGE), _write(tmp_path / "logs/runs.jsonl", RECORD)
    monkeypatch.setenv("DATABASE_URL", warehouse.dsn)
    assert main(["ingest", "--logs", str(strange)]) == CANNOT_READ
    assert "is not a known format" in capsys.readouterr().err
    assert main(["ingest", "--logs", str(known.parent)]) == 0
    assert "strange.jsonl is not a known format" in capsys.readouterr().err
