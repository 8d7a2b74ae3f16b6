import json
import os
from pathlib import Path

import pytest

from recommender import baseline, claude_files
from recommender.baseline import Baseline, baseline_of
from recommender.published_rows import AgentSpec
from recommender.settings import claude_home, is_subagent_model_forced


@pytest.fixture(autouse=True)
def looks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have files looked at again: a program that asks twice within a second is answered from the first look."""
    monkeypatch.setattr(baseline, "_in_files", baseline._in_files.__wrapped__)
    for name in ("CLAUDE_CODE_SUBAGENT_MODEL", "CLAUDE_CODE_SUBAGENT_MODEL_FORCE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return the folder of a repository."""
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    return tmp_path / "repo"


def write_spec(folder: Path, name: str, model: str | None, file: str | None = None) -> Path:
    """Write a spec below a folder `agents`, `.claude/agents` of a project."""
    place = folder / "agents" if folder == claude_home() or "plugins" in folder.parts else folder / ".claude" / "agents"
    path = place / f"{file or name}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    named = "" if model is None else f"model: {model}\n"
    path.write_text(f"---\nname: {name}\ndescription: Does {name}.\n{named}---\nYou work.\n")
    return path


def model_of(agent: str | None, project: Path | str | None = None, **known: str) -> tuple[str, str] | None:
    found = baseline_of(agent, project=str(project) if project else None, **known)  # type: ignore[arg-type]
    return found[:2] if found else None


def test_the_call_goes_first_then_the_projects_spec_the_users_the_environment_and_the_parent(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLAUDE_CODE_SUBAGENT_MODEL", "claude-fable-5")
    write_spec(claude_home(), "both", "sonnet")
    write_spec(claude_home(), "own", "claude-sonnet-5")
    write_spec(project, "both", "haiku")
    parent = {"parent_model": "claude-opus-5-5"}
    assert model_of("both", project, asked="opus", **parent) == ("opus", "call")
    assert model_of("both", project, **parent) == ("haiku", "project_spec")
    assert model_of("own", project, **parent) == ("sonnet", "user_spec")
    assert model_of("nobody", project, **parent) == ("fable", "environment")
    monkeypatch.delenv("CLAUDE_CODE_SUBAGENT_MODEL")
    assert model_of("nobody", project, **parent) == ("opus", "parent")
    assert model_of("nobody", project) is None
    assert model_of(None) is None


def test_a_spec_that_names_no_model_hides_the_users_and_leaves_it_to_the_environment(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_spec(claude_home(), "open", "haiku")
    write_spec(project, "open", None)
    write_spec(project, "inherits", "inherit")
    parent = {"parent_model": "opus"}
    assert model_of("open", project, **parent) == ("opus", "parent")
    monkeypatch.setenv("CLAUDE_CODE_SUBAGENT_MODEL", "sonnet")
    assert model_of("open", project, **parent) == ("sonnet", "environment")
    assert model_of("inherits", project, **parent) == ("opus", "parent")  # `inherit` passes over the environment
    assert model_of("inherits", project) is None
    monkeypatch.setenv("CLAUDE_CODE_SUBAGENT_MODEL", "inherit")
    assert model_of("open", project, **parent) == ("opus", "parent")


@pytest.mark.parametrize(("value", "holds"), [("1", True), ("true", True), ("yes", True), ("0", False), ("", False)])
def test_a_forced_model_beats_all(project: Path, monkeypatch: pytest.MonkeyPatch, value: str, holds: bool) -> None:
    write_spec(project, "qa", "haiku")
    monkeypatch.setenv("CLAUDE_CODE_SUBAGENT_MODEL", "claude-sonnet-5")
    monkeypatch.setenv("CLAUDE_CODE_SUBAGENT_MODEL_FORCE", value)
    assert is_subagent_model_forced() == holds
    expected = ("sonnet", "forced") if holds else ("opus", "call")
    assert model_of("qa", project, asked="opus", parent_model="fable") == expected
    monkeypatch.delenv("CLAUDE_CODE_SUBAGENT_MODEL")
    assert model_of("qa", project, parent_model="fable") == (
        ("fable", "forced") if holds else ("haiku", "project_spec")
    )


def test_built_in_agents_have_their_own_way(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAUDE_CODE_SUBAGENT_MODEL", "haiku")
    assert model_of("statusline-setup", project, parent_model="opus") == ("sonnet", "built_in")
    assert model_of("Explore", project, parent_model="opus") == ("opus", "parent")
    assert model_of("Explore", project, parent_model="claude-fable-5-2") == ("opus", "built_in")
    assert model_of("Plan", project, parent_model="claude-fable-5-2") == ("fable", "parent")
    assert model_of("general-purpose", project, parent_model="opus") == ("haiku", "environment")
    write_spec(project, "Explore", "sonnet")
    assert model_of("Explore", project, parent_model="opus") == ("sonnet", "project_spec")


def test_a_repositorys_spec_speaks_for_its_own_project_only(tmp_path: Path, project: Path) -> None:
    write_spec(claude_home(), "security-reviewer", "opus")
    write_spec(tmp_path / "cloned", "security-reviewer", "haiku")
    (tmp_path / "cloned" / ".git").mkdir()
    assert model_of("security-reviewer", project) == ("opus", "user_spec")
    assert model_of("security-reviewer") == ("opus", "user_spec")
    assert model_of("security-reviewer", tmp_path / "cloned") == ("haiku", "project_spec")
    published = [AgentSpec("security-reviewer", "haiku", project=str(tmp_path / "cloned"))]
    assert baseline_of("security-reviewer", specs=published) == Baseline("opus", "user_spec")


def test_published_specs_serve_where_the_project_is_not_here(project: Path) -> None:
    published = [AgentSpec("own", "claude-opus-4-6"), AgentSpec("theirs", "haiku", project="/srv/elsewhere")]
    assert baseline_of("own", specs=published) == Baseline("opus", "user_spec")
    assert baseline_of("own", project="/srv/elsewhere", specs=published) == Baseline("opus", "user_spec")
    assert baseline_of("own", project=str(project), specs=published) is None
    assert baseline_of("theirs", specs=published) is None
    assert baseline_of("theirs", project="/srv/elsewhere", specs=published) is None


def test_the_nearest_folder_counts_up_to_the_repositorys_root(tmp_path: Path, project: Path) -> None:
    deep = project / "part" / "of"
    deep.mkdir(parents=True)
    write_spec(tmp_path, "above", "haiku")
    write_spec(project, "top", "haiku")
    write_spec(project, "both", "haiku")
    write_spec(project / "part", "both", "sonnet")
    assert model_of("top", deep) == ("haiku", "project_spec")
    assert model_of("both", deep) == ("sonnet", "project_spec")
    assert model_of("both", project) == ("haiku", "project_spec")
    assert model_of("above", deep) is None


def test_home_is_no_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path / ".claude"))
    write_spec(tmp_path, "own", "haiku")
    (tmp_path / "work").mkdir()
    assert model_of("own", tmp_path / "work") == ("haiku", "user_spec")
    assert model_of("own", tmp_path) == ("haiku", "user_spec")


def test_agents_go_by_the_name_in_their_spec(project: Path) -> None:
    write_spec(project, "qa", "haiku", file="deep/er/other-name")
    write_spec(project, "odd-name", "haiku")
    assert model_of("qa", project) == ("haiku", "project_spec")
    assert model_of("other-name", project) is None
    assert model_of("ODD_NAME", project) == ("haiku", "project_spec")


@pytest.mark.parametrize(
    ("text", "model"),
    [
        ('---\nname: "qa"\ndescription: |\n  Tests.\nmodel: "haiku"\n---\n', "haiku"),
        ("\ufeff---\r\nname: qa\r\ndescription: Tests.\r\nmodel: haiku  # fast\r\n---\r\n", "haiku"),
        ("---\nname: qa\ndescription: Use when: it fails\nmodel: Haiku\n---\n", "haiku"),
        ("---\nname: qa\ndescription:\n  Tests.\nmodel: haiku\n---\n", "haiku"),
        # Claude Code leaves out a spec without a description or a name.
        ("---\nname: qa\nmodel: haiku\n---\n", None),
        ("---\nname: qa\ndescription:\nmodel: haiku\n---\n", None),
        ("---\ndescription: Tests.\nmodel: haiku\n---\n", None),
        ("---\nname: qa\ndescription: Tests.\n---\nmodel: haiku\n", None),
        ("---\nname: qa\nmodel: haiku\n", None),
        ("# QA Agent\n\n> **Role:** Tests\n> **Model Tier:** Haiku\n", "haiku"),
        ("", None),
    ],
)
def test_specs_are_read_as_they_are_written(project: Path, text: str, model: str | None) -> None:
    path = project / ".claude" / "agents" / "qa.md"
    path.parent.mkdir(parents=True)
    path.write_bytes(text.encode())
    assert model_of("qa", project) == (model and (model, "project_spec"))


def test_two_specs_of_one_name_in_a_folder_tell_nothing_unless_they_agree(project: Path) -> None:
    write_spec(project, "qa", "haiku", file="one")
    write_spec(project, "qa", "haiku", file="two")
    assert model_of("qa", project, parent_model="opus") == ("haiku", "project_spec")
    write_spec(project, "qa", "opus", file="three")
    assert model_of("qa", project, parent_model="opus") is None


def test_a_plugins_agent_has_its_spec_in_the_plugin(project: Path) -> None:
    installed = claude_home() / "plugins" / "cache" / "kit"
    write_spec(installed, "helper", "haiku")
    write_spec(project, "helper", "opus")
    listed = {"kit@shelf": [{"installPath": str(installed)}], "other@shelf": [{"installPath": 7}]}
    (claude_home() / "plugins" / "installed_plugins.json").write_text(json.dumps({"version": 2, "plugins": listed}))
    assert model_of("kit:helper", project) == ("haiku", "user_spec")
    # Of a plugin that is not found, the spec may name any model.
    assert model_of("absent:helper", project, parent_model="opus") is None
    assert model_of("other:helper", project, parent_model="opus") is None


def test_specs_are_not_read_again_until_they_change(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_spec(project, "qa", "haiku")
    reads: list[Path] = []
    read = claude_files._read_head
    monkeypatch.setattr(claude_files, "_read_head", lambda path: (reads.append(path), read(path))[1])
    for _ in range(3):
        assert model_of("qa", project) == ("haiku", "project_spec")
    assert reads == [path]
    write_spec(project, "new", "sonnet")
    assert model_of("new", project) == ("sonnet", "project_spec")
    path.write_text(path.read_text().replace("haiku", "opus"))  # in place: the folder's time stays
    monkeypatch.setattr(claude_files, "RESCAN_S", -1.0)
    assert model_of("qa", project) == ("opus", "project_spec")


def test_asking_again_within_a_second_looks_at_no_file(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(baseline, "LOOKS_AGAIN_S", 3600.0)
    baseline._in_files.cache_clear()
    looks: list[str] = []
    monkeypatch.setattr(baseline, "declared_models", lambda folder, _agent: looks.append(folder) or set())
    for _ in range(3):
        baseline_of("qa", project=str(project))
    assert len(looks) == len(set(looks))


def test_what_is_no_spec_stops_nothing(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    agents = project / ".claude" / "agents"
    write_spec(project, "qa", "haiku")
    os.mkfifo(agents / "pipe.md")
    (agents / "gone.md").symlink_to("/nowhere")
    (agents / "folder.md").mkdir()
    (agents / "bytes.md").write_bytes(b"\xff\x00" * 100)
    assert model_of("qa", project) == ("haiku", "project_spec")
    for odd in ("/dev/null", "a\0b", "\ud800", "x" * 10_000, ".." * 5_000):
        assert model_of("qa", odd, parent_model="opus") == ("opus", "parent")
    assert model_of("../../etc/passwd", project, parent_model="opus") == ("opus", "parent")
    assert model_of(":", project) is None
    monkeypatch.setattr(claude_files, "MAX_SPECS", 0)
    claude_files._folders.clear()
    assert model_of("qa", project) is None
