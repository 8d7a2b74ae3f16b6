import ast
import dataclasses
from pathlib import Path

import pytest

from pipelines.settings import Settings
from recommender.cli import main
from recommender.settings import LookupSettings

ROOT = Path(__file__).parents[2]
README = ROOT / "pipelines" / "README.md"


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_described_and_in_the_readme(name: str) -> None:
    field = Settings.model_fields[name]
    assert field.description
    assert f"`{field.alias or 'SPAWNWISE_' + name.upper()}`" in README.read_text(encoding="utf-8")


def test_what_is_off_where_it_is_unset_is_off_where_it_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPAWNWISE_EXPORT", "")
    monkeypatch.setenv("SPAWNWISE_SCHEDULER", "")
    assert (Settings().export, Settings().scheduler) == (None, None)


def test_lists_are_given_as_a_shell_writes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPAWNWISE_LOGS", "/a:/b")
    monkeypatch.setenv("SPAWNWISE_PROTECTED_AGENTS", "x, plugin:y")
    settings = Settings()
    assert settings.logs == (Path("/a"), Path("/b"))
    assert settings.protected_agents == ("x", "plugin:y")


def test_weights_are_read_by_family(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPAWNWISE_MODEL_WEIGHTS", "opus=5, claude-sonnet-5-5 = 1,haiku=.2,")
    assert Settings().model_weights == {"opus": 5.0, "sonnet": 1.0, "haiku": 0.2}


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("SPAWNWISE_WINDOW_DAYS", "0", "SPAWNWISE_WINDOW_DAYS: Input should be greater than or equal to 1."),
        ("SPAWNWISE_EMBEDDER", "x-7391", "SPAWNWISE_EMBEDDER: Input should be 'local' or 'openai'."),
        ("DATABASE_URL", "mysql://bob:7391@host/db", "DATABASE_URL: Value error, it must begin with postgresql://."),
        ("DATABASE_URL", "host=h password=7391", "DATABASE_URL: Value error, it must begin with postgresql://."),
        ("DATABASE_URL", "postgresql://bob:7391@host:x/db?a b", "DATABASE_URL cannot be read"),
        ("SPAWNWISE_MODEL_WEIGHTS", "opus7391", "SPAWNWISE_MODEL_WEIGHTS: Value error, it must be a list as opus=5"),
        (
            "SPAWNWISE_MODEL_WEIGHTS",
            "opus=-7391",
            "SPAWNWISE_MODEL_WEIGHTS: Value error, every weight must be a number",
        ),
        (
            "SPAWNWISE_MODEL_WEIGHTS",
            "opus=x7391",
            "SPAWNWISE_MODEL_WEIGHTS: Value error, every weight must be a number",
        ),
        (
            "SPAWNWISE_MODEL_WEIGHTS",
            "opus=1,claude-opus-5=7391",
            "SPAWNWISE_MODEL_WEIGHTS: Value error, it names a model",
        ),
        ("SPAWNWISE_WINDOWS", "x-7391,7", "SPAWNWISE_WINDOWS: Input should be a valid integer"),
    ],
)
def test_wrong_settings_are_named_without_what_they_are(
    variable: str, value: str, told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(variable, value)
    assert main(["stats"]) == 1
    errors = capsys.readouterr().err
    assert errors.startswith(told)
    assert "7391" not in errors


@pytest.mark.parametrize(
    "command", [["ingest"], ["learn"], ["stats"], ["record", "x", "--agent", "a", "--model", "haiku"]]
)
def test_a_home_that_cannot_be_is_named_with_the_remedy(
    command: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("SPAWNWISE_HOME", str(tmp_path / "file" / "home"))
    assert main(command) == 1
    errors = capsys.readouterr().err
    assert errors.startswith(f"{tmp_path / 'file'}")
    assert "SPAWNWISE_HOME" in errors


def test_the_lookup_and_the_night_share_their_settings() -> None:
    of_lookup_only = {"deadline_ms", "mode", "enforce_by"}
    for field in dataclasses.fields(LookupSettings):
        if field.name not in of_lookup_only:
            assert Settings.model_fields[field.name].default == field.default, field.name


@pytest.mark.parametrize("module", sorted((ROOT / "recommender").rglob("*.py")), ids=lambda path: path.stem)
def test_only_one_module_of_the_recommender_reads_the_environment(module: Path) -> None:
    reads = {
        node.attr for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))) if isinstance(node, ast.Attribute)
    } & {"environ", "getenv"}
    assert not reads or module.name == "settings.py"
