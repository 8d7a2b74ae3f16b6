"""Logs of several orchestrators in one run, and files that cannot be read."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipelines.ingest import intake
from pipelines.ingest.files import scan as scan_module
from pipelines.ingest.inputs import inputs_for, sample_folder
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from tests.support.transcripts import Transcript

RECORD = {
    "id": "run-1",
    "agent": "tester",
    "task": "Write tests for the parser",
    "model": "claude-haiku-4-5",
    "success": True,
    "spawned_at": "2026-03-01T10:00:00Z",
}


def test_other_orchestrators_logs_are_read_in_the_same_run(tmp_path: Path, ingest: Any, tasks: Any) -> None:
    log = Transcript()
    log.spawn()
    log.write(tmp_path / "home")
    (tmp_path / "runs.jsonl").write_text(json.dumps(RECORD) + "\n")
    report = ingest(tmp_path / "home", tmp_path / "runs.jsonl")
    assert (report.files_read, report.spawns_new) == (2, 2)
    assert tasks()["run-1"]["agent_used"] == "tester"
    assert ingest(tmp_path / "home", tmp_path / "runs.jsonl").files_read == 0


def test_a_file_that_cannot_be_read_is_said_and_tried_again(
    tmp_path: Path, ingest: Any, tasks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = Transcript()
    log.spawn()
    log.write(tmp_path)

    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(scan_module, "open_log", refuse)
    report = ingest(tmp_path)
    assert "Permission denied" in report.warnings[0]
    assert not tasks()
    monkeypatch.undo()
    monkeypatch.setenv("DATABASE_URL", "")
    assert ingest(tmp_path).spawns_new == 1


def test_what_a_batch_wrote_stays_when_a_later_one_fails(
    tmp_path: Path, ingest: Any, tasks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        log = Transcript(session=f"{number}d5f8a52-6f2e-4b43-8a30-1f0b6d1f7a01")
        log.spawn(f"toolu_{number}")
        log.write(tmp_path)
    monkeypatch.setattr(intake, "BATCH_FILES", 1)
    write, calls = intake.write_files, []

    def fail_at_the_second(*arguments: Any) -> None:
        calls.append(arguments)
        if len(calls) == 2:
            raise RuntimeError
        write(*arguments)

    monkeypatch.setattr(intake, "write_files", fail_at_the_second)
    with pytest.raises(RuntimeError):
        ingest(tmp_path)
    assert len(tasks()) == 1, "rows and the mark of how far the file was read commit together"
    monkeypatch.setattr(intake, "write_files", write)
    assert ingest(tmp_path).spawns_new == 2


def test_the_sample_does_not_come_back_once_real_logs_were_read(
    tmp_path: Path, ingest: Any, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path / "claude"))
    settings = Settings(home=tmp_path / "data", DATABASE_URL=None)
    sample = sample_folder(settings)
    assert inputs_for(warehouse, settings).logs == (sample,)
    ingest(sample)
    named = settings.model_copy(update={"logs": (sample,), "specs": (sample,)})
    assert inputs_for(warehouse, named).is_sample
    log = Transcript()
    log.spawn()
    log.write(tmp_path / "real")
    ingest(tmp_path / "real")
    for told in (settings, named):
        inputs = inputs_for(warehouse, told)
        assert (inputs.logs, inputs.is_sample) == ((tmp_path / "claude",), False)
        assert sample not in inputs.specs
