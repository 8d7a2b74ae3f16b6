"""The transcripts in a repository with Entire's checkpoints."""

import json
import os
import pickle
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from pipelines.ingest.files.find import find_logs
from pipelines.ingest.files.log_file import LogFile
from pipelines.ingest.files.scan import scan
from tests.support.transcripts import SESSION, Transcript

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="no git here")

IDENTITY = {f"GIT_{who}_{what}": "ann@orchard" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
BRANCH = "refs/heads/entire/checkpoints/v1"


def git(folder: Path, *arguments: str, given: str = "") -> str:
    environment = {**os.environ, **IDENTITY, "GIT_INDEX_FILE": str(folder / "test-index"), "HOME": str(folder)}
    command = ["git", "-C", str(folder), *arguments]
    done = subprocess.run(command, input=given, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def commit(folder: Path, files: dict[str, str], ref: str = BRANCH) -> None:
    """Make a commit of these files alone, without touching what is checked out."""
    (folder / "test-index").unlink(missing_ok=True)
    for path, content in files.items():
        blob = git(folder, "hash-object", "-w", "--stdin", given=content)
        git(folder, "update-index", "--add", "--cacheinfo", f"100644,{blob},{path}")
    git(folder, "update-ref", ref, git(folder, "commit-tree", git(folder, "write-tree"), "-m", "checkpoint"))


def session(*spawns: str) -> str:
    log = Transcript()
    for spawn in spawns:
        log.spawn(spawn)
    return "".join(json.dumps(line) + "\n" for line in log.lines)


def checkpoint(folder: str, content: str, session_id: str = SESSION) -> dict[str, str]:
    about = {"session_id": session_id, "created_at": "2026-09-01T10:00:00Z", "agent": "Claude Code"}
    return {
        f"{folder}metadata.json": "{}",
        f"{folder}0/metadata.json": json.dumps(about),
        f"{folder}0/full.jsonl": content,
        f"{folder}0/transcript.jsonl": '{"v": 1, "agent": "claude-code"}\n',
        f"{folder}0/prompt.txt": "Prune the trees",
    }


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "orchard"
    folder.mkdir()
    git(folder, "init", "-q", ".")
    (folder / "data.jsonl").write_text("{}\n")
    return folder


def read(place: Path) -> dict[str, Any]:
    found = find_logs([place])
    assert found.warnings == []
    facts: dict[str, Any] = {}
    for log in pickle.loads(pickle.dumps(found.files)):  # as they come to a worker
        result = scan(log, None)
        assert (result.source, result.warnings) == ("claude-code", [])
        facts |= {key: held for key, held in result.facts.items() if "call" in held}
    return facts


def test_of_each_session_the_longest_transcript_is_read(repository: Path) -> None:
    first, second = checkpoint("ab/cdef012345/", session("toolu_1")), session("toolu_1", "toolu_2")
    commit(repository, first | checkpoint("0f/f8ca6db1c9/", second))
    assert [log.size for log in find_logs([repository]).files] == [len(second)]
    assert set(read(repository)) == {"toolu_1", "toolu_2"}


def test_it_is_another_file_only_where_it_has_grown(repository: Path) -> None:
    def found() -> list[LogFile]:
        return find_logs([repository]).files

    one = checkpoint("ab/cdef012345/", session("toolu_1"))
    commit(repository, one)
    before = found()
    commit(repository, one | checkpoint("cd/cdef012345/", "{}\n", "another-session"))
    assert before[0] in found()
    commit(repository, one | checkpoint("ef/cdef012345/", session("toolu_1", "toolu_2")))
    assert before[0] not in found()


@pytest.mark.parametrize(
    ("ref", "folder"),
    [
        (BRANCH, "ab/cdef012345/"),
        ("refs/remotes/origin/entire/checkpoints/v1", "ab/cdef012345/"),
        ("refs/entire/checkpoints/45/abcdef012345", ""),
    ],
)
def test_branches_and_refs_hold_them(repository: Path, ref: str, folder: str) -> None:
    commit(repository, checkpoint(folder, session("toolu_1")), ref)
    assert set(read(repository)) == {"toolu_1"}
    assert set(read(repository / ".git")) == {"toolu_1"}, "a bare repository looks like this"


def test_an_agents_own_transcript_belongs_to_its_spawn(repository: Path) -> None:
    files = checkpoint("ab/cdef012345/", session("toolu_1"))
    own = {"type": "assistant", "sessionId": SESSION, "agentId": "a7", "isSidechain": True, "message": {"id": "m1"}}
    files["ab/cdef012345/tasks/toolu_1/agent-a7.jsonl"] = json.dumps(own) + "\n"
    files["ab/cdef012345/tasks/toolu_1/task.json"] = "{}"
    commit(repository, files)
    names = [log.path.name for log in find_logs([repository]).files]
    assert sorted(names) == ["agent-a7.jsonl", "full.jsonl"]
    agents = [log.origin().agent_id for log in find_logs([repository]).files]
    assert sorted(agents) == ["", "a7"]


def test_a_repository_without_checkpoints_is_a_folder(repository: Path) -> None:
    assert [log.path.name for log in find_logs([repository]).files] == ["data.jsonl"]


def test_an_exported_checkpoint_is_read_without_its_short_form(tmp_path: Path) -> None:
    for path, content in checkpoint("ab/cdef012345/", session("toolu_1")).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(content)
    (tmp_path / "ab/cdef012345/0/full.jsonl.001").write_text(session("toolu_2"))
    assert set(read(tmp_path)) == {"toolu_1", "toolu_2"}


def test_nothing_of_the_repository_is_run_or_written(repository: Path, tmp_path: Path) -> None:
    commit(repository, checkpoint("ab/cdef012345/", session("toolu_1")))
    alarm = tmp_path / "ran"
    for name in ("core.fsmonitor", "core.pager", "core.sshCommand", "uploadpack.packObjectsHook", "core.editor"):
        git(repository, "config", name, f"touch {alarm}; false")
    before = {path: path.stat().st_mtime_ns for path in repository.rglob("*")}
    assert set(read(repository)) == {"toolu_1"}
    assert not alarm.exists()
    assert {path: path.stat().st_mtime_ns for path in repository.rglob("*")} == before


def test_without_git_a_person_is_told(repository: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    commit(repository, checkpoint("ab/cdef012345/", session("toolu_1")))
    git(repository, "pack-refs", "--all")
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    assert "git is not installed" in find_logs([repository]).warnings[0]


def test_where_there_are_no_checkpoints_git_is_not_missed(
    repository: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    assert find_logs([repository]).warnings == []
