from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipelines.ingest.specs.agent_specs import SpecReport, ingest_specs
from pipelines.ingest.specs.spec_assets import agent_specs
from pipelines.progress import SilentProgress
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse


def write_spec(root: Path, name: str, body: str = "You work.", place: str = ".claude/agents") -> Path:
    path = root / place / f"{name}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"---\nname: {name}\ndescription: Does {name}\nmodel: haiku\n---\n{body}\n")
    return path


def ingest(warehouse: Warehouse, *folders: Path) -> SpecReport:
    return ingest_specs(warehouse, Settings(), folders, SilentProgress())


def rows(warehouse: Warehouse) -> dict[str, tuple[Any, ...]]:
    with warehouse.connect() as connection:
        found = connection.execute(
            "select agent_name, declared_model, spec_text, spec_hash, updated_at, removed_at from learning.agent_specs"
        ).fetchall()
    return {row[0]: row[1:] for row in found}


def test_specs_come_in_and_stay_as_they_are(warehouse: Warehouse, tmp_path: Path) -> None:
    write_spec(tmp_path, "qa")
    write_spec(tmp_path, "dba")
    assert ingest(warehouse, tmp_path).added == 2
    before = rows(warehouse)
    report = ingest(warehouse, tmp_path)
    assert (report.added, report.changed, report.unchanged, report.removed) == (0, 0, 2, 0)
    assert rows(warehouse) == before


def test_changed_spec_gets_a_new_hash(warehouse: Warehouse, tmp_path: Path) -> None:
    write_spec(tmp_path, "qa")
    ingest(warehouse, tmp_path)
    before = rows(warehouse)["qa"]
    write_spec(tmp_path, "qa", "You work hard.")
    assert ingest(warehouse, tmp_path).changed == 1
    assert rows(warehouse)["qa"][2] != before[2]


def test_removed_spec_is_marked_and_can_return(warehouse: Warehouse, tmp_path: Path) -> None:
    path = write_spec(tmp_path, "qa")
    ingest(warehouse, tmp_path)
    path.unlink()
    assert ingest(warehouse, tmp_path).removed == 1
    assert rows(warehouse)["qa"][-1] is not None
    write_spec(tmp_path, "qa")
    assert ingest(warehouse, tmp_path).changed == 1
    assert rows(warehouse)["qa"][-1] is None


def test_specs_of_other_folders_stay(warehouse: Warehouse, tmp_path: Path) -> None:
    write_spec(tmp_path / "one", "qa")
    write_spec(tmp_path / "one-more", "dba")
    ingest(warehouse, tmp_path / "one", tmp_path / "one-more")
    assert ingest(warehouse, tmp_path / "one").removed == 0


def test_folder_that_is_gone_is_an_error_and_removes_nothing(warehouse: Warehouse, tmp_path: Path) -> None:
    write_spec(tmp_path / "one", "qa")
    ingest(warehouse, tmp_path / "one")
    (tmp_path / "one").rename(tmp_path / "two")
    report = ingest(warehouse, tmp_path / "one")
    assert report.removed == 0
    assert "one: cannot be read" in report.errors[0]
    assert "Check the path" in report.errors[0]


def test_spec_that_cannot_be_read_is_an_error_and_stays(warehouse: Warehouse, tmp_path: Path) -> None:
    path = write_spec(tmp_path, "qa")
    write_spec(tmp_path, "dba")
    ingest(warehouse, tmp_path)
    path.write_text("")
    report = ingest(warehouse, tmp_path)
    assert "qa.md: not read: empty" in report.errors[0]
    assert (report.specs, report.removed) == (1, 0)


def test_first_folder_wins_a_collision(warehouse: Warehouse, tmp_path: Path) -> None:
    write_spec(tmp_path / "project", "qa", "Project's.")
    write_spec(tmp_path / "user", "qa", "User's.")
    report = ingest(warehouse, tmp_path / "project", tmp_path / "user")
    assert len(report.collisions) == 1
    assert "Project's." in rows(warehouse)["qa"][1]


def stored(warehouse: Warehouse, name: str = "qa") -> tuple[str, list[str] | None, str, bool]:
    """Return an agent's project, tools, the last line of its spec, and whether it is there."""
    with warehouse.connect() as connection:
        row = connection.execute(
            "select project, tools, spec_text, removed_at is null from learning.agent_specs where agent_name = %s",
            (name,),
        ).fetchone()
    assert row is not None
    return row[0], row[1], row[2].strip().splitlines()[-1], row[3]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path / "home"))
    return tmp_path / "home"


def test_a_spec_belongs_to_the_folder_it_works_in(warehouse: Warehouse, tmp_path: Path, home: Path) -> None:
    write_spec(home, "own", place="agents")
    write_spec(tmp_path / "repo", "top")
    write_spec(tmp_path / "repo" / "part", "deep")
    (tmp_path / "kit" / ".git").mkdir(parents=True)
    write_spec(tmp_path / "kit" / "loose", "plain", place="agents")
    ingest(warehouse, home, tmp_path / "repo", tmp_path / "kit" / "loose")
    projects = {name: stored(warehouse, name)[0] for name in ("own", "top", "deep", "plain")}
    repo = tmp_path / "repo"
    assert projects == {"own": "", "top": str(repo), "deep": str(repo / "part"), "plain": str(tmp_path / "kit")}


def test_tools_are_stored_and_change(warehouse: Warehouse, tmp_path: Path) -> None:
    path = write_spec(tmp_path, "qa")
    ingest(warehouse, tmp_path)
    assert stored(warehouse)[1] is None
    path.write_text(path.read_text().replace("model:", "tools: Read, Grep\nmodel:"))
    ingest(warehouse, tmp_path)
    assert stored(warehouse)[1] == ["Read", "Grep"]


def test_the_users_own_agent_wins_over_a_repositorys(warehouse: Warehouse, tmp_path: Path, home: Path) -> None:
    write_spec(tmp_path / "repo", "qa", "Repository's.")
    write_spec(home, "qa", "User's.", "agents")
    report = ingest(warehouse, tmp_path / "repo", home)
    assert stored(warehouse) == ("", None, "User's.", True)
    assert len(report.collisions) == 1
    assert "home/agents/qa.md is used" in report.collisions[0]


def test_a_repository_read_later_does_not_replace_it(warehouse: Warehouse, tmp_path: Path, home: Path) -> None:
    own = write_spec(home, "qa", "User's.", "agents")
    ingest(warehouse, home)
    write_spec(tmp_path / "repo", "qa", "Repository's.")
    ingest(warehouse, tmp_path / "repo")
    assert stored(warehouse) == ("", None, "User's.", True)
    own.unlink()
    ingest(warehouse, tmp_path / "repo", home)
    assert stored(warehouse) == (str(tmp_path / "repo"), None, "Repository's.", True)


def test_copy_of_a_spec_is_no_collision(warehouse: Warehouse, tmp_path: Path) -> None:
    write_spec(tmp_path / "one", "qa")
    write_spec(tmp_path / "two", "qa")
    assert ingest(warehouse, tmp_path / "one", tmp_path / "two").collisions == []


def test_no_secret_is_stored_or_reported(warehouse: Warehouse, tmp_path: Path) -> None:
    secret = "gh" + "p_" + "aB3dE6gH9" * 4
    write_spec(tmp_path, "qa", f"Use {secret}.")
    write_spec(tmp_path, secret)
    (tmp_path / ".claude/agents" / f"{secret}2.md").write_text("")
    report = ingest(warehouse, tmp_path)
    assert report.specs == 2
    assert secret not in repr(rows(warehouse)) + repr(report)


def test_asset_reads_the_folders_of_the_settings(warehouse: Warehouse, tmp_path: Path) -> None:
    write_spec(tmp_path, "qa")
    resources = {"warehouse": warehouse, "settings": Settings(specs=(tmp_path,)), "progress": SilentProgress()}
    result = dg.materialize([agent_specs], resources=resources)
    assert result.success
    assert set(rows(warehouse)) == {"qa"}


@pytest.mark.parametrize("folders", [[], ["empty"]])
def test_nothing_to_read_is_no_error(warehouse: Warehouse, tmp_path: Path, folders: list[str]) -> None:
    (tmp_path / "empty").mkdir()
    report = ingest(warehouse, *(tmp_path / folder for folder in folders))
    assert (report.specs, report.errors) == (0, [])
