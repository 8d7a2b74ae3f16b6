from pathlib import Path
from typing import Any

import pytest

from pipelines.ingest.facts import join
from pipelines.ingest.who import Who, home_of, note_reading, repository_in, repository_name, who_of

HTTPS = "https://github.com/Acme/Api.git"


def spawn(project: str = "", **call: str) -> dict[str, Any]:
    return {"call": [0, 1, {"project": project, **call}]}


def told(facts: dict[str, Any]) -> Who:
    return who_of(facts, facts["call"][2])


@pytest.fixture(autouse=True)
def reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPAWNWISE_HOST", "laptop")
    monkeypatch.delenv("SPAWNWISE_USER", raising=False)


@pytest.mark.parametrize(
    ("folder", "person"),
    [
        ("/home/ann/code/api", "ann"),
        ("/Users/ann/api", "ann"),
        ("C:/Users/Ann B/api", "Ann B"),
        ("/root/api", "root"),
        ("/home/ann", "ann"),
        ("/Users/Shared/api", None),
        ("/srv/home/ann/api", None),
        ("/workspace/api", None),
        ("api", None),
        ("", None),
    ],
)
def test_a_home_tells_whose_it_is(folder: str, person: str | None) -> None:
    assert home_of(folder) == person


@pytest.mark.parametrize(
    ("url", "repository"),
    [
        (HTTPS, "github.com/Acme/Api"),
        ("https://ann:pass-7391@GitHub.com/Acme/Api", "github.com/Acme/Api"),
        ("git@github.com:Acme/Api.git", "github.com/Acme/Api"),
        ("ssh://git@git.acme.io:2222/team/sub/api.git/", "git.acme.io/team/sub/api"),
        ("github.com/Acme/Api", "github.com/Acme/Api"),
        ("Acme/Api", "Acme/Api"),
        ("/srv/git/api.git", ""),
        ("C:/git/api", ""),
        (None, ""),
        (7, ""),
    ],
)
def test_a_repository_has_one_name_however_it_is_cloned(url: object, repository: str) -> None:
    assert repository_name(url) == repository


def test_a_log_comes_before_a_setting_a_setting_before_a_home_and_a_home_before_the_owner(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    log = tmp_path / "log.jsonl"
    log.touch()
    at_home, elsewhere = spawn("/home/ann/api"), spawn("/srv/api")
    note_reading({"a": at_home, "b": elsewhere}, log)
    assert told(at_home) == Who("ann", "laptop", None)
    assert told(elsewhere) == Who(log.owner(), "laptop", None)

    monkeypatch.setenv("SPAWNWISE_USER", "a.smith")
    named, known = spawn("/home/ann/api"), spawn("/home/ann/api", user="ann@acme.io", host="box", repository="x/y")
    note_reading({"a": named, "b": known}, log)
    assert told(named).user == "a.smith"
    assert told(known) == Who("ann@acme.io", "box", "x/y")


def test_a_log_that_another_machine_read_tells_the_same_in_any_order(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    read = {}
    for host in ("a", "b"):
        monkeypatch.setenv("SPAWNWISE_HOST", host)
        note_reading({"a": read.setdefault(host, spawn("/srv/api"))}, tmp_path)
    assert told(join(read["a"], read["b"])) == told(join(read["b"], read["a"]))


def test_the_repository_of_a_checkout_of_a_folder_in_it_and_of_a_worktree(tmp_path: Path) -> None:
    git = tmp_path / "api" / ".git"
    (git / "worktrees" / "fix").mkdir(parents=True)
    (git / "config").write_text(
        f'[core]\n\tbare = false\n[remote "up"]\n\turl = x\n[remote "origin"]\n\turl = {HTTPS}\n'
    )
    inner, worktree = tmp_path / "api" / "src", tmp_path / "fix"
    inner.mkdir()
    worktree.mkdir()
    (worktree / ".git").write_text(f"gitdir: {git / 'worktrees' / 'fix'}\n")
    for folder in (tmp_path / "api", inner, worktree):
        assert repository_in(str(folder)) == "github.com/Acme/Api"


@pytest.mark.parametrize("folder", ["//elsewhere/share/api", "api", "", "/nowhere/at/all"])
def test_nothing_is_looked_for_on_other_machines_nor_where_nothing_is(folder: str) -> None:
    assert repository_in(folder) == ""
