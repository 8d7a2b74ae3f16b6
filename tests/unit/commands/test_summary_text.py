import sys
from pathlib import Path

import pytest

from pipelines.commands import summary_text


def test_a_command_that_is_not_on_the_path_is_told_with_how_to_find_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert summary_text.how_to_find_the_command() is None  # no environment to activate
    (tmp_path / "activate").touch()
    assert summary_text.how_to_find_the_command() == f"source {tmp_path / 'activate'}"
    (tmp_path / "spawnwise").touch(mode=0o755)
    assert summary_text.how_to_find_the_command() is None
