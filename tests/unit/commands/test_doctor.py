import os
import shlex
from pathlib import Path

import pytest

from pipelines.commands import doctor
from pipelines.settings import Settings
from recommender.hooks.installer import install

pytestmark = pytest.mark.skipif(os.name == "nt", reason="rights are not in the mode there")


@pytest.mark.parametrize(
    ("mode", "rights"),
    [
        (0o777, "list it and change what is in it"),
        (0o1777, "list it and change what is in it"),
        (0o755, "list it"),
        (0o770, "list it and change what is in it"),
        (0o733, "change what is in it"),
        (0o711, ""),
        (0o700, ""),
    ],
)
def test_a_home_that_others_may_use_is_told_with_the_remedy(tmp_path: Path, mode: int, rights: str) -> None:
    home = tmp_path / "a home"
    home.mkdir()
    home.chmod(mode)
    finding = doctor._data_home(Settings(home=home))
    if rights:
        assert finding.state == "warning"
        assert finding.detail == f"{home}: other users of this machine may {rights}"
        assert f"chmod {doctor.PRIVATE_MODE:o} {shlex.quote(str(home))}" in finding.remedy
        home.chmod(doctor.PRIVATE_MODE)
    assert doctor._data_home(Settings(home=home)).state == "ok"


def test_a_hook_that_codex_does_not_trust_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODEX_HOME", str(tmp_path))
    settings = Settings(home=tmp_path / "home")
    assert doctor._hook(settings).state == "ok"
    install(tmp_path, "enforce", client="codex")
    assert "Codex does not run it yet" in doctor._hook(settings).detail
    config = tmp_path / "config.toml"
    config.write_text(f'[hooks.state."{tmp_path}/other.json:pre_tool_use:0:0"]\ntrusted_hash = "sha256:0"\n')
    assert "enter /hooks" in doctor._hook(settings).remedy
    config.write_text(f'[hooks.state."{tmp_path}/hooks.json:pre_tool_use:0:0"]\ntrusted_hash = "sha256:0"\n')
    assert doctor._hook(settings).state == "ok"
    config.write_text("[hooks")
    assert doctor._hook(settings).state == "ok"
