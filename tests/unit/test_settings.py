from pathlib import Path

import pytest

from pipelines.settings import Settings

README = Path(__file__).parents[2] / "README.md"


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_described_and_in_the_readme(name: str) -> None:
    field = Settings.model_fields[name]
    assert field.description
    assert f"`{field.alias or 'SPAWNWISE_' + name.upper()}`" in README.read_text(encoding="utf-8")


def test_lists_are_given_as_a_shell_writes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPAWNWISE_LOGS", "/a:/b")
    monkeypatch.setenv("SPAWNWISE_PROTECTED_AGENTS", "x, plugin:y")
    settings = Settings()
    assert settings.logs == (Path("/a"), Path("/b"))
    assert settings.protected_agents == ("x", "plugin:y")
