import os
from pathlib import Path

import pytest

from pipelines.ingest.specs.spec_files import default_spec_folders, find_spec_files


def write(root: Path, *places: str) -> None:
    for place in places:
        path = root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("---\nname: x\n---\nYou are x.\n")


def found(root: Path) -> list[tuple[str, str | None]]:
    return [(file.path.relative_to(root.resolve()).as_posix(), file.plugin) for file in find_spec_files(root)]


def test_project_holds_specs_in_claude_folders_and_archives(tmp_path: Path) -> None:
    write(tmp_path, ".claude/agents/a.md", ".claude/agents/deep/b.md", ".claude/archive/agents/c.md")
    write(tmp_path, "src/agents/no.md", "docs/no.md", "node_modules/x/.claude/agents/no.md", ".git/agents/no.md")
    assert found(tmp_path) == [
        (".claude/agents/a.md", None),
        (".claude/agents/deep/b.md", None),
        (".claude/archive/agents/c.md", None),
    ]


def test_capital_agents_folder_is_found(tmp_path: Path) -> None:
    write(tmp_path, ".claude/Agents/a.md")
    assert found(tmp_path) == [(".claude/Agents/a.md", None)]


def test_plugins_give_their_name(tmp_path: Path) -> None:
    write(tmp_path, "plugins/python/agents/pro.md", "plugins/cache/market/web/1.2.0/agents/ui.md")
    manifest = tmp_path / "plugins/cache/market/web/1.2.0/.claude-plugin/plugin.json"
    manifest.parent.mkdir()
    manifest.write_text('{"name": "web-tools"}')
    assert found(tmp_path) == [
        ("plugins/cache/market/web/1.2.0/agents/ui.md", "web-tools"),
        ("plugins/python/agents/pro.md", "python"),
    ]


@pytest.mark.parametrize("manifest", ["{", "[]", '{"name": 3}'])
def test_plugin_with_a_broken_manifest_goes_by_its_folder(tmp_path: Path, manifest: str) -> None:
    write(tmp_path, "mine/agents/pro.md")
    (tmp_path / "mine/.claude-plugin").mkdir()
    (tmp_path / "mine/.claude-plugin/plugin.json").write_text(manifest)
    assert found(tmp_path) == [("mine/agents/pro.md", "mine")]


def test_claude_home_is_searched_without_its_transcripts(tmp_path: Path) -> None:
    write(tmp_path, "agents/a.md", "projects/p/agents/no.md", "commands/no.md", "skills/s/SKILL.md")
    assert found(tmp_path) == [("agents/a.md", None)]


def test_agents_folder_itself_may_be_given(tmp_path: Path) -> None:
    write(tmp_path, ".claude/agents/a.md")
    assert found(tmp_path / ".claude/agents") == [("a.md", None)]


def test_own_agents_come_before_plugins_and_archives(tmp_path: Path) -> None:
    write(tmp_path, ".claude/archive/agents/a.md", ".claude/agents/a.md", ".claude/plugins/p/agents/a.md")
    order = [(path.split("/")[1], plugin) for path, plugin in found(tmp_path)]
    assert order == [("agents", None), ("archive", None), ("plugins", "p")]


def test_what_is_no_spec_by_name_or_folder_is_left_out(tmp_path: Path) -> None:
    write(tmp_path, "agents/a.md", "agents/README.md", "agents/CLAUDE.md", "agents/LICENSE.md", "agents/b.txt")
    write(tmp_path, "agents/commands/c.md", "agents/skills/s/SKILL.md", "agents/references/r.md", "agents/.hidden.md")
    assert found(tmp_path) == [("agents/a.md", None)]


def test_plain_folder_gives_candidates_that_their_content_decides(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "sub/b.md", "README.md")
    assert [(file.path.name, file.is_certain) for file in find_spec_files(tmp_path)] == [
        ("a.md", False),
        ("b.md", False),
    ]


def test_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(find_spec_files(tmp_path / "none"))


def test_loop_of_links_ends(tmp_path: Path) -> None:
    write(tmp_path, ".claude/agents/a.md")
    (tmp_path / ".claude/agents/loop").symlink_to(tmp_path)
    assert found(tmp_path) == [(".claude/agents/a.md", None)]


def test_default_folders_are_the_project_then_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "project/.claude").mkdir(parents=True)
    (tmp_path / "user").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path / "user"))
    assert default_spec_folders() == (tmp_path / "project/.claude", tmp_path / "user")


def test_a_pipe_is_no_spec(tmp_path: Path) -> None:
    write(tmp_path, ".claude/agents/a.md")
    os.mkfifo(tmp_path / ".claude" / "agents" / "pipe.md")
    assert found(tmp_path) == [(".claude/agents/a.md", None)]
