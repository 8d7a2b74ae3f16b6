import json
import os
import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.cli import main
from recommender.home import snapshot_file
from recommender.hooks.hook import DEADLINE_MS
from recommender.hooks.installer import InstallError, install, uninstall
from recommender.settings import data_home
from recommender.snapshot import Snapshot
from recommender.snapshot_file import write_snapshot

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
values = st.recursive(
    scalars | st.just("spawnwise") | st.just("/usr/bin/echo spawnwise hook"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text() | st.just("hooks"), inner, max_size=3),
    max_leaves=12,
)
commands = st.fixed_dictionaries(
    {"type": st.just("command"), "command": st.text()}, optional={"timeout": st.integers()}
)
groups = values | st.fixed_dictionaries(
    {"hooks": st.lists(commands | values, max_size=3)}, optional={"matcher": values}
)
events = st.sampled_from(["PreToolUse", "SubagentStop", "PostToolUse", "Stop"])
documents = st.dictionaries(
    st.sampled_from(["env", "permissions", "model"]) | st.text(), values, max_size=4
) | st.fixed_dictionaries(
    {"hooks": values | st.dictionaries(events, values | st.lists(groups, max_size=3))}, optional={"env": values}
)
layouts = st.sampled_from([{}, {"indent": 4}, {"indent": "\t", "ensure_ascii": False}, {"separators": (",", ":")}])


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("claude")


def put(home: Path, content: bytes | None) -> Path:
    path = home / "settings.json"
    path.unlink(missing_ok=True)
    if content is not None:
        path.write_bytes(content)
    return path


def installed_commands(path: Path) -> list[str]:
    hooks: dict[str, Any] = json.loads(path.read_bytes())["hooks"]
    return [hook["command"] for groups in hooks.values() for group in groups for hook in group["hooks"]]


@given(documents, layouts, st.sampled_from(["audit", "advise", "enforce"]))
@settings(max_examples=300, deadline=None)
def test_uninstall_restores_any_settings_to_the_byte(
    home: Path, document: dict[str, Any], layout: dict[str, Any], mode: str
) -> None:
    content = json.dumps(document, **layout).encode(errors="surrogatepass")
    path = put(home, content)
    try:
        install(home, mode)
    except InstallError:
        assert path.read_bytes() == content
        return
    assert install(home, mode) == []
    install(home, "enforce")
    uninstall(home)
    assert path.read_bytes() == content
    assert [file.name for file in home.iterdir()] == ["settings.json"]
    assert uninstall(home) == []


@given(documents, documents)
@settings(max_examples=300, deadline=None)
def test_what_is_edited_by_hand_between_stays(home: Path, before: dict[str, Any], edit: dict[str, Any]) -> None:
    path = put(home, json.dumps(before).encode())
    try:
        install(home, "advise")
    except InstallError:
        return
    edit.pop("hooks", None)
    path.write_text(json.dumps({**json.loads(path.read_bytes()), **edit}))
    install(home, "audit")
    uninstall(home)
    assert json.loads(path.read_bytes()) == {**before, **edit}


def test_hooks_of_others_stay_where_they_are(tmp_path: Path) -> None:
    theirs = {"matcher": "Bash", "hooks": [{"type": "command", "command": "lint"}]}
    path = put(tmp_path, json.dumps({"hooks": {"PreToolUse": [theirs]}}).encode())
    install(tmp_path, "enforce", "deny")
    document = json.loads(path.read_bytes())
    assert document["hooks"]["PreToolUse"][0] == theirs
    ours = document["hooks"]["PreToolUse"][1]
    assert ours["matcher"] == "Agent|Task"
    assert ours["hooks"][0]["command"].endswith(
        f"spawnwise hook pre-spawn --mode enforce --by deny --home {data_home()}"
    )
    assert ours["hooks"][0]["timeout"] * 1000 > DEADLINE_MS
    ours["hooks"].append({"type": "command", "command": "added by hand"})
    path.write_text(json.dumps(document))
    uninstall(tmp_path)
    assert installed_commands(path) == ["lint", "added by hand"]


def test_another_mode_replaces_the_one_before(tmp_path: Path) -> None:
    install(tmp_path, "audit")
    install(tmp_path, "enforce")
    found = installed_commands(tmp_path / "settings.json")
    assert len(found) == 2
    assert "--mode enforce" in found[0]


def test_where_there_were_no_settings_none_are_left(tmp_path: Path) -> None:
    home = tmp_path / ".claude"
    assert install(home, "advise")[0].startswith("write")
    assert (home / "skills" / "agent-model-selector" / "SKILL.md").read_text().startswith("---\nname: agent-model-")
    uninstall(home)
    assert list(home.iterdir()) == []


def test_a_dry_run_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["install", "--dry-run"]) == 0
    assert capsys.readouterr().out.startswith("would write .claude/settings.json")
    assert list(tmp_path.iterdir()) == []
    assert main(["install", "--project", "--mode", "audit"]) == 0
    assert main(["uninstall", "--dry-run"]) == 0
    assert len(installed_commands(tmp_path / ".claude" / "settings.json")) == 2


def test_the_users_own_home_is_claudes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path / "elsewhere"))
    assert main(["install", "--user"]) == 0
    assert (tmp_path / "elsewhere" / "settings.json").exists()


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"[]",
        b"{} // comment",
        b"\xff\xfe",
        b'{"hooks": {"PreToolUse": {}}}',
        b'{"hooks": 1}',
        b'{"a": 1e999}',
        b"[" * 100_000,
    ],
)
def test_settings_that_cannot_be_merged_are_left_alone(
    tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path))
    path = put(tmp_path, content)
    assert main(["install", "--user"]) == 1
    assert "Fix it and try again" in capsys.readouterr().err
    assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]


def test_a_skill_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    skill = tmp_path / "skills" / "agent-model-selector" / "SKILL.md"
    skill.parent.mkdir(parents=True)
    skill.write_text("mine")
    with pytest.raises(InstallError, match="belongs to something else"):
        install(tmp_path, "advise")
    uninstall(tmp_path)
    assert skill.read_text() == "mine"


def test_links_and_modes_are_kept(tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.json"
    real.write_text("{}")
    real.chmod(0o600)
    home = tmp_path / "home"
    home.mkdir()
    (home / "settings.json").symlink_to(real)
    install(home, "advise")
    assert (home / "settings.json").is_symlink()
    assert real.stat().st_mode & 0o777 == 0o600
    assert len(installed_commands(real)) == 2


def test_a_link_to_nothing_is_still_one_after_uninstall(tmp_path: Path) -> None:
    home, real = tmp_path / "home", tmp_path / "dotfiles" / "settings.json"
    home.mkdir()
    (home / "settings.json").symlink_to(real)
    install(home, "advise")
    assert len(installed_commands(real)) == 2
    uninstall(home)
    assert (home / "settings.json").is_symlink()
    assert not real.exists()


def test_settings_that_are_no_file_are_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "settings.json")
    (tmp_path / "hooks.json").symlink_to(tmp_path / "hooks.json")
    for client in ("claude", "codex"):
        with pytest.raises(InstallError):
            install(tmp_path, "advise", client=client)


@given(documents, layouts)
@settings(max_examples=100, deadline=None)
def test_codexs_hooks_are_restored_to_the_byte(home: Path, document: dict[str, Any], layout: dict[str, Any]) -> None:
    content = json.dumps(document, **layout).encode(errors="surrogatepass")
    path = home / "hooks.json"
    path.write_bytes(content)
    try:
        install(home, "enforce", client="codex")
    except InstallError:
        assert path.read_bytes() == content
        return
    (ours,) = [group for group in json.loads(path.read_bytes())["hooks"]["PreToolUse"] if "codex-spawn" in str(group)]
    assert ours["matcher"] == ".*spawn_agent"
    assert install(home, "enforce", client="codex") == []
    uninstall(home, client="codex")
    assert path.read_bytes() == content
    path.unlink()
    assert not list(home.glob("hooks.json*"))


def test_opencodes_plugin_comes_and_goes(tmp_path: Path) -> None:
    plugin = tmp_path / "plugins" / "spawnwise.js"
    assert install(tmp_path, "enforce", client="opencode") == [f"write {plugin}"]
    (line,) = [line for line in plugin.read_text().splitlines() if line.startswith("const COMMAND = ")]
    command = shlex.split(json.loads(line.partition(" = ")[2]))
    assert command[1:] == ["hook", "opencode-spawn", "--mode", "enforce", "--home", str(data_home())]
    assert install(tmp_path, "enforce", client="opencode") == []
    uninstall(tmp_path, client="opencode")
    assert list(tmp_path.iterdir()) == []
    plugin.parent.mkdir()
    plugin.write_text("export const Other = 1")
    with pytest.raises(InstallError, match="belongs to something else"):
        install(tmp_path, "enforce", client="opencode")


def test_the_command_names_a_data_home_that_a_variable_chooses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SPAWNWISE_HOME")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "of a shell"))
    install(tmp_path, "advise")
    assert all(
        shlex.split(each)[-2:] == ["--home", str(data_home())]
        for each in installed_commands(tmp_path / "settings.json")
    )
    monkeypatch.delenv("XDG_DATA_HOME")
    install(tmp_path, "advise")
    assert "--home" not in " ".join(installed_commands(tmp_path / "settings.json"))


def test_invented_work_is_not_enforced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write_snapshot(snapshot_file(), Snapshot("none", datetime.now(UTC), is_sample=True))
    assert main(["install", "--mode", "enforce"]) == 1
    assert "invented work" in capsys.readouterr().err
    assert not (tmp_path / ".claude").exists()
    assert main(["install", "--mode", "audit"]) == 0
    assert "invented work" in capsys.readouterr().err
    write_snapshot(snapshot_file(), Snapshot("none", datetime.now(UTC)))
    assert main(["install", "--mode", "enforce"]) == 0
    assert "invented work" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("client", "variable", "written"),
    [("codex", "CODEX_HOME", "hooks.json"), ("opencode", "XDG_CONFIG_HOME", "opencode/plugins/spawnwise.js")],
)
def test_other_clients_are_installed_for_all_projects(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    client: str,
    variable: str,
    written: str,
) -> None:
    monkeypatch.setenv(variable, str(tmp_path))
    assert main(["install", "--client", client, "--mode", "enforce"]) == 0
    assert (tmp_path / written).exists()
    assert ("enter /hooks" in capsys.readouterr().err) == (client == "codex")
    assert main(["uninstall", "--client", client]) == 0
    assert not (tmp_path / written).exists()
