"""Which files are logs, and what a person is told where there are none."""

import os
from pathlib import Path

import pytest

from pipelines.commands.ingest import in_words
from pipelines.ingest.files.find import find_logs
from pipelines.ingest.intake import IngestReport
from tests.support.transcripts import Transcript


@pytest.fixture
def home(tmp_path: Path) -> Path:
    Transcript().write(tmp_path / "home")
    return tmp_path / "home"


def test_a_home_a_folder_a_file_and_a_glob_find_each_log_once(home: Path) -> None:
    log = next(home.rglob("*.jsonl"))
    sources = [home, home / "projects", log, home / "projects" / "*" / "*.jsonl", home / "**" / "*.jsonl"]
    assert [file.path for file in find_logs(sources).files] == [log]


def test_other_folders_of_a_home_are_left_alone(home: Path) -> None:
    (home / "file-history").mkdir()
    (home / "file-history" / "a.jsonl").write_text("{}\n")
    assert len(find_logs([home]).files) == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs here")
def test_only_regular_files_are_read(home: Path) -> None:
    project = next(home.rglob("*.jsonl")).parent
    os.mkfifo(project / "pipe.jsonl")
    (project / "folder.jsonl").mkdir()
    (project / "loop").symlink_to(project)
    (project / "self.jsonl").symlink_to(project / "self.jsonl")
    (project / "gone.jsonl").symlink_to(project / "nowhere")
    found = find_logs([home])
    assert len(found.files) == 1
    assert len(found.warnings) == 2


def test_descriptions_and_compactions_are_read_and_journals_are_not(home: Path) -> None:
    folder = home / "projects" / "p" / "s" / "subagents" / "workflows" / "run"
    folder.mkdir(parents=True)
    for name in ("agent-acompact-1.jsonl", "agent-a1.jsonl", "agent-a1.meta.json", "journal.json"):
        (folder / name).write_text("{}")
    assert {file.path.name for file in find_logs([folder]).files} == {
        "agent-acompact-1.jsonl",
        "agent-a1.jsonl",
        "agent-a1.meta.json",
    }


def test_what_is_missing_is_said_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "does not exist" in find_logs([tmp_path / "nowhere"]).warnings[0]
    assert "projects/<project>/<session>.jsonl" in find_logs([tmp_path / "empty"]).warnings[0]


@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_folder_is_said(home: Path) -> None:
    folder = next(home.rglob("*.jsonl")).parent
    folder.chmod(0)
    try:
        assert "Check its permissions" in find_logs([home]).warnings[0]
    finally:
        folder.chmod(0o700)


def test_counts_of_what_was_read_have_their_right_nouns() -> None:
    one = IngestReport(files=1, lines_read=1, lines_loaded=1, spawns_total=1, spawns_new=1)
    assert in_words(one).splitlines() == [
        "1 log found, 0 new or changed.",
        "1 line read: 1 about spawns, 0 about other things, 0 quarantined.",
        "1 spawn known: 1 new, 0 updated.",
    ]
    many = IngestReport(files=1_200, files_read=3, bytes_read=2_000_000, seconds=0.5)
    assert in_words(many).startswith("1,200 logs found, 3 new or changed (2.0 MB, 4 MB/s).")
